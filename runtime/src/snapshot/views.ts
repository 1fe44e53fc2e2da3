/**
 * What readers see of views and lists: interfaces only. Snapshots implement them; generated code names them.
 * All reads are synchronous and never throw because of the store; a record that does not decode throws
 * ERR_BAD_RECORD. Arrays and records are frozen and shared: compare them by identity to see whether they changed.
 */

/** Bounds over the first sort field; several are combined. Unset values are in no range. */
export interface Range<S> {
  readonly gt?: S;
  readonly gte?: S;
  readonly lt?: S;
  readonly lte?: S;
}

/** Bounds over a string field; `prefix` compares code points, case matters. */
export interface TextRange extends Range<string> {
  readonly prefix?: string;
}

/** Records in an order, decoded only when they are asked for. */
export interface RecordList<R> extends Iterable<R> {
  /** How many; decodes nothing. */
  readonly size: number;
  /** The record at a position; negative positions count from the end; undefined outside. */
  at(position: number): R | undefined;
  /** Decodes the records from `start` up to but not including `end` (as Array.slice); a new frozen array. */
  slice(start?: number, end?: number): readonly R[];
  /** All of them: a frozen array, the same one until it changes. Blocks while it decodes (about 0.3 us a record). */
  toArray(): readonly R[];
}

/** Records sorted by at least one field. `S` is the type of the first sort field, `B` the bounds it takes. */
export interface SortedList<R, S, B extends Range<S> = Range<S>> extends RecordList<R> {
  /**
   * The part within the bounds, in the same order; O(log n), decoding about that many records. Throws
   * ERR_INVALID_ARGUMENT for a bound that is no value of the field, as `floor` and `ceiling` do.
   */
  range(bounds: B): SortedList<R, S, B>;
  /** The first, in this order, of the records with the greatest value not above `value`. */
  floor(value: S): R | undefined;
  /** The first, in this order, of the records with the smallest value not below `value`. */
  ceiling(value: S): R | undefined;
}

/** A group view: lists of records by a value of theirs. `G` is the group key, `L` the kind of RecordList. */
export interface GroupView<G, R, L = RecordList<R>> {
  /** How many groups there are. */
  readonly size: number;
  has(key: G): boolean;
  /** All records of the group, frozen; the same array until it changes; empty when there is no such group. */
  get(key: G): readonly R[];
  /** The group without decoding it. Prefer this to `get` for groups of many thousand records. */
  list(key: G): L;
  /** How many records the group has; decodes nothing. */
  count(key: G): number;
  /** The group keys in their order; decodes one record a group. */
  keys(): IterableIterator<G>;
}

/** A unique view: at most one record by a value. */
export interface UniqueView<U, R> {
  has(key: U): boolean;
  get(key: U): R | undefined;
}

/** A sorted view over the whole collection. */
export type SortedView<R, S, B extends Range<S> = Range<S>> = SortedList<R, S, B>;
