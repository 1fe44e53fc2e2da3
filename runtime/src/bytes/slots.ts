/**
 * Slot tables: open addressing with linear probing over 32-bit words. A word holds the low bits of the hash
 * above and ordinal + 1 below; 0 is free. A match of hash bits is only a candidate: the reader confirms it on
 * the record.
 */
import type { Steps } from "./steps.js";
import { workWords } from "./work-memory.js";

/** A table as readers use it. */
export interface SlotTable {
  /** Signed, because V8 keeps signed words out of the heap; the bits are the format's. */
  readonly words: Int32Array;
  /** How many low bits of a word hold ordinal + 1. */
  readonly bits: number;
}

export const NO_SLOTS: SlotTable = { words: new Int32Array(0), bits: 1 };

/** How many slots a table for this many entries has: a half are used, so that a miss is soon over. */
export function slotCapacity(entries: number): number {
  return entries * 2;
}

/** How many bits the numbers 0 to `count` need. */
export function bitLength(count: number): number {
  return Math.max(1, 32 - Math.clz32(count));
}

/** Where probing for a hash begins: floor(hash * capacity / 2^32), exactly. */
export function homeSlot(hash: number, capacity: number): number {
  const home = (hash >>> 0) * capacity * 2 ** -32;
  const slot = Math.floor(home);
  // A product above 2^53 is rounded: a whole number may be what it was rounded up to, then the halves decide.
  if (slot !== home || capacity <= 0x200000) return slot;
  const low = Math.floor((hash & 0xffff) * capacity * 2 ** -16);
  return Math.floor(((hash >>> 16) * capacity + low) * 2 ** -16);
}

/** The slot after this one. */
export function nextSlot(slot: number, capacity: number): number {
  return slot + 1 === capacity ? 0 : slot + 1;
}

/** Files entry `i` as number `i` under its hash. */
export function* fillSlots(hashes: Uint32Array): Steps<Uint32Array> {
  const words = workWords(slotCapacity(hashes.length));
  const bits = bitLength(hashes.length);
  for (let i = 0; i < hashes.length; i++) {
    const hash = hashes[i] as number;
    let slot = homeSlot(hash, words.length);
    while (words[slot] !== 0) slot = nextSlot(slot, words.length);
    words[slot] = (hash << bits) | (i + 1);
    if (i % 4096 === 0) yield;
  }
  return words;
}
