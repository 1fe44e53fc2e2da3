/**
 * Lists of records in an order: a stretch of a segment's ordinals, decoded where it is looked at. Loops are
 * plain, because array methods on frozen arrays are several times slower.
 */
import type { Steps } from "../bytes/steps.js";
import { ArrayMemo } from "./array-memo.js";
import { NOTHING, type ArrayInUse } from "./arrays-in-use.js";
import type { Records } from "./records.js";
import type { RecordList } from "./views.js";

/** Ordinals from `start` up to but not including `end` of an index. */
export interface Stretch {
  readonly ordinals: Uint32Array;
  readonly start: number;
  readonly end: number;
}

export class OrdinalList<R extends object> extends ArrayMemo<R> implements RecordList<R> {
  readonly size: number;
  protected readonly records: Records<R>;
  protected readonly stretch: Stretch;

  constructor(records: Records<R>, stretch: Stretch) {
    super();
    this.records = records;
    this.stretch = stretch;
    this.size = stretch.end - stretch.start;
  }

  at(position: number): R | undefined {
    const whole = Math.trunc(position) || 0;
    const from = whole < 0 ? whole + this.size : whole;
    return from >= 0 && from < this.size ? this.records.get(this.ordinal(from)) : undefined;
  }

  slice(start = 0, end: number = this.size): readonly R[] {
    const from = placeIn(start, this.size);
    return Object.freeze(this.#decode(from, placeIn(end, this.size)));
  }

  *[Symbol.iterator](): Generator<R, undefined, unknown> {
    for (let i = 0; i < this.size; i++) yield this.records.get(this.ordinal(i));
  }

  /** Whether somebody asked for the array. */
  get isInUse(): boolean {
    return this.arrayInUse !== undefined;
  }

  /** The array if somebody asked for it already, with where its records come from; `key` is the group's. */
  inUse(key: unknown): readonly ArrayInUse<R>[] {
    const array = this.arrayInUse;
    const { start, end } = this.stretch;
    return array ? [{ key, array, records: this.records, from: [start], to: [end], at: [0] }] : [];
  }

  /** Keeps an array of an earlier snapshot if it holds exactly this list's records. */
  *adopt(array: readonly R[]): Steps<void> {
    if (array.length !== this.size || this.isInUse) return;
    for (let i = 0; i < array.length; i++) {
      if (this.records.peek(this.ordinal(i)) !== array[i]) return;
      if (i % 1024 === 0) yield;
    }
    this.keep(array);
  }

  /** The record at a position that exists. */
  recordAt(position: number): R {
    return this.records.get(this.ordinal(position));
  }

  protected override makeArray(): readonly R[] {
    return this.size === 0 ? NOTHING : Object.freeze(this.#decode(0, this.size));
  }

  protected ordinal(position: number): number {
    return this.stretch.ordinals[this.stretch.start + position] as number;
  }

  #decode(from: number, to: number): R[] {
    const records: R[] = [];
    for (let i = from; i < to; i++) records.push(this.records.get(this.ordinal(i)));
    return records;
  }
}

/** A position as Array.slice takes it: negative from the end, cut to the list. */
export function placeIn(position: number, size: number): number {
  const whole = Math.trunc(position) || 0;
  return whole < 0 ? Math.max(0, whole + size) : Math.min(whole, size);
}
