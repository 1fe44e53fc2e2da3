/**
 * Makes a segment of bytes that came from the store, checking everything that reads rely on: that every
 * length, offset, start and ordinal lies inside what it points into, that every table has a free slot where
 * probing ends, and that the schema is the definition's. What is not checked, because it would mean decoding
 * every record, cannot lead a read out of bounds or into a loop: see docs/snapshot-format.md, "Arrival".
 */
import { describeValue } from "../codec/invalid-field.js";
import type { EntityDefinition, ViewDefinition } from "../definition.js";
import { FORMAT } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import {
  checkHost,
  HEADER_FIELD,
  KEY_SLOTS_FIELD,
  MOST_RECORDS,
  MOST_SEGMENT_BYTES,
  MOST_WITHOUT_KEY_SLOTS,
  PADDING_FIELD,
  RECORD_FIELD,
  REMOVED_FIELD,
  tagOf,
  VIEW_FIELD,
  VIEW_FIELDS,
} from "./format.js";
import { BadSegment } from "./bad-segment.js";
import { checkOrdinals, checkSlots, checkStarts } from "./check-arrays.js";
import { decodeHeader, type SegmentHeader } from "./segment-header.js";
import { Segment, type SegmentView } from "./segment.js";
import { bitLength, NO_SLOTS, type SlotTable } from "./slots.js";
import type { Steps } from "./steps.js";
import { hasGroups, shapeProblem } from "./view-shape.js";

/** The bytes of a segment while they come, from the first one on. */
export interface ArrivingBytes {
  /** All of them, aligned to four; those that have not come yet are not looked at. */
  readonly bytes: Uint8Array;
  /** How many have come. */
  readonly arrived: number;
  /** Told by whoever checks them: steps before so many have come are in vain. */
  wanted: number;
}

/**
 * Checks a segment and lays its arrays over its bytes; about 40 ms for 80 MB, in steps. The bytes are kept,
 * not copied, and must not change any more. Throws ERR_BAD_SEGMENT, saying what is wrong where.
 */
export function* openSegment<R extends object>(
  definition: EntityDefinition<R, never>,
  bytes: Uint8Array,
): Steps<Segment<R>> {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return yield* openArriving(definition, { bytes: whole, arrived: whole.length, wanted: 0 });
}

/** The same while the bytes come; it ends when all have. */
export function* openArriving<R extends object>(
  definition: EntityDefinition<R, never>,
  arriving: ArrivingBytes,
): Steps<Segment<R>> {
  const subject = `${definition.package}.${definition.entity}:${definition.hash}`;
  checkHost(subject);
  try {
    return yield* new Arrival(definition, arriving).check();
  } catch (error) {
    if (!(error instanceof BadSegment)) throw error;
    throw new CachedCollectionsError("ERR_BAD_SEGMENT", subject, `bad segment: ${error.message}`);
  }
}

/** At least as much as stands between two arrays: padding, a tag and a length; and before a message. */
const BETWEEN = 32;

/** Walks a segment once, from its first byte to its last. */
class Arrival<R extends object> {
  readonly #definition: EntityDefinition<R, never>;
  readonly #bytes: Uint8Array;
  readonly #arriving: ArrivingBytes;
  #pos = 0;

  constructor(definition: EntityDefinition<R, never>, arriving: ArrivingBytes) {
    this.#definition = definition;
    this.#arriving = arriving;
    this.#bytes = arriving.bytes;
    const { length } = this.#bytes;
    if (length > MOST_SEGMENT_BYTES) throw new BadSegment(`${length} bytes are too many`);
  }

  *check(): Steps<Segment<R>> {
    const definition = this.#definition;
    const header = yield* this.#header();
    const { records } = header;
    const offsets = yield* this.#messages(RECORD_FIELD, records);
    const removed = yield* this.#messages(REMOVED_FIELD, header.removed);
    const keys = yield* this.#keys(records);
    const views: SegmentView[] = [];
    for (const [index, view] of definition.views.entries()) {
      views.push(yield* this.#view(view, index, header));
    }
    if (this.#pos !== this.#bytes.length) this.#fail("a field that is not expected here");
    yield* this.#until(this.#bytes.length);
    const { seed } = header;
    const layout = {
      bytes: this.#bytes,
      records,
      removed: removed.length,
      offsets,
      removedOffsets: removed,
      seed,
      keys,
      views,
    };
    return new Segment(definition, layout);
  }

  /** Waits until the bytes before a position have come. */
  *#until(position: number): Steps<void> {
    const arriving = this.#arriving;
    arriving.wanted = Math.min(position, this.#bytes.length);
    while (arriving.arrived < arriving.wanted) yield;
  }

  *#header(): Steps<SegmentHeader> {
    yield* this.#until(BETWEEN);
    const length = this.#lengthOf(HEADER_FIELD);
    if (length === undefined) return this.#fail("no header");
    const end = this.#pos + length;
    yield* this.#until(end);
    const header = decodeHeader(this.#bytes.subarray(this.#pos, end));
    this.#pos = end;
    const problem = this.#problemOf(header);
    return problem === undefined ? header : this.#fail(problem);
  }

  #problemOf({ format, hash, records, removed, sizeBytes }: SegmentHeader): string | undefined {
    const size = this.#bytes.length;
    if (format !== FORMAT) return `format ${format}, this build reads ${FORMAT}`;
    if (hash !== this.#definition.hash) {
      return `schema ${describeValue(hash)}, not "${this.#definition.hash}"`;
    }
    if (sizeBytes !== size) return `${size} bytes of ${sizeBytes}`;
    const most = Math.min(MOST_RECORDS, size);
    if (records + removed > most) return `${records} records, ${removed} removed: too many`;
    return undefined;
  }

  /** Walks over repeated messages; returns where the length of each stands. */
  *#messages(field: number, count: number): Steps<Uint32Array> {
    const offsets = new Uint32Array(new SharedArrayBuffer(count * 4));
    const bytes = this.#bytes;
    const tag = tagOf(field);
    let safe = this.#arriving.arrived;
    // Kept here and not in the object: a million times round, that is a third of the time.
    let pos = this.#pos;
    for (let i = 0; i < count; i++) {
      if (pos + BETWEEN > safe) {
        yield* this.#until(pos + BETWEEN);
        safe = this.#arriving.arrived;
      }
      if (bytes[pos] !== tag)
        this.#failAt(pos, `message ${i} of ${count} of field ${field} is missing`);
      pos++;
      offsets[i] = pos;
      const length = bytes[pos] as number;
      if (length < 0x80) pos += length + 1;
      else {
        this.#pos = pos;
        pos = this.#varint();
        pos += this.#pos;
      }
      if (!(pos <= bytes.length))
        this.#failAt(pos, `message ${i} of field ${field} ends past the end`);
      if (i % 4096 === 0) yield;
    }
    this.#pos = pos;
    return offsets;
  }

  *#keys(records: number): Steps<SlotTable> {
    const words = yield* this.#array(KEY_SLOTS_FIELD);
    if (this.#definition.key.length === 0) {
      if (words.length > 0) this.#fail("a sequence has no key slots");
      return NO_SLOTS;
    }
    // Whether it is a delta is known when segments are laid over each other.
    if (words.length === 0 && records <= MOST_WITHOUT_KEY_SLOTS) return NO_SLOTS;
    return yield* this.#table(words, records, records);
  }

  /** A table that files `entries` numbers below `most`. */
  *#table(words: Uint32Array, entries: number | undefined, most: number): Steps<SlotTable> {
    const table = {
      words: new Int32Array(words.buffer, words.byteOffset, words.length),
      bits: bitLength(most),
    };
    const used = yield* checkSlots(table, most);
    if (entries !== undefined && used !== entries)
      this.#fail(`a table files ${used} of ${entries} entries`);
    if (used === words.length && used > 0) this.#fail("a table has no free slot");
    return table;
  }

  *#view(view: ViewDefinition<R>, index: number, header: SegmentHeader): Steps<SegmentView> {
    const { records } = header;
    const cut = header.cut.includes(index);
    const field = VIEW_FIELD + VIEW_FIELDS * index;
    const words = yield* this.#array(field);
    const starts = yield* this.#array(field + 1);
    const ordinals = yield* this.#array(field + 2);
    const elements = yield* this.#array(field + 3);
    const problem = shapeProblem(view, { slots: words, starts, ordinals, elements }, records);
    if (problem !== undefined) this.#fail(`view ${index} ${problem}`);
    yield* checkOrdinals(ordinals, records);
    if (!hasGroups(view)) {
      const slots = yield* this.#table(words, undefined, records);
      return { slots, starts, ordinals, elements, cut };
    }
    yield* checkStarts(starts, ordinals.length);
    const groups = Math.max(0, starts.length - 1);
    const slots = yield* this.#table(words, groups, groups);
    return { slots, starts, ordinals, elements, cut };
  }

  /** The array of a field, laid over the bytes; empty when the field is not there. */
  *#array(field: number): Steps<Uint32Array> {
    yield* this.#until(this.#pos + BETWEEN);
    const before = this.#pos;
    const padding = this.#lengthOf(PADDING_FIELD);
    if (padding !== undefined) this.#pos += padding;
    const length = this.#lengthOf(field);
    if (length === undefined) {
      this.#pos = before;
      return new Uint32Array(0);
    }
    const start = this.#bytes.byteOffset + this.#pos;
    if (start % 4 !== 0 || length % 4 !== 0) this.#fail(`field ${field} is not aligned`);
    this.#pos += length;
    yield* this.#until(this.#pos);
    return new Uint32Array(this.#bytes.buffer, start, length / 4);
  }

  /** Reads tag and length when this field comes next; undefined when another does. */
  #lengthOf(field: number): number | undefined {
    const before = this.#pos;
    if (before === this.#bytes.length) return undefined;
    if (this.#varint() !== tagOf(field)) {
      this.#pos = before;
      return undefined;
    }
    const length = this.#varint();
    if (this.#pos + length > this.#bytes.length) this.#fail(`field ${field} ends past the end`);
    return length;
  }

  /** A varint below 2^32. */
  #varint(): number {
    const bytes = this.#bytes;
    const first = bytes[this.#pos];
    if (first !== undefined && first < 0x80) {
      this.#pos++;
      return first;
    }
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = bytes[this.#pos];
      if (byte === undefined) break;
      this.#pos++;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 && value < 2 ** 32) return value;
    }
    return this.#fail("not a length");
  }

  #failAt(position: number, what: string): never {
    this.#pos = position;
    return this.#fail(what);
  }

  #fail(what: string): never {
    throw new BadSegment(`${what} (byte ${this.#pos} of ${this.#bytes.length})`);
  }
}
