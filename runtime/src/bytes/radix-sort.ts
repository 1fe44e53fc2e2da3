/**
 * Sorts byte strings of an arena: four bytes at a time from the front, by counting (LSD radix within each
 * four), small runs by insertion. Stable, so that ties keep the order they came in. Input in order already
 * is noticed in one pass.
 */
import { offsetOf, type Arena } from "./arena.js";
import type { Steps } from "./steps.js";
import { workWords } from "./work-memory.js";

/** Byte strings by number: where each begins and how long it is. */
export interface ByteStrings {
  readonly arena: Arena;
  readonly addresses: Uint32Array;
  readonly lengths: Uint32Array;
}

/** Memory to sort in: prefixes beside the order, and a second copy of both to move between. Grows as needed. */
export class SortScratch {
  prefixes: Uint32Array = NONE;
  prefixesBack: Uint32Array = NONE;
  orderBack: Uint32Array = NONE;
  readonly counts: Uint32Array = new Uint32Array(256);

  reserve(size: number): void {
    if (this.prefixes.length >= size) return;
    this.prefixes = workWords(size);
    this.prefixesBack = workWords(size);
    this.orderBack = workWords(size);
  }
}

const NONE = new Uint32Array(0);

/**
 * Puts the numbers of byte strings in `order` into the order of their bytes, in place. No string may be the
 * beginning of a different one.
 */
export function* sortByBytes(
  strings: ByteStrings,
  order: Uint32Array,
  scratch: SortScratch = new SortScratch(),
): Steps<void> {
  if (yield* isSorted(strings, order)) return;
  scratch.reserve(order.length);
  const runs: Run[] = [{ start: 0, end: order.length, depth: 0 }];
  for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
    const differing = yield* loadPrefixes(strings, order, run, scratch.prefixes);
    yield* sortByPrefix(order, run, differing, scratch);
    yield* sortWithin(strings, order, run, scratch.prefixes, runs);
  }
}

/** Puts the indexes in `order` into the order of the numbers at them, in place; stable. */
export function* sortByNumber(
  numbers: Uint32Array,
  order: Uint32Array,
  scratch: SortScratch,
): Steps<void> {
  scratch.reserve(order.length);
  const { prefixes } = scratch;
  let differing = 0;
  let isSorted = true;
  for (let i = 0; i < order.length; i++) {
    const number = numbers[order[i] as number] as number;
    prefixes[i] = number;
    if (i > 0) {
      differing |= number ^ (prefixes[0] as number);
      if (number < (prefixes[i - 1] as number)) isSorted = false;
    }
    if (i % STRIDE === 0) yield;
  }
  if (isSorted) return;
  yield* sortByPrefix(order, { start: 0, end: order.length, depth: 0 }, differing, scratch);
}

/** 0, 1, 2 and on. */
export function* asTheyCame(count: number): Steps<Uint32Array> {
  const order = workWords(count);
  for (let i = 0; i < count; i++) {
    order[i] = i;
    if (i % (STRIDE * 8) === 0) yield;
  }
  return order;
}

export function* copyOf(order: Uint32Array): Steps<Uint32Array> {
  const copy = workWords(order.length);
  for (let i = 0; i < order.length; i += STRIDE * 8) {
    copy.set(order.subarray(i, i + STRIDE * 8), i);
    yield;
  }
  return copy;
}

/** A stretch of the order whose strings agree in their first `depth` bytes. */
interface Run {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

const SMALL = 24;
const STRIDE = 2048;

/** Compares two byte strings from a depth on: negative, 0 or positive. */
export function compareBytes(strings: ByteStrings, a: number, b: number, depth = 0): number {
  const { arena, addresses, lengths } = strings;
  const left = addresses[a] as number;
  const right = addresses[b] as number;
  const leftChunk = arena.chunkOf(left);
  const rightChunk = arena.chunkOf(right);
  const leftStart = offsetOf(left);
  const rightStart = offsetOf(right);
  const end = Math.min(lengths[a] as number, lengths[b] as number);
  for (let i = depth; i < end; i++) {
    const difference =
      (leftChunk[leftStart + i] as number) - (rightChunk[rightStart + i] as number);
    if (difference !== 0) return difference;
  }
  return (lengths[a] as number) - (lengths[b] as number);
}

function* isSorted(strings: ByteStrings, order: Uint32Array): Steps<boolean> {
  for (let i = 1; i < order.length; i++) {
    if (compareBytes(strings, order[i - 1] as number, order[i] as number) > 0) return false;
    if (i % STRIDE === 0) yield;
  }
  return true;
}

function insertionSort(strings: ByteStrings, order: Uint32Array, run: Run): void {
  for (let i = run.start + 1; i < run.end; i++) {
    const item = order[i] as number;
    let j = i;
    while (j > run.start && compareBytes(strings, order[j - 1] as number, item, run.depth) > 0) {
      order[j] = order[j - 1] as number;
      j--;
    }
    order[j] = item;
  }
}

/** Sorts a run by its prefixes, in the bits in which any two differ. */
function* sortByPrefix(
  order: Uint32Array,
  run: Run,
  differing: number,
  scratch: SortScratch,
): Steps<void> {
  for (let shift = 0; shift < 32; shift += 8) {
    if (((differing >>> shift) & 0xff) !== 0) yield* countingPass(order, run, scratch, shift);
  }
}

/** What agrees in the prefix and goes on is sorted by what follows: few at once, many as a run of their own. */
function* sortWithin(
  strings: ByteStrings,
  order: Uint32Array,
  run: Run,
  prefixes: Uint32Array,
  runs: Run[],
): Steps<void> {
  const { lengths } = strings;
  const depth = run.depth + 4;
  let start = run.start;
  for (let i = run.start + 1; i <= run.end; i++) {
    if (i % STRIDE === 0) yield;
    if (i < run.end && prefixes[i] === prefixes[start]) continue;
    const size = i - start;
    if (size > 1 && (lengths[order[start] as number] as number) > depth) {
      const part = { start, end: i, depth };
      if (size > SMALL) runs.push(part);
      else insertionSort(strings, order, part);
    }
    start = i;
  }
}

/** Reads the four bytes at the run's depth of each string; returns the bits in which any two differ. */
function* loadPrefixes(
  strings: ByteStrings,
  order: Uint32Array,
  run: Run,
  prefixes: Uint32Array,
): Steps<number> {
  const { arena, addresses, lengths } = strings;
  let differing = 0;
  let first = 0;
  for (let i = run.start; i < run.end; i++) {
    const item = order[i] as number;
    const address = addresses[item] as number;
    const prefix = prefixAt(
      arena.chunkOf(address),
      offsetOf(address) + run.depth,
      (lengths[item] as number) - run.depth,
    );
    prefixes[i] = prefix;
    if (i === run.start) first = prefix;
    else differing |= prefix ^ first;
    if (i % STRIDE === 0) yield;
  }
  return differing;
}

/** Four bytes as a big-endian number, zeros past the end: a string that has ended differs nowhere later. */
function prefixAt(chunk: Uint8Array, start: number, left: number): number {
  if (left >= 4) {
    return (
      ((chunk[start] as number) << 24) |
      ((chunk[start + 1] as number) << 16) |
      ((chunk[start + 2] as number) << 8) |
      (chunk[start + 3] as number)
    );
  }
  let prefix = 0;
  for (let i = 0; i < left; i++) prefix |= (chunk[start + i] as number) << (24 - 8 * i);
  return prefix;
}

/** One stable pass over one byte of the prefixes. */
function* countingPass(
  order: Uint32Array,
  { start, end }: Run,
  scratch: SortScratch,
  shift: number,
): Steps<void> {
  const { prefixes, prefixesBack, orderBack, counts } = scratch;
  counts.fill(0);
  for (let i = start; i < end; i++) {
    const digit = ((prefixes[i] as number) >>> shift) & 0xff;
    counts[digit] = (counts[digit] as number) + 1;
    if (i % (STRIDE * 8) === 0) yield;
  }
  let place = start;
  for (let digit = 0; digit < 256; digit++) {
    const count = counts[digit] as number;
    counts[digit] = place;
    place += count;
  }
  for (let i = start; i < end; i++) {
    const prefix = prefixes[i] as number;
    const digit = (prefix >>> shift) & 0xff;
    const to = counts[digit] as number;
    counts[digit] = to + 1;
    orderBack[to] = order[i] as number;
    prefixesBack[to] = prefix;
    if (i % (STRIDE * 4) === 0) yield;
  }
  for (let i = start; i < end; i += STRIDE * 8) {
    const next = Math.min(end, i + STRIDE * 8);
    order.set(orderBack.subarray(i, next), i);
    yield;
  }
  scratch.prefixes = prefixesBack;
  scratch.prefixesBack = prefixes;
}
