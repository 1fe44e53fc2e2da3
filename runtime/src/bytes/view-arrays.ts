/**
 * Builds the arrays of one view from what was noted of each row. Order is total: the view's sort fields, then
 * the key, which is the order of ordinals. A unique view that tolerates duplicates is laid out as a group
 * view, so that a thousand rows of one key cost one slot and the winner is the first or last of its group.
 */
import type { ViewDefinition } from "../definition.js";
import { Column, offsetOf } from "./arena.js";
import { LIMIT_SLACK } from "./format.js";
import type { IndexEntries } from "./index-columns.js";
import { compareBytes, sortByBytes } from "./radix-sort.js";
import { bitLength, fillSlots, homeSlot, nextSlot, slotCapacity } from "./slots.js";
import type { Steps } from "./steps.js";

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

/** `ordinals[row]` is the row's place in key order. */
export function* buildView<R>(
  view: ViewDefinition<R>,
  entries: IndexEntries,
  ordinals: Uint32Array,
): Steps<ViewArrays | DuplicateRows> {
  const order = yield* inKeyOrder(entries, ordinals);
  if (view.view === "unique" && view.duplicates === "error") {
    return yield* uniqueArrays(entries, order, ordinals);
  }
  yield* sortByBytes(entries, order);
  const limit = view.view === "unique" || view.limit === undefined ? Infinity : view.limit;
  if (view.view === "sorted") return yield* sortedArrays(entries, order, ordinals, limit);
  return yield* groupArrays(entries, order, ordinals, limit);
}

/** The numbers of the entries by ordinal of their rows; stable. */
function* inKeyOrder(entries: IndexEntries, ordinals: Uint32Array): Steps<Uint32Array> {
  const { rows } = entries;
  const starts = new Uint32Array(ordinals.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const at = ordinals[rows[i] as number] as number;
    starts[at + 1] = (starts[at + 1] as number) + 1;
    if (i % 4096 === 0) yield;
  }
  for (let i = 1; i < starts.length; i++) {
    starts[i] = (starts[i] as number) + (starts[i - 1] as number);
    if (i % 16_384 === 0) yield;
  }
  const order = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const at = ordinals[rows[i] as number] as number;
    const to = starts[at] as number;
    starts[at] = to + 1;
    order[to] = i;
    if (i % 4096 === 0) yield;
  }
  return order;
}

function* sortedArrays(
  entries: IndexEntries,
  order: Uint32Array,
  ordinals: Uint32Array,
  limit: number,
): Steps<ViewArrays> {
  const kept = Math.min(order.length, limit + LIMIT_SLACK);
  const sorted = new Uint32Array(kept);
  for (let i = 0; i < kept; i++) {
    sorted[i] = ordinals[entries.rows[order[i] as number] as number] as number;
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

function* groupArrays(
  entries: IndexEntries,
  order: Uint32Array,
  ordinals: Uint32Array,
  limit: number,
): Steps<ViewArrays> {
  const groups = new GroupWriter(entries, ordinals, limit + LIMIT_SLACK);
  for (let i = 0; i < order.length; i++) {
    groups.add(order[i] as number);
    if (i % 2048 === 0) yield;
  }
  return yield* groups.finish();
}

/** Cuts entries in order into groups where their key changes. */
class GroupWriter {
  readonly #entries: IndexEntries;
  readonly #ordinals: Uint32Array;
  readonly #most: number;
  readonly #starts: Column = new Column();
  readonly #hashes: Column = new Column();
  readonly #members: Column = new Column();
  readonly #elements: Column = new Column();
  #first: number | undefined;
  #size = 0;
  #cut = false;

  constructor(entries: IndexEntries, ordinals: Uint32Array, most: number) {
    this.#entries = entries;
    this.#ordinals = ordinals;
    this.#most = most;
  }

  add(entry: number): void {
    const { rows, hashes, elements } = this.#entries;
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
    this.#members.push(this.#ordinals[rows[entry] as number] as number);
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
  entries: IndexEntries,
  order: Uint32Array,
  ordinals: Uint32Array,
): Steps<ViewArrays | DuplicateRows> {
  const slots = new Uint32Array(slotCapacity(order.length));
  const filed = new Uint32Array(slots.length);
  const bits = bitLength(ordinals.length);
  for (let i = 0; i < order.length; i++) {
    const entry = order[i] as number;
    const hash = entries.hashes[entry] as number;
    let slot = homeSlot(hash, slots.length);
    for (; slots[slot] !== 0; slot = nextSlot(slot, slots.length)) {
      const other = filed[slot] as number;
      if (entries.hashes[other] === hash && compareBytes(entries, other, entry) === 0) {
        return { first: entries.rows[other] as number, second: entries.rows[entry] as number };
      }
    }
    const ordinal = ordinals[entries.rows[entry] as number] as number;
    slots[slot] = (hash << bits) | (ordinal + 1);
    filed[slot] = entry;
    if (i % 2048 === 0) yield;
  }
  return { slots, starts: NO_ENTRIES, ordinals: NO_ENTRIES, elements: NO_ENTRIES, cut: false };
}
