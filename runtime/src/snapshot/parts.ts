/**
 * What a snapshot consists of: a base, and the deltas over it, each with a bitmap of its dead records. Exactly
 * one record of each key is live over all parts. Immutable; bitmaps are shared with the snapshot before where
 * nothing died.
 */
import { homeSlot, nextSlot, type SlotTable } from "../bytes/slots.js";
import type { Segment } from "../bytes/segment.js";
import { NO_ENTRY, type DeltaKeys } from "./delta-keys.js";
import type { Records } from "./records.js";

/** One bit an ordinal, in whole words of four bytes; set when a newer part says something about its key. */
export type Dead = Uint8Array;

export interface Part<R extends object> {
  readonly records: Records<R>;
  /** Undefined while none is dead. */
  readonly dead: Dead | undefined;
  /** How many of its records are live. */
  readonly live: number;
}

/** Where a record lies. */
export interface Place<R extends object> {
  readonly records: Records<R>;
  readonly ordinal: number;
}

export class Parts<R extends object> {
  /** The base, then deltas from old to new. */
  readonly list: readonly Part<R>[];
  readonly deltaKeys: DeltaKeys;
  /** How many records are live. */
  readonly size: number;

  constructor(list: readonly Part<R>[], deltaKeys: DeltaKeys) {
    this.list = list;
    this.deltaKeys = deltaKeys;
    this.size = list.reduce((sum, { live }) => sum + live, 0);
  }

  get base(): Part<R> {
    return this.list[0] as Part<R>;
  }

  /** Seed of the hashes by which keys are looked up. */
  get seed(): number {
    return this.base.records.segment.layout.seed;
  }

  /** The records of a segment, if it is one of its parts. */
  recordsOf(segment: Segment<R>): Records<R> | undefined {
    return this.list.find(({ records }) => records.segment === segment)?.records;
  }

  /** The live record, filed under this hash, with the same bytes as one of another segment. */
  findSame(hash: number, segment: Segment<R>, ordinal: number): Place<R> | undefined {
    const same = ({ records }: Part<R>, at: number): boolean =>
      at < records.segment.records && records.segment.sameBytes(at, segment, ordinal);
    const inBase = findInBase(this.base, hash, (at) => same(this.base, at));
    if (inBase !== undefined) return { records: this.base.records, ordinal: inBase };
    const { deltaKeys } = this;
    const entry = deltaKeys.find(hash, (part, at) => same(this.list[part] as Part<R>, at));
    if (entry === NO_ENTRY) return undefined;
    const part = this.list[deltaKeys.partOf(entry)] as Part<R>;
    return { records: part.records, ordinal: deltaKeys.ordinalOf(entry) };
  }
}

export function isDead(dead: Dead | undefined, ordinal: number): boolean {
  return dead !== undefined && (((dead[ordinal >>> 3] as number) >>> (ordinal & 7)) & 1) !== 0;
}

/** Four bytes at a time. */
export function wordsOf(dead: Dead): Int32Array {
  return new Int32Array(dead.buffer, dead.byteOffset, dead.length >>> 2);
}

/** The first word, from this one on, with a bit that the other bitmap has not; their length when there is none. */
export function nextBeyond(words: Int32Array, others: Int32Array, from: number): number {
  let word = from;
  while (word < words.length && ((words[word] as number) & ~(others[word] as number)) === 0) word++;
  return word;
}

/** The live ordinal in a base, filed under a hash, that is accepted. */
export function findInBase<R extends object>(
  { records, dead }: Part<R>,
  hash: number,
  accept: (ordinal: number) => boolean,
): number | undefined {
  return findLive(records.segment.layout.keys, dead, hash, accept);
}

/** The live ordinal in a table, filed under a hash, that is accepted. */
export function findLive(
  { words, bits }: SlotTable,
  dead: Dead | undefined,
  hash: number,
  accept: (ordinal: number) => boolean,
): number | undefined {
  if (words.length === 0) return undefined;
  const wanted = hash << bits;
  const mask = (1 << bits) - 1;
  // A checked table has a free slot, where this ends.
  for (let slot = homeSlot(hash, words.length); ; slot = nextSlot(slot, words.length)) {
    const word = words[slot] as number;
    if (word === 0) return undefined;
    const ordinal = (word & mask) - 1;
    if ((word ^ wanted) >>> bits === 0 && !isDead(dead, ordinal) && accept(ordinal)) return ordinal;
  }
}
