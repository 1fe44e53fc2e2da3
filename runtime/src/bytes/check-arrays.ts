/** Checks of index arrays that came from the store: each loop touches every element once. */
import { BadSegment } from "./bad-segment.js";
import type { SlotTable } from "./slots.js";
import type { Steps } from "./steps.js";

const STRIDE = 16 * 1024;

/** That every used slot files a number from 0 to `most - 1`; returns how many are used. */
export function* checkSlots(table: SlotTable, most: number): Steps<number> {
  const { words, bits } = table;
  const mask = 2 ** bits - 1;
  let used = 0;
  for (let i = 0; i < words.length;) {
    const end = Math.min(words.length, i + STRIDE);
    for (; i < end; i++) {
      const word = words[i] as number;
      if (word === 0) continue;
      used++;
      const filed = word & mask;
      if (filed === 0 || filed > most) throw new BadSegment(`slot ${i} files ${filed} of ${most}`);
    }
    yield;
  }
  return used;
}

/** That every ordinal is below the number of records. */
export function* checkOrdinals(ordinals: Uint32Array, records: number): Steps<void> {
  for (let i = 0; i < ordinals.length;) {
    const end = Math.min(ordinals.length, i + STRIDE);
    let largest = 0;
    for (; i < end; i++) largest = Math.max(largest, ordinals[i] as number);
    if (largest >= records) throw new BadSegment(`ordinal ${largest} of ${records} records`);
    yield;
  }
}

/** That groups have members, follow each other and cover all ordinals. */
export function* checkStarts(starts: Uint32Array, ordinals: number): Steps<void> {
  const last = starts.length === 0 ? 0 : starts[starts.length - 1];
  if (last !== ordinals || (starts.length > 0 && starts[0] !== 0)) {
    throw new BadSegment(`starts do not cover ${ordinals} ordinals`);
  }
  for (let i = 1; i < starts.length; i++) {
    if ((starts[i] as number) <= (starts[i - 1] as number))
      throw new BadSegment(`group ${i - 1} is empty`);
    if (i % STRIDE === 0) yield;
  }
}
