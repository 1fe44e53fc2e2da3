/**
 * Carries decoded records over to a segment that replaces theirs: a record with the same bytes stays the same
 * object. Work is proportional to the records in use; nothing is decoded.
 */
import { homeSlot, nextSlot } from "../bytes/slots.js";
import type { Steps } from "../bytes/steps.js";
import type { IndexField } from "../definition.js";
import { keyOf } from "./key-shape.js";
import type { KeyTable } from "./key-table.js";
import type { Records } from "./records.js";

/** `table` is the new segment's, and undefined for a sequence. */
export function* carryOver<R extends object>(
  from: Records<R>,
  to: Records<R>,
  key: readonly IndexField<R>[],
  table: KeyTable<R> | undefined,
): Steps<void> {
  let seen = 0;
  for (const [ordinal, record] of from.inUse()) {
    const found =
      table === undefined
        ? samePlace(from, to, ordinal)
        : sameKey(from, to, ordinal, table.hashOfKey(keyOf(key, record)));
    if (found !== undefined) to.adopt(found, record);
    seen++;
    if (seen % 256 === 0) yield;
  }
}

/** Equal bytes have equal keys, so comparing bytes settles both questions. */
function sameKey<R extends object>(
  from: Records<R>,
  to: Records<R>,
  ordinal: number,
  hash: number,
): number | undefined {
  const { words, bits } = to.segment.layout.keys;
  if (words.length === 0) return undefined;
  const wanted = hash << bits;
  for (let slot = homeSlot(hash, words.length); ; slot = nextSlot(slot, words.length)) {
    const word = words[slot] as number;
    if (word === 0) return undefined;
    const candidate = (word & ((1 << bits) - 1)) - 1;
    const match = (word ^ wanted) >>> bits === 0;
    if (match && to.segment.sameBytes(candidate, from.segment, ordinal)) return candidate;
  }
}

/** A sequence has no keys: a record stays itself at the same distance from the beginning or from the end. */
function samePlace<R extends object>(
  from: Records<R>,
  to: Records<R>,
  ordinal: number,
): number | undefined {
  const fromEnd = ordinal + to.segment.records - from.segment.records;
  for (const place of [ordinal, fromEnd]) {
    const inside = place >= 0 && place < to.segment.records;
    if (inside && to.segment.sameBytes(place, from.segment, ordinal)) return place;
  }
  return undefined;
}
