/**
 * Growing memory that never moves what it holds: bytes in chunks addressed by one 32-bit number, and columns
 * of 32-bit integers in chunks. Doubling one array would copy hundreds of megabytes in one go.
 */
import { CachedCollectionsError } from "../errors.js";
import type { Steps } from "./steps.js";
import { WorkPieces, workWords } from "./work-memory.js";

const CHUNK_BITS = 20;
const CHUNK_BYTES = 1 << CHUNK_BITS;
const MOST_CHUNKS = 4096;
const chunkPieces = new WorkPieces(CHUNK_BYTES);

/** Byte strings of any length, appended one after the other. An address is chunk number * 2^20 + offset. */
export class Arena {
  readonly #subject: string;
  readonly #chunks: Uint8Array[] = [];
  #last: Uint8Array = new Uint8Array(0);
  #pos = 0;

  /** `subject` names whose bytes they are when there are too many. */
  constructor(subject: string) {
    this.#subject = subject;
  }

  /** Copies the first bytes of an array; returns their address. */
  append(bytes: Uint8Array, size: number): number {
    if (this.#chunks.length === 0 || this.#pos + size >= this.#last.length) this.#nextChunk(size);
    const chunk = this.#last;
    const start = this.#pos;
    for (let i = 0; i < size; i++) chunk[start + i] = bytes[i] as number;
    this.#pos = start + size;
    return (this.#chunks.length - 1) * CHUNK_BYTES + start;
  }

  /** The chunk of an address. */
  chunkOf(address: number): Uint8Array {
    return this.#chunks[address >>> CHUNK_BITS] as Uint8Array;
  }

  /** Its memory is free for others; nothing can be read of it any more. */
  giveBack(): void {
    chunkPieces.giveBack(this.#chunks);
    this.#chunks.length = 0;
  }

  #nextChunk(size: number): void {
    if (this.#chunks.length === MOST_CHUNKS) {
      throw new CachedCollectionsError("ERR_TOO_LARGE", this.#subject, "keys of more than 4 GiB");
    }
    const piece = size < CHUNK_BYTES ? chunkPieces.take() : new SharedArrayBuffer(size + 1);
    this.#last = new Uint8Array(piece);
    this.#chunks.push(this.#last);
    this.#pos = 0;
  }
}

/** The offset of an address in its chunk. */
export function offsetOf(address: number): number {
  return address & (CHUNK_BYTES - 1);
}

const COLUMN_BITS = 14;
const COLUMN_MASK = (1 << COLUMN_BITS) - 1;
const columnPieces = new WorkPieces(4 << COLUMN_BITS);

/** A column of unsigned 32-bit integers. */
export class Column {
  readonly #chunks: Uint32Array[] = [];
  #last: Uint32Array = new Uint32Array(0);
  length = 0;

  push(value: number): void {
    const at = this.length & COLUMN_MASK;
    if (at === 0) {
      this.#last = new Uint32Array(columnPieces.take());
      this.#chunks.push(this.#last);
    }
    this.#last[at] = value;
    this.length++;
  }

  /** All of it in one array, for random access; the column is empty afterwards. */
  *take(): Steps<Uint32Array> {
    const all = workWords(this.length);
    for (const [index, chunk] of this.#chunks.entries()) {
      const start = index << COLUMN_BITS;
      all.set(chunk.subarray(0, Math.min(chunk.length, this.length - start)), start);
      yield;
    }
    columnPieces.giveBack(this.#chunks);
    this.#chunks.length = 0;
    this.length = 0;
    return all;
  }
}
