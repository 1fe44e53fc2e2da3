/**
 * Numbers of the segment format, in one place for who writes and who reads. docs/snapshot-format.md explains
 * them. A segment is a protobuf message; fields stand in the order of their numbers.
 */
import { endianness } from "node:os";
import { CachedCollectionsError } from "../errors.js";

export const HEADER_FIELD = 1;
export const RECORD_FIELD = 2;
export const REMOVED_FIELD = 3;
export const KEY_SLOTS_FIELD = 4;
export const PADDING_FIELD = 15;

/** The four arrays of a view, in order: view v has fields 16 + 4v and on. */
export const VIEW_FIELD = 16;
export const VIEW_FIELDS = 4;

/** The tag of a length-delimited field. */
export function tagOf(field: number): number {
  return field * 8 + 2;
}

/** Positions are unsigned 32-bit numbers. */
export const MOST_SEGMENT_BYTES: number = 2 ** 32 - 1;
/** A slot needs at least four bits of hash beside ordinal + 1. */
export const MOST_RECORDS: number = 2 ** 28 - 1;

/**
 * A delta of at most so many records has no key slots: who reads files the keys of all deltas together, and who
 * writes the next revision has soon filed them.
 */
export const MOST_WITHOUT_KEY_SLOTS = 4096;

/** How many entries beyond its limit a limited index keeps, so that removals do not at once empty it. */
export const LIMIT_SLACK = 8;

/** The length of a varint below 2^32. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

/** Refuses hosts whose typed arrays do not read the format's byte order. */
export function checkHost(subject: string): void {
  if (endianness() === "LE") return;
  throw new CachedCollectionsError(
    "ERR_FORMAT",
    subject,
    "segments need a little-endian processor",
  );
}
