/**
 * Reads of the same keys by several contestants in one process: they take turns, pass by pass, so that what
 * disturbs the machine disturbs all of them. Keys come in a new order every round.
 */
import { shuffle } from "../data/random.js";
import type { Numbers } from "./child.js";

/** Asks for all keys once and returns a sum over what was found, so that nothing can be left out. */
export type Pass = (keys: Uint32Array) => number | Promise<number>;

const WARM_UP_ROUNDS = 5;
const ROUNDS = 21;
/** A round of a contestant goes on for at least this long. */
const ROUND_MS = 15;

/** The median time of one read in nanoseconds, by contestant. Throws when they find different things. */
export async function measureGets(
  keys: Uint32Array,
  contestants: Readonly<Record<string, Pass>>,
): Promise<Numbers> {
  const timesNs = new Map<string, number[]>();
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    shuffle(keys, round);
    const sums = new Set<number>();
    for (const [name, pass] of Object.entries(contestants)) {
      const { sum, ns } = await time(pass, keys);
      sums.add(sum);
      if (round >= WARM_UP_ROUNDS) timesNs.set(name, [...(timesNs.get(name) ?? []), ns]);
    }
    if (sums.size !== 1) throw new Error(`contestants disagree: ${[...sums].join(", ")}`);
  }
  return Object.fromEntries([...timesNs].map(([name, times]) => [name, median(times)]));
}

/**
 * Repeats passes until the time is long enough for the clock. A first one does not count: it fetches into the
 * processor's caches what the contestant before has driven out.
 */
async function time(pass: Pass, keys: Uint32Array): Promise<{ sum: number; ns: number }> {
  await pass(keys);
  const startMs = performance.now();
  for (let passes = 1; ; passes++) {
    const result = pass(keys);
    const sum = typeof result === "number" ? result : await result;
    const ms = performance.now() - startMs;
    if (ms >= ROUND_MS) return { sum, ns: (ms * 1e6) / passes / keys.length };
  }
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
}
