/**
 * Runs a property with a seed that can be given again: `SEED=123 npm test`. A failure prints the seed, the
 * shrunk example and how to repeat it.
 */
import * as fc from "fast-check";

const seed = Number(process.env["SEED"] ?? Date.now() % 0x7fffffff);

/** Checks a property `runs` times with random values, the same ones for the same seed; returns `runs`. */
export function check<T>(property: fc.IProperty<T>, runs: number): number {
  fc.assert(property, { seed, numRuns: runs });
  return runs;
}
