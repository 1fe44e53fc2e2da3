/**
 * Sorts byte strings of an arena: four bytes at a time from the front, by counting (LSD radix within each
 * four), small runs by insertion. Stable, so that ties keep the order they came in. Input in order already
 * is noticed in one pass.
 */
import { offsetOf, type Arena } from "./arena.js";
import type { Steps } from "./steps.js";

/** Byte strings by number: where each begins and how long it is. */
export interface ByteStrings {
  readonly arena: Arena;
  readonly addresses: Uint32Array;
  readonly lengths: Uint32Array;
}

/**
 * Puts the numbers of byte strings in `order` into the order of their bytes, in place. No string may be the
 * beginning of a different one.
 */
export function* sortByBytes(strings: ByteStrings, order: Uint32Array): Steps<void> {
  if (yield* isSorted(strings, order)) return;
  const scratch = new Scratch(order.length);
  const runs: Run[] = [{ start: 0, end: order.length, depth: 0 }];
  let done = 0;
  for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
    const size = run.end - run.start;
    if (size <= SMALL) insertionSort(strings, order, run);
    else yield* splitRun(strings, order, run, scratch, runs);
    done += size;
    if (done >= STRIDE) {
      done = 0;
      yield;
    }
  }
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

/** Memory that all runs share: prefixes beside the order, and a second copy of both to move between. */
class Scratch {
  prefixes: Uint32Array;
  prefixesBack: Uint32Array;
  orderBack: Uint32Array;
  readonly counts: Uint32Array = new Uint32Array(256);

  constructor(size: number) {
    this.prefixes = new Uint32Array(size);
    this.prefixesBack = new Uint32Array(size);
    this.orderBack = new Uint32Array(size);
  }
}

/** Sorts a run by its next four bytes; what agrees in them and goes on becomes a run of its own. */
function* splitRun(
  strings: ByteStrings,
  order: Uint32Array,
  run: Run,
  scratch: Scratch,
  runs: Run[],
): Steps<void> {
  const differing = yield* loadPrefixes(strings, order, run, scratch.prefixes);
  for (let shift = 0; shift < 32; shift += 8) {
    if (((differing >>> shift) & 0xff) !== 0) yield* countingPass(order, run, scratch, shift);
  }
  const { prefixes } = scratch;
  let start = run.start;
  for (let i = run.start + 1; i <= run.end; i++) {
    if (i < run.end && prefixes[i] === prefixes[start]) continue;
    const longer = (strings.lengths[order[start] as number] as number) > run.depth + 4;
    if (i - start > 1 && longer) runs.push({ start, end: i, depth: run.depth + 4 });
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
function* countingPass(order: Uint32Array, run: Run, scratch: Scratch, shift: number): Steps<void> {
  const { prefixes, prefixesBack, orderBack, counts } = scratch;
  counts.fill(0);
  for (let i = run.start; i < run.end; i++) {
    const digit = ((prefixes[i] as number) >>> shift) & 0xff;
    counts[digit] = (counts[digit] as number) + 1;
  }
  let start = run.start;
  for (let digit = 0; digit < 256; digit++) {
    const count = counts[digit] as number;
    counts[digit] = start;
    start += count;
  }
  if (run.end - run.start > STRIDE) yield;
  for (let i = run.start; i < run.end; i++) {
    const prefix = prefixes[i] as number;
    const digit = (prefix >>> shift) & 0xff;
    const to = counts[digit] as number;
    counts[digit] = to + 1;
    orderBack[to] = order[i] as number;
    prefixesBack[to] = prefix;
    if (i % (STRIDE * 8) === 0) yield;
  }
  if (run.end - run.start > STRIDE) yield;
  order.set(orderBack.subarray(run.start, run.end), run.start);
  scratch.prefixes = prefixesBack;
  scratch.prefixesBack = prefixes;
}
