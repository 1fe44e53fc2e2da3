/**
 * The groups of a view in one segment: found by key through slots, confirmed on the first member's record.
 * Group keys are not stored; groups are numbered in the order of their keys, unset last.
 */
import type { SegmentView } from "../bytes/segment.js";
import { homeSlot, nextSlot } from "../bytes/slots.js";
import type { IndexField } from "../definition.js";
import { hashOf, keyOf, matches, sameValue, shownKey } from "./key-shape.js";
import type { Stretch } from "./record-list.js";
import type { Records } from "./records.js";

/** What a view is made over. */
export interface ViewSource<R extends object> {
  readonly records: Records<R>;
  readonly arrays: SegmentView;
  readonly seed: number;
}

/** What a group's key consists of. */
export interface GroupShape<R> {
  readonly by: readonly IndexField<R>[];
  /** For a group over a list: the list, one of whose elements is the key. */
  each?(record: R): readonly unknown[];
}

/** `find` found nothing. */
export const NO_GROUP = -1;

export class GroupTable<R extends object> {
  /** How many groups there are. */
  readonly size: number;
  readonly #shape: GroupShape<R>;
  readonly #source: ViewSource<R>;

  constructor(shape: GroupShape<R>, source: ViewSource<R>) {
    this.#shape = shape;
    this.#source = source;
    this.size = Math.max(0, source.arrays.starts.length - 1);
  }

  /** The number of a key's group, or NO_GROUP. */
  find(key: unknown): number {
    const { words, bits } = this.#source.arrays.slots;
    if (words.length === 0) return NO_GROUP;
    const hash = hashOf(this.#shape.by, key, this.#source.seed);
    const wanted = hash << bits;
    // A checked table has a free slot, where this ends.
    for (let slot = homeSlot(hash, words.length); ; slot = nextSlot(slot, words.length)) {
      const word = words[slot] as number;
      if (word === 0) return NO_GROUP;
      const group = (word & ((1 << bits) - 1)) - 1;
      if ((word ^ wanted) >>> bits === 0 && this.#has(group, key)) return group;
    }
  }

  /** The key of a group. */
  keyOf(group: number): unknown {
    const shape = this.#shape;
    const first = this.#first(group);
    if (shape.each === undefined) return keyOf(shape.by, first);
    const { elements, starts } = this.#source.arrays;
    return shownKey(shape.each(first)[elements[starts[group] as number] as number]);
  }

  /** The members of a group in the view's order, at most `limit`. */
  members(group: number, limit: number): Stretch {
    const { ordinals, starts } = this.#source.arrays;
    const start = starts[group] as number;
    return { ordinals, start, end: Math.min(starts[group + 1] as number, start + limit) };
  }

  #has(group: number, key: unknown): boolean {
    const { by } = this.#shape;
    const [field] = by;
    if (this.#shape.each === undefined || field === undefined) {
      return matches(by, this.#first(group), key);
    }
    return sameValue(field.kind, this.keyOf(group), key);
  }

  #first(group: number): R {
    const { arrays, records } = this.#source;
    return records.get(arrays.ordinals[arrays.starts[group] as number] as number);
  }
}
