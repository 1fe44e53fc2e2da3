/**
 * Builds the arrays of one view from what was noted of each row. Order is total: the view's sort fields, then
 * the key, which is the order of ordinals. A unique view that tolerates duplicates is laid out as a group
 * view, so that a thousand rows of one key cost one slot and the winner is the first or last of its group.
 */
import type { ViewDefinition } from "../definition.js";
import { Column, offsetOf } from "./arena.js";
import { LIMIT_SLACK } from "./format.js";
import type { IndexEntries } from "./index-columns.js";
import {
  asTheyCame,
  compareBytes,
  copyOf,
  sortByBytes,
  sortByNumber,
  type SortScratch,
} from "./radix-sort.js";
import { bitLength, fillSlots, homeSlot, nextSlot, slotCapacity } from "./slots.js";
import type { Steps } from "./steps.js";
import { workWords } from "./work-memory.js";

/** The arrays as a segment stores them; those that a kind of view does not have are empty. */
export interface ViewArrays {
  readonly slots: Uint32Array;
  readonly starts: Uint32Array;
  readonly ordinals: Uint32Array;
  readonly elements: Uint32Array;
  /** Whether entries beyond the limit were left out. */
  readonly cut: boolean;
}

/** Two rows with the same key in a unique view that refuses them. */
export interface DuplicateRows {
  readonly first: number;
  readonly second: number;
}

export const NO_ENTRIES: Uint32Array = new Uint32Array(0);

/** The rows of a segment, both ways. */
export interface RowOrder {
  /** Rows in key order. */
  readonly order: Uint32Array;
  /** `ordinals[row]` is the row's place in it. */
  readonly ordinals: Uint32Array;
}

export function* buildView<R>(
  view: ViewDefinition<R>,
  entries: IndexEntries,
  rows: RowOrder,
  scratch: SortScratch,
): Steps<ViewArrays | DuplicateRows> {
  const { ordinals } = rows;
  const places = entries.rows === undefined ? ordinals : yield* pick(ordinals, entries.rows);
  const filed: Filed = { entries, places };
  const order = yield* inKeyOrder(filed, rows, scratch);
  if (view.view === "unique" && view.duplicates === "error") {
    return yield* uniqueArrays(filed, order, ordinals.length);
  }
  yield* sortByBytes(entries, order, scratch);
  const limit = view.view === "unique" || view.limit === undefined ? Infinity : view.limit;
  if (view.view === "sorted") return yield* sortedArrays(filed, order, limit);
  return yield* groupArrays(filed, order, limit);
}

/** What was noted, and the ordinal of each entry's row. */
interface Filed {
  readonly entries: IndexEntries;
  readonly places: Uint32Array;
}

function* pick(from: Uint32Array, indexes: Uint32Array): Steps<Uint32Array> {
  const picked = workWords(indexes.length);
  for (let i = 0; i < indexes.length; i++) {
    picked[i] = from[indexes[i] as number] as number;
    if (i % 4096 === 0) yield;
  }
  return picked;
}

/** The numbers of the entries by ordinal of their rows; stable. */
function* inKeyOrder(
  { entries, places }: Filed,
  rows: RowOrder,
  scratch: SortScratch,
): Steps<Uint32Array> {
  if (entries.rows === undefined) return yield* copyOf(rows.order);
  const order = yield* asTheyCame(places.length);
  yield* sortByNumber(places, order, scratch);
  return order;
}

function* sortedArrays({ places }: Filed, order: Uint32Array, limit: number): Steps<ViewArrays> {
  const kept = Math.min(order.length, limit + LIMIT_SLACK);
  const sorted = workWords(kept);
  for (let i = 0; i < kept; i++) {
    sorted[i] = places[order[i] as number] as number;
    if (i % 4096 === 0) yield;
  }
  return {
    slots: NO_ENTRIES,
    starts: NO_ENTRIES,
    ordinals: sorted,
    elements: NO_ENTRIES,
    cut: kept < order.length,
  };
}

function* groupArrays(filed: Filed, order: Uint32Array, limit: number): Steps<ViewArrays> {
  const groups = new GroupWriter(filed, limit + LIMIT_SLACK);
  for (let i = 0; i < order.length; i++) {
    groups.add(order[i] as number);
    if (i % 2048 === 0) yield;
  }
  return yield* groups.finish();
}

/** Cuts entries in order into groups where their key changes. */
class GroupWriter {
  readonly #entries: IndexEntries;
  readonly #places: Uint32Array;
  readonly #most: number;
  readonly #starts: Column = new Column();
  readonly #hashes: Column = new Column();
  readonly #members: Column = new Column();
  readonly #elements: Column = new Column();
  #first: number | undefined;
  #size = 0;
  #cut = false;

  constructor({ entries, places }: Filed, most: number) {
    this.#entries = entries;
    this.#places = places;
    this.#most = most;
  }

  add(entry: number): void {
    const { hashes, elements } = this.#entries;
    if (this.#first === undefined || !sameGroup(this.#entries, this.#first, entry)) {
      this.#first = entry;
      this.#size = 0;
      this.#starts.push(this.#members.length);
      this.#hashes.push(hashes[entry] as number);
    }
    this.#size++;
    if (this.#size > this.#most) {
      this.#cut = true;
      return;
    }
    this.#members.push(this.#places[entry] as number);
    if (elements.length > 0) this.#elements.push(elements[entry] as number);
  }

  *finish(): Steps<ViewArrays> {
    const groups = this.#starts.length;
    if (groups > 0) this.#starts.push(this.#members.length);
    return {
      slots: yield* fillSlots(yield* this.#hashes.take()),
      starts: yield* this.#starts.take(),
      ordinals: yield* this.#members.take(),
      elements: yield* this.#elements.take(),
      cut: this.#cut,
    };
  }
}

/** No order key of a view's key is the beginning of another, so equal first bytes are equal keys. */
function sameGroup(entries: IndexEntries, a: number, b: number): boolean {
  const { arena, addresses, splits } = entries;
  const left = addresses[a] as number;
  const right = addresses[b] as number;
  const leftChunk = arena.chunkOf(left);
  const rightChunk = arena.chunkOf(right);
  const leftStart = offsetOf(left);
  const rightStart = offsetOf(right);
  const length = splits[a] as number;
  for (let i = 0; i < length; i++) {
    if (leftChunk[leftStart + i] !== rightChunk[rightStart + i]) return false;
  }
  return true;
}

/** Files each entry under its hash; two of the same bytes are refused. */
function* uniqueArrays(
  { entries, places }: Filed,
  order: Uint32Array,
  records: number,
): Steps<ViewArrays | DuplicateRows> {
  const slots = workWords(slotCapacity(order.length));
  const filed = workWords(slots.length);
  const bits = bitLength(records);
  for (let i = 0; i < order.length; i++) {
    const entry = order[i] as number;
    const hash = entries.hashes[entry] as number;
    let slot = homeSlot(hash, slots.length);
    for (; slots[slot] !== 0; slot = nextSlot(slot, slots.length)) {
      const other = filed[slot] as number;
      if (entries.hashes[other] === hash && compareBytes(entries, other, entry) === 0) {
        return { first: rowOf(entries, other), second: rowOf(entries, entry) };
      }
    }
    slots[slot] = (hash << bits) | ((places[entry] as number) + 1);
    filed[slot] = entry;
    if (i % 2048 === 0) yield;
  }
  return { slots, starts: NO_ENTRIES, ordinals: NO_ENTRIES, elements: NO_ENTRIES, cut: false };
}

function rowOf({ rows }: IndexEntries, entry: number): number {
  return rows === undefined ? entry : (rows[entry] as number);
}
