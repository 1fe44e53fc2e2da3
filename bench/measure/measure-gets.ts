/**
 * Reads of the same keys by several contestants in one process: they take turns, round by round, so that what
 * disturbs the machine disturbs all of them. Every round has another order of the keys, and another order of
 * the contestants: what one leaves in the processor's caches helps or hinders whoever comes next.
 */
import { shuffle } from "../data/random.js";
import type { Numbers } from "./child.js";
import { median } from "./median.js";

/** Asks for all keys once and returns a sum over what was found, so that nothing can be left out. */
export type Pass = (keys: Uint32Array) => number | Promise<number>;

const WARM_UP_ROUNDS = 5;
const ROUNDS = 31;
/** A round of a contestant goes on for at least this long. */
const ROUND_MS = 10;

/** The median time of one read in nanoseconds, by contestant. Throws when they find different things. */
export async function measureGets(
  keys: Uint32Array,
  contestants: Readonly<Record<string, Pass>>,
): Promise<Numbers> {
  const timesNs = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    // What loading and warming up left is no part of the reads.
    if (round === WARM_UP_ROUNDS) globalThis.gc?.();
    shuffle(keys, round);
    const sums = new Set<number>();
    for (const [name, pass] of inAnyOrder(Object.entries(contestants), round)) {
      const { sum, ns } = await time(pass, keys);
      sums.add(sum);
      if (round >= WARM_UP_ROUNDS) timesNs.get(name)?.push(ns);
    }
    if (sums.size !== 1) throw new Error(`contestants disagree: ${[...sums].join(", ")}`);
    // What a contestant does between turns of the event loop gets done, as in a service.
    await new Promise(setImmediate);
  }
  return Object.fromEntries([...timesNs].map(([name, times]) => [name, median(times)]));
}

function inAnyOrder<T>(items: readonly T[], seed: number): readonly T[] {
  const order = Uint32Array.from(items.keys());
  shuffle(order, seed);
  return Array.from(order, (index) => items[index] as T);
}

/**
 * Repeats passes until the time is long enough for the clock. A first one does not count: it fetches into the
 * processor's caches what the contestant before has driven out.
 */
async function time(pass: Pass, keys: Uint32Array): Promise<{ sum: number; ns: number }> {
  await pass(keys);
  const elapsedMs = stopwatch();
  for (let passes = 1; ; passes++) {
    const result = pass(keys);
    const sum = typeof result === "number" ? result : await result;
    const ms = elapsedMs();
    if (ms >= ROUND_MS) return { sum, ns: (ms * 1e6) / passes / keys.length };
  }
}

/** The lesser of two times: by the clock, which others on the machine use up too, and the process's own. */
function stopwatch(): () => number {
  const startMs = performance.now();
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return Math.min(performance.now() - startMs, (user + system) / 1000);
  };
}
