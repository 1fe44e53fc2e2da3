/**
 * What a slot table has, in an eighth of its memory: most lookups of what it does not have end here, in memory
 * that stays in the processor's caches. Made between turns of the event loop, and only once misses are common,
 * because it is one byte more for each row.
 *
 * A word stands for eight slots and has two bits set for each entry that probing from one of them may end at.
 * Slot tables hold what it is made of, so that no record is looked at.
 */
import type { SlotTable } from "../bytes/slots.js";
import { inSlices, type Steps } from "../bytes/steps.js";

/** Slots of a word, as a power of two. */
const WORD_BITS = 3;
/** Tables of fewer slots stay in the caches themselves. */
const FEWEST_SLOTS = 65_536;
/** So many slots of the table for each miss that it waits for: they took longer than filling it does. */
const SLOTS_PER_MISS = 4;
const GOLDEN_RATIO = 0x9e3779b1 | 0;

export class MissFilter {
  readonly #table: SlotTable;
  /** Until how many misses there is none. */
  readonly #enough: number;
  #misses = 0;
  #words: Int32Array | undefined;

  constructor(table: SlotTable) {
    this.#table = table;
    this.#enough = Math.ceil(table.words.length / SLOTS_PER_MISS);
  }

  /** False only when nothing is filed under the hash, for which probing begins at `home`. */
  mayHave(hash: number, home: number): boolean {
    const words = this.#words;
    if (words === undefined) return true;
    const { bits } = this.#table;
    const marks = marksOf((hash << bits) >>> bits);
    return ((words[home >>> WORD_BITS] as number) & marks) === marks;
  }

  /** Notes that a lookup found nothing. */
  noteMiss(): void {
    if (++this.#misses === this.#enough) setImmediate(() => void inSlices(this.fill()));
  }

  /** Makes it; `noteMiss` does when it is time. */
  *fill(): Steps<void> {
    const { words, bits } = this.#table;
    const filter = new Int32Array((words.length >>> WORD_BITS) + 1);
    // Backwards and from a free slot on: probing from a slot may end at any entry from there to the next free one.
    let slot = words.indexOf(0);
    let marks = 0;
    for (let left = words.length; left > 0; left--) {
      slot = slot === 0 ? words.length - 1 : slot - 1;
      const word = words[slot] as number;
      marks = word === 0 ? 0 : marks | marksOf(word >>> bits);
      filter[slot >>> WORD_BITS] = (filter[slot >>> WORD_BITS] as number) | marks;
      if (left % 4096 === 0) yield;
    }
    this.#words = filter;
  }
}

/** Two bits for what a slot holds of a hash. */
function marksOf(low: number): number {
  return (1 << low) | (1 << (Math.imul(low, GOLDEN_RATIO) >>> 27));
}

const filters = new WeakMap<SlotTable, MissFilter>();

/** The filter of a table that is worth one: the same for all snapshots that share it. */
export function missFilterOf(table: SlotTable): MissFilter | undefined {
  if (table.words.length < FEWEST_SLOTS) return undefined;
  const known = filters.get(table);
  if (known !== undefined) return known;
  const filter = new MissFilter(table);
  filters.set(table, filter);
  return filter;
}
