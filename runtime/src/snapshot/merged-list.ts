/**
 * A list over several parts: runs of each part's index, merged as far as somebody looks. What is decoded is
 * what is asked for, and a few records to compare with.
 */
import { ArrayMemo } from "./array-memo.js";
import { NOTHING, type ArrayInUse, type ArraysInUse } from "./arrays-in-use.js";
import { Merge } from "./merge.js";
import type { Order } from "./order.js";
import { placeIn } from "./record-list.js";
import { countLive, type Run } from "./run.js";
import type { RecordList } from "./views.js";

/** Where a list's array is remembered for the next snapshot. */
export interface ArrayPlace<R extends object> {
  readonly arrays: ArraysInUse<R>;
  /** Identity of the group's key. */
  readonly identity: unknown;
  readonly key: unknown;
}

export interface MergedListSource<R extends object> {
  readonly runs: readonly Run<R>[];
  readonly order: Order<R>;
  /** The most that it shows. */
  readonly limit: number;
  readonly place?: ArrayPlace<R>;
}

/** So far behind what is merged, it is merged rather than counted. */
const NEAR = 1024;

export class MergedList<R extends object> extends ArrayMemo<R> implements RecordList<R> {
  protected readonly source: MergedListSource<R>;
  readonly #forward: Merge<R>;
  #backward: Merge<R> | undefined;
  #size: number | undefined;

  constructor(source: MergedListSource<R>) {
    super();
    this.source = source;
    this.#forward = new Merge(source.runs, source.order, false);
  }

  get size(): number {
    this.#size ??= Math.min(this.source.limit, this.#countLive());
    return this.#size;
  }

  at(position: number): R | undefined {
    const whole = Math.trunc(position) || 0;
    const from = whole < 0 ? whole + this.size : whole;
    return from >= 0 && from < this.size ? this.#recordAt(from) : undefined;
  }

  slice(start = 0, end: number = this.size): readonly R[] {
    return this.#page(start, end) ?? this.#slice(start, end);
  }

  /** A stretch near the beginning, without counting the list. */
  #page(start: number, end: number): readonly R[] | undefined {
    const merge = this.#forward;
    if (!(start >= 0 && end >= 0 && end <= merge.covered + NEAR)) return undefined;
    const to = Math.min(Math.trunc(end), this.source.limit);
    const from = Math.trunc(start);
    merge.extend(to);
    return Object.freeze(from < to ? merge.copy(from, to) : []);
  }

  #slice(start: number, end: number): readonly R[] {
    const from = placeIn(start, this.size);
    const to = placeIn(end, this.size);
    if (from >= to) return Object.freeze([]);
    if (!this.#isNearEnd(to - 1)) {
      this.#forward.extend(to);
      return Object.freeze(this.#forward.copy(from, to));
    }
    const records: R[] = [];
    for (let i = from; i < to; i++) {
      const record = this.#recordAt(i);
      if (record !== undefined) records.push(record);
    }
    return Object.freeze(records);
  }

  /** The array that readers have, of this snapshot or one before. */
  inUse(): readonly ArrayInUse<R>[] {
    const { place } = this.source;
    const inUse = place?.arrays.get(place.identity);
    return inUse === undefined ? [] : [inUse];
  }

  *[Symbol.iterator](): Generator<R, undefined, unknown> {
    const { size } = this;
    const merge = this.#forward;
    for (let i = 0; i < size; i++) {
      // Further each time, so that a short look costs little and a long one few merges.
      if (i >= merge.covered) merge.extend(Math.min(size, 2 * i + 32));
      const record = merge.reach(i);
      if (record !== undefined) yield record;
    }
  }

  /** The runs, without what lies beyond the limit. */
  protected shownRuns(): readonly Run<R>[] {
    const { runs, limit } = this.source;
    if (limit === Infinity) return runs;
    this.#forward.extend(this.size);
    return this.#forward.runsUntil(this.size);
  }

  #countLive(): number {
    let live = 0;
    for (const run of this.source.runs) live += countLive(run);
    return live;
  }

  /** Whether it is less work to merge from the end. */
  #isNearEnd(position: number): boolean {
    const { covered } = this.#forward;
    return this.source.limit === Infinity && position >= covered && position * 2 > this.size;
  }

  /** Undefined only where an index that lies about itself ends too early. */
  #recordAt(position: number): R | undefined {
    if (!this.#isNearEnd(position)) return this.#forward.reach(position);
    const { runs, order } = this.source;
    this.#backward ??= new Merge(runs, order, true);
    return this.#backward.reach(this.size - 1 - position);
  }

  protected override makeArray(): readonly R[] {
    const { place, runs } = this.source;
    const { size } = this;
    if (size === 0) {
      place?.arrays.delete(place.identity);
      return NOTHING;
    }
    const before = place?.arrays.get(place.identity);
    this.#forward.extend(size);
    const records = this.#forward.copy(0, size, before);
    const isSame = before !== undefined && sameItems(records, before.array);
    const array = isSame ? before.array : Object.freeze(records);
    const of = (runs[0] as Run<R>).records;
    const stretches = this.#forward.stretchesOf(0, size);
    place?.arrays.set(place.identity, { key: place.key, array, records: of, ...stretches });
    return array;
  }
}

/** A plain loop: `every` on a frozen array takes several times as long. */
function sameItems<R>(a: readonly R[], b: readonly R[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
