/**
 * Merges runs, each in order, as far as somebody asks. What comes out are pieces: live stretches of one run.
 * The run whose head comes first is walked to where the next run's head belongs, by galloping, so that a merge
 * costs a few decoded records for each record of the smaller runs, and a first page almost nothing. A merge
 * may also go backwards, from the ends of the runs.
 */
import type { ArrayInUse } from "./arrays-in-use.js";
import type { Order } from "./order.js";
import { lookIn, isDeadIn, ordinalIn, partOf, type Run } from "./run.js";

/** How much of a run is taken at a time when no other is left to compare with. */
const LEAST_TAKEN = 64;

export class Merge<R extends object> {
  /** How many records of the list are known. */
  covered = 0;
  readonly #runs: readonly Run<R>[];
  readonly #order: Order<R>;
  readonly #isBackward: boolean;
  /** How many entries of each run are merged, counted from the side where the merge began. */
  readonly #merged: number[];
  readonly #heads: (R | undefined)[];
  /** Pieces: the run, the first entry in it, and its position in the list. */
  readonly #pieceRuns: number[] = [];
  readonly #pieceStarts: number[] = [];
  readonly #piecePositions: number[] = [];

  constructor(runs: readonly Run<R>[], order: Order<R>, isBackward: boolean) {
    this.#runs = runs;
    this.#order = isBackward ? (a, b) => order(b, a) : order;
    this.#isBackward = isBackward;
    this.#merged = runs.map(() => 0);
    this.#heads = runs.map(() => undefined);
  }

  /** Merges until `position` records are covered, or all. */
  extend(position: number): void {
    while (this.covered < position && this.#step(position - this.covered));
  }

  /** The record at a position, decoded at its first use; undefined behind the end. */
  reach(position: number): R | undefined {
    this.extend(position + 1);
    if (position >= this.covered) return undefined;
    const piece = this.#pieceOf(position);
    const run = this.#runs[this.#pieceRuns[piece] as number] as Run<R>;
    const offset = position - (this.#piecePositions[piece] as number);
    return run.records.get(this.#ordinal(run, (this.#pieceStarts[piece] as number) + offset));
  }

  /** An array of covered records; those that an array in use holds already are taken from there. */
  copy(from: number, to: number, before?: ArrayInUse<R>): R[] {
    const end = Math.min(to, this.covered);
    // Of its final length at once: one that grows is copied again and again, and all of it is garbage.
    const into = new Array<R>(Math.max(0, end - from));
    let at = from;
    for (let piece = this.#pieceOf(from); at < end; piece++) {
      const run = this.#runs[this.#pieceRuns[piece] as number] as Run<R>;
      const shift = (this.#pieceStarts[piece] as number) - (this.#piecePositions[piece] as number);
      const until = Math.min(end, this.#endOf(piece));
      if (before !== undefined && before.records === run.records && !this.#isBackward)
        copyKnown(run, run.start + at + shift, run.start + until + shift, before, into, at - from);
      else
        for (let i = at; i < until; i++)
          into[i - from] = run.records.get(this.#ordinal(run, i + shift));
      at = until;
    }
    return into;
  }

  /** The runs without what lies behind a position; forward only. */
  runsUntil(position: number): readonly Run<R>[] {
    const ends = this.#runs.map(({ start }) => start);
    for (let piece = 0; piece < this.#pieceRuns.length; piece++) {
      const run = this.#pieceRuns[piece] as number;
      const first = this.#piecePositions[piece] as number;
      const size = Math.min(position, this.#endOf(piece)) - first;
      const { start } = this.#runs[run] as Run<R>;
      if (size > 0) ends[run] = start + (this.#pieceStarts[piece] as number) + size;
    }
    return this.#runs.map((run, index) => partOf(run, run.start, ends[index] as number));
  }

  /** Where the records of a run stand in the first ones of the list; of a merge that went forward. */
  stretchesOf(run: number, size: number): { from: number[]; to: number[]; at: number[] } {
    const [from, to, at]: [number[], number[], number[]] = [[], [], []];
    const { start } = this.#runs[run] as Run<R>;
    for (let piece = 0; piece < this.#pieceRuns.length; piece++) {
      if (this.#pieceRuns[piece] !== run) continue;
      const first = start + (this.#pieceStarts[piece] as number);
      const position = this.#piecePositions[piece] as number;
      if (position >= size) break;
      from.push(first);
      to.push(first + Math.min(size, this.#endOf(piece)) - position);
      at.push(position);
    }
    return { from, to, at };
  }

  #step(needed: number): boolean {
    const first = this.#least(-1);
    if (first < 0) return false;
    const run = this.#runs[first] as Run<R>;
    const second = this.#least(first);
    const until =
      second < 0
        ? (this.#merged[first] as number) + Math.max(needed, LEAST_TAKEN)
        : this.#gallop(first, this.#heads[second] as R, needed);
    this.#take(first, Math.min(until, run.end - run.start));
    return true;
  }

  /** The run whose head comes first, but for one of them; -1 when all have ended. */
  #least(except: number): number {
    let least = -1;
    for (let run = 0; run < this.#runs.length; run++) {
      if (run === except) continue;
      const head = this.#headOf(run);
      if (head === undefined) continue;
      if (least < 0 || this.#order(head, this.#heads[least] as R) < 0) least = run;
    }
    return least;
  }

  /** The next live record of a run. */
  #headOf(number: number): R | undefined {
    const known = this.#heads[number];
    if (known !== undefined) return known;
    const run = this.#runs[number] as Run<R>;
    const size = run.end - run.start;
    let next = this.#merged[number] as number;
    while (next < size && isDeadIn(run, this.#index(run, next))) next++;
    this.#merged[number] = next;
    if (next === size) return undefined;
    const head = lookIn(run, this.#index(run, next));
    this.#heads[number] = head;
    return head;
  }

  /** How far a run goes before another one's head, or as far as is needed now. */
  #gallop(number: number, head: R, needed: number): number {
    const run = this.#runs[number] as Run<R>;
    const size = run.end - run.start;
    const first = this.#merged[number] as number;
    let before = first;
    let stride = this.#usualGap(number);
    while (before + stride < size && this.#isBefore(run, before + stride, head)) {
      before += stride;
      if (before - first >= needed) return before + 1;
      stride *= 2;
    }
    let behind = Math.min(size, before + stride);
    while (behind - before > 1) {
      const middle = (before + behind) >>> 1;
      if (this.#isBefore(run, middle, head)) before = middle;
      else behind = middle;
    }
    return behind;
  }

  /** Half of how far it is from one head of the other runs to the next, on average; at least 1. */
  #usualGap(number: number): number {
    let others = 1;
    for (let run = 0; run < this.#runs.length; run++)
      if (run !== number) others += this.#leftOf(run);
    return Math.max(1, Math.floor(this.#leftOf(number) / (2 * others)));
  }

  #leftOf(number: number): number {
    const { start, end } = this.#runs[number] as Run<R>;
    return end - start - (this.#merged[number] as number);
  }

  #isBefore(run: Run<R>, entry: number, head: R): boolean {
    return this.#order(lookIn(run, this.#index(run, entry)), head) < 0;
  }

  /** Adds the live stretches of a run up to an entry. */
  #take(number: number, until: number): void {
    const run = this.#runs[number] as Run<R>;
    let next = this.#merged[number] as number;
    while (next < until) {
      const start = this.#skip(run, next, until, 1);
      next = this.#skip(run, start, until, 0);
      if (next > start) this.#append(number, start, next - start);
    }
    this.#merged[number] = until;
    this.#heads[number] = undefined;
  }

  /** The first entry that is not dead, or not live; a bit of all entries is looked at, so nothing is called here. */
  #skip({ dead, ordinals, start, end }: Run<R>, from: number, until: number, bit: 0 | 1): number {
    if (dead === undefined) return bit === 0 ? until : from;
    const first = this.#isBackward ? end - 1 : start;
    const step = this.#isBackward ? -1 : 1;
    let entry = from;
    for (; entry < until; entry++) {
      const index = first + step * entry;
      const ordinal = ordinals === undefined ? index : (ordinals[index] as number);
      if ((((dead[ordinal >>> 3] as number) >>> (ordinal & 7)) & 1) !== bit) break;
    }
    return entry;
  }

  #append(run: number, start: number, count: number): void {
    const last = this.#pieceRuns.length - 1;
    const follows =
      last >= 0 &&
      this.#pieceRuns[last] === run &&
      (this.#pieceStarts[last] as number) + this.#endOf(last) ===
        start + (this.#piecePositions[last] as number);
    if (!follows) {
      this.#pieceRuns.push(run);
      this.#pieceStarts.push(start);
      this.#piecePositions.push(this.covered);
    }
    this.covered += count;
  }

  /** The position behind a piece. */
  #endOf(piece: number): number {
    return this.#piecePositions[piece + 1] ?? this.covered;
  }

  #pieceOf(position: number): number {
    const positions = this.#piecePositions;
    let low = 0;
    let high = positions.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((positions[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #index(run: Run<R>, entry: number): number {
    return this.#isBackward ? run.end - 1 - entry : run.start + entry;
  }

  #ordinal(run: Run<R>, entry: number): number {
    return ordinalIn(run, this.#index(run, entry));
  }
}

/** Puts the records of an index stretch into an array; both stretches are in the order of the index. */
function copyKnown<R extends object>(
  run: Run<R>,
  from: number,
  to: number,
  before: ArrayInUse<R>,
  into: R[],
  place: number,
): void {
  const offset = place - from;
  let known = stretchEndingBehind(before.to, from);
  for (let i = from; i < to;) {
    const start = before.from[known] ?? Infinity;
    for (const end = Math.min(to, start); i < end; i++)
      into[i + offset] = run.records.get(ordinalIn(run, i));
    const shift = (before.at[known] ?? 0) - start;
    for (const end = Math.min(to, before.to[known] ?? 0); i < end; i++)
      into[i + offset] = before.array[i + shift] as R;
    known++;
  }
}

/** The first stretch that ends behind an index. */
function stretchEndingBehind(to: readonly number[], index: number): number {
  let low = 0;
  let high = to.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((to[middle] as number) > index) high = middle;
    else low = middle + 1;
  }
  return low;
}
