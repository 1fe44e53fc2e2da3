/**
 * Runs a property with a seed that can be given again: `SEED=123 npm test`. A failure prints the seed, the
 * shrunk example and how to repeat it.
 */
import * as fc from "fast-check";

/** How many times as often everything is run in the long searches (`npm run test:long`). */
export const RUNS_FACTOR: number = Number(process.env["RUNS_FACTOR"] ?? 1);
/** The seed of this run. */
export const SEED: number = Number(process.env["SEED"] ?? Date.now() % 0x7fffffff);

/** Checks a property `runs` times with random values, the same ones for the same seed; returns `runs`. */
export function check<T>(property: fc.IProperty<T>, runs: number): number {
  fc.assert(property, { seed: SEED, numRuns: runs * RUNS_FACTOR });
  return runs;
}
