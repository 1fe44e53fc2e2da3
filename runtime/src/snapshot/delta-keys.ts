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

/** The table as threads share it: its arrays lie in shared memory. */
export interface DeltaKeyArrays {
  readonly hashes: Int32Array;
  readonly parts: Uint16Array;
  readonly ordinals: Uint32Array;
  /** Entry + 1; 0 is free. At most a half is used. */
  readonly slots: Int32Array;
  /** How many entries there are. */
  readonly count: number;
}

export class DeltaKeys {
  readonly #hashes: Int32Array;
  readonly #parts: Uint16Array;
  readonly #ordinals: Uint32Array;
  readonly #slots: Int32Array;
  #count: number;

  /** A table over arrays that it may write only if nobody else has them. */
  constructor({ hashes, parts, ordinals, slots, count }: DeltaKeyArrays) {
    this.#hashes = hashes;
    this.#parts = parts;
    this.#ordinals = ordinals;
    this.#slots = slots;
    this.#count = count;
  }

  /** A copy of a table with room for more keys; cost by its size, without looking at the keys. */
  static withRoom(more: number, before?: DeltaKeys): DeltaKeys {
    const count = before === undefined ? 0 : before.#count;
    const most = count + more;
    const fits = before !== undefined && before.#slots.length >= most * 2;
    const keys = new DeltaKeys({
      ...roomFor(most, fits ? before.#slots.length : most * 4),
      count,
    });
    if (before === undefined) return keys;
    keys.#hashes.set(before.#hashes.subarray(0, count));
    keys.#parts.set(before.#parts.subarray(0, count));
    keys.#ordinals.set(before.#ordinals.subarray(0, count));
    if (fits) keys.#slots.set(before.#slots);
    else for (let entry = 0; entry < count; entry++) keys.#file(entry);
    return keys;
  }

  /** For other threads: nobody may add to the table any more. */
  get arrays(): DeltaKeyArrays {
    const [hashes, parts, ordinals] = [this.#hashes, this.#parts, this.#ordinals];
    return { hashes, parts, ordinals, slots: this.#slots, count: this.#count };
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

/** Empty arrays in one piece of shared memory. */
function roomFor(entries: number, slots: number): Omit<DeltaKeyArrays, "count"> {
  const memory = new SharedArrayBuffer(10 * entries + 4 * slots);
  return {
    hashes: new Int32Array(memory, 0, entries),
    ordinals: new Uint32Array(memory, 4 * entries, entries),
    slots: new Int32Array(memory, 8 * entries, slots),
    parts: new Uint16Array(memory, 8 * entries + 4 * slots, entries),
  };
}
