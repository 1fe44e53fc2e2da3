/**
 * Encoded rows, as they came, in blocks that never move. Each row is stored as the field of a segment that it
 * will be (tag, length, message), so that rows in key order are copied in long runs. A row is written first,
 * and then kept or dropped: what is published already need not be kept.
 */
import { BadRecordError } from "../codec/bad-record.js";
import { Reader } from "../codec/reader.js";
import { Writer } from "../codec/writer.js";
import type { EntityDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { Column } from "./arena.js";
import { MOST_SEGMENT_BYTES, RECORD_FIELD, tagOf } from "./format.js";
import { atOnce, type Steps } from "./steps.js";
import { WorkPieces } from "./work-memory.js";

const BLOCK_BITS = 20;
const BLOCK_BYTES = 1 << BLOCK_BITS;
/** Room for the row that crosses the end of a block; the writer makes more when it must. */
const SPARE_BYTES = 16 * 1024;
const blockPieces = new WorkPieces(BLOCK_BYTES + SPARE_BYTES);

export class RowBlocks {
  readonly #subject: string;
  readonly #tag: number;
  readonly #blocks: Uint8Array[] = [];
  readonly #writer: Writer = Writer.create();
  #reader: Reader;
  /** The block that the reader reads. */
  #read: Uint8Array;
  /** The block that is compared, and a view of it. */
  #compared: Uint8Array | undefined;
  #data: DataView = new DataView(new ArrayBuffer(0));
  /** Block number * 2^20 + offset. */
  readonly #starts: Column = new Column();
  readonly #sizes: Column = new Column();
  #taken: { readonly starts: Uint32Array; readonly sizes: Uint32Array } | undefined;
  /** Of the message written last. */
  #start = 0;
  /** Of all rows that will be copied, as fields. */
  sizeBytes = 0;

  /** `subject` names whose rows they are when there are too many; `field` is theirs in the segment. */
  constructor(subject: string, field: number = RECORD_FIELD) {
    this.#subject = subject;
    this.#tag = tagOf(field);
    this.#writer.buf = newBlock();
    this.#read = this.#writer.buf;
    this.#reader = new Reader(this.#read);
  }

  get length(): number {
    return this.#taken === undefined ? this.#starts.length : this.#taken.starts.length;
  }

  /** Where the next message is to be written; then `close` it, and keep or drop it. */
  open(): Writer {
    const writer = this.#writer;
    if (writer.pos >= BLOCK_BYTES) this.#nextBlock();
    this.#start = writer.pos;
    return writer.uint32(this.#tag).fork();
  }

  /** The message ends here. */
  close(): void {
    this.#writer.ldelim();
  }

  /** Whether these bytes, from `at` on, are the field written last: tag, length and message. */
  isWritten(bytes: DataView, at: number): boolean {
    const { buf, pos } = this.#writer;
    if (this.#compared !== buf) {
      this.#compared = buf;
      this.#data = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
    }
    const data = this.#data;
    let mine = this.#start;
    let theirs = at;
    if (theirs + pos - mine > bytes.byteLength) return false;
    // Eight bytes at a time: a row that is published as it is goes through here and nothing else.
    for (; mine + 8 <= pos; mine += 8, theirs += 8) {
      const first = data.getInt32(mine, true) ^ bytes.getInt32(theirs, true);
      const second = data.getInt32(mine + 4, true) ^ bytes.getInt32(theirs + 4, true);
      if ((first | second) !== 0) return false;
    }
    for (; mine < pos; mine++, theirs++) {
      if (data.getUint8(mine) !== bytes.getUint8(theirs)) return false;
    }
    return true;
  }

  /** Decodes the message written last, so that what is indexed is what readers will see. */
  decodeWritten<R extends object>(definition: EntityDefinition<R, never>): R {
    const writer = this.#writer;
    if (this.#read !== writer.buf) {
      this.#read = writer.buf;
      this.#reader = new Reader(this.#read);
    }
    this.#reader.pos = this.#start + 1;
    const record = definition.decode(this.#reader, this.#reader.end());
    if (this.#reader.pos !== writer.pos) throw new BadRecordError("it decodes to another length");
    return record;
  }

  /** The message written last becomes a row. */
  keep(): void {
    const size = this.#writer.pos - this.#start;
    this.sizeBytes += size;
    if (this.sizeBytes > MOST_SEGMENT_BYTES) {
      throw new CachedCollectionsError(
        "ERR_TOO_LARGE",
        this.#subject,
        "records of more than 4 GiB",
      );
    }
    this.#starts.push(this.#blocks.length * BLOCK_BYTES + this.#start);
    this.#sizes.push(size);
    this.#start = this.#writer.pos;
  }

  /** As if what was written since the last row had never come, also the messages left open in it. */
  drop(): void {
    this.#writer.pos = this.#start;
    this.#writer.states = null;
  }

  /** Decodes a row again, for messages about it. */
  read<R extends object>(definition: EntityDefinition<R, never>, row: number): R {
    const { starts } = atOnce(this.#columns());
    const start = starts[row] as number;
    const reader = new Reader(this.#block(start >>> BLOCK_BITS));
    reader.pos = (start & (BLOCK_BYTES - 1)) + 1;
    return definition.decode(reader, reader.end());
  }

  /** Says that only these rows will be copied. */
  *retain(order: Uint32Array): Steps<void> {
    const { sizes } = yield* this.#columns();
    this.sizeBytes = 0;
    for (const row of order) this.sizeBytes += sizes[row] as number;
  }

  /** Copies the rows in this order; neighbours that came one after the other go in one piece. */
  *copyInto(target: Uint8Array, at: number, order: Uint32Array): Steps<void> {
    const { starts, sizes } = yield* this.#columns();
    let to = at;
    for (let i = 0; i < order.length;) {
      const start = starts[order[i] as number] as number;
      const from = start & (BLOCK_BYTES - 1);
      let size = sizes[order[i] as number] as number;
      // A block's last row ends beyond 2^20, so an address there is never the next block's.
      for (i++; i < order.length && from + size < BLOCK_BYTES; i++) {
        if (starts[order[i] as number] !== start + size) break;
        size += sizes[order[i] as number] as number;
      }
      to = copy(this.#block(start >>> BLOCK_BITS), from, size, target, to);
      if (i % 512 === 0 || size > 4096) yield;
    }
  }

  /** Its memory is free for others; nothing can be read or written here any more. */
  giveBack(): void {
    blockPieces.giveBack([...this.#blocks, this.#writer.buf]);
    this.#blocks.length = 0;
    this.#writer.buf = NO_BLOCK;
    this.#writer.view = null;
  }

  #nextBlock(): void {
    const writer = this.#writer;
    this.#blocks.push(writer.buf);
    writer.buf = newBlock();
    writer.view = null;
    writer.pos = 0;
  }

  #block(index: number): Uint8Array {
    return this.#blocks[index] ?? this.#writer.buf;
  }

  *#columns(): Steps<{ readonly starts: Uint32Array; readonly sizes: Uint32Array }> {
    this.#taken ??= { starts: yield* this.#starts.take(), sizes: yield* this.#sizes.take() };
    return this.#taken;
  }
}

const NO_BLOCK = new Uint8Array(0);

function newBlock(): Uint8Array {
  return Buffer.from(blockPieces.take());
}

/** Short rows are copied byte by byte: a call costs as much as a row. */
function copy(from: Uint8Array, start: number, size: number, to: Uint8Array, at: number): number {
  if (size > 128) to.set(from.subarray(start, start + size), at);
  else for (let i = 0; i < size; i++) to[at + i] = from[start + i] as number;
  return at + size;
}
