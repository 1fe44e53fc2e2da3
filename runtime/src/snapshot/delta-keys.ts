/**
 * One table of the keys of all deltas of a snapshot, so that a lookup takes two probes however many deltas
 * there are: the base's, then this one. An entry says which part says something about its key last, and where
 * in it: an ordinal below the part's records is a record; above, it is a key that the part takes away.
 */
import { homeSlot, nextSlot } from "../bytes/slots.js";

/** No entry. */
export const NO_ENTRY = -1;

/** Says whether the key at a place is the one that is looked for. */
export type HasKey = (part: number, ordinal: number) => boolean;

export class DeltaKeys {
  readonly #hashes: Int32Array;
  readonly #parts: Uint16Array;
  readonly #ordinals: Uint32Array;
  /** Entry + 1; 0 is free. At most a half is used. */
  readonly #slots: Int32Array;
  #count = 0;

  /** A copy of a table with room for more keys; cost by its size, without looking at the keys. */
  constructor(more: number, before?: DeltaKeys) {
    const most = more + (before === undefined ? 0 : before.#count);
    this.#hashes = new Int32Array(most);
    this.#parts = new Uint16Array(most);
    this.#ordinals = new Uint32Array(most);
    const fits = before !== undefined && before.#slots.length >= most * 2;
    this.#slots = fits ? before.#slots.slice() : new Int32Array(most * 4);
    if (before === undefined) return;
    const count = before.#count;
    this.#hashes.set(before.#hashes.subarray(0, count));
    this.#parts.set(before.#parts.subarray(0, count));
    this.#ordinals.set(before.#ordinals.subarray(0, count));
    this.#count = count;
    if (!fits) for (let entry = 0; entry < count; entry++) this.#file(entry);
  }

  /** The entry of a key, or NO_ENTRY. */
  find(hash: number, has: HasKey): number {
    const slots = this.#slots;
    if (slots.length === 0) return NO_ENTRY;
    for (let slot = homeSlot(hash, slots.length); ; slot = nextSlot(slot, slots.length)) {
      const entry = (slots[slot] as number) - 1;
      if (entry === NO_ENTRY) return NO_ENTRY;
      if (this.#hashes[entry] === hash && has(this.partOf(entry), this.ordinalOf(entry)))
        return entry;
    }
  }

  partOf(entry: number): number {
    return this.#parts[entry] as number;
  }

  ordinalOf(entry: number): number {
    return this.#ordinals[entry] as number;
  }

  /** Adds a key that is not there. */
  add(hash: number, part: number, ordinal: number): void {
    const entry = this.#count++;
    this.#hashes[entry] = hash;
    this.set(entry, part, ordinal);
    this.#file(entry);
  }

  set(entry: number, part: number, ordinal: number): void {
    this.#parts[entry] = part;
    this.#ordinals[entry] = ordinal;
  }

  #file(entry: number): void {
    const slots = this.#slots;
    let slot = homeSlot(this.#hashes[entry] as number, slots.length);
    while (slots[slot] !== 0) slot = nextSlot(slot, slots.length);
    slots[slot] = entry + 1;
  }
}
