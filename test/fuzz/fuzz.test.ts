/**
 * Hostile bytes: an error with a code or a correct answer, whatever comes. A million inputs of each decoder in
 * the long searches, some thousand here; and every input that ever failed, for good (findings/). `SEED=...` repeats a run.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { RUNS_FACTOR, SEED } from "../support/property.js";
import { Random } from "../support/random.js";
import { mutate } from "./mutate.js";
import type { Outcome } from "./opening.js";
import { outcomeOf, TARGETS } from "./targets.js";

const FINDINGS = join(import.meta.dirname, "findings");
const MOST_SEEDS = 500;
/** What a WeakRef was made of in a turn of the event loop lives until its end: so many inputs in one turn. */
const IN_A_TURN = 256;
// With a factor of 50, as in the long searches, a million for each decoder; fewer of what costs more.
const INPUTS = RUNS_FACTOR > 1 ? 20_000 * RUNS_FACTOR : 4_000;

describe.each(Object.entries(TARGETS))("a %s", (name, target) => {
  test("that is good is read", () => {
    expect(target.seeds.map((seed) => outcomeOf(target, seed))).toEqual(
      target.seeds.map(() => "read"),
    );
  });

  const inputs = INPUTS / (target.cost ?? 1);
  test(`that was changed at random, ${inputs} times (seed ${SEED}), is refused or read to its end`, async () => {
    const random = new Random(SEED);
    const pool = [...target.seeds];
    const outcomes = new Set<Outcome>();
    for (let run = 0; run < inputs; run++) {
      if (run % IN_A_TURN === 0) await nextTurn();
      // Most of the pool is refused early: good inputs are what gets far.
      const input = mutate(random.chance(0.5) ? target.seeds : pool, random);
      try {
        const outcome = outcomeOf(target, input);
        // What gets further, or elsewhere, is where to go on from.
        if (!outcomes.has(outcome) && pool.length < MOST_SEEDS) pool.push(input);
        outcomes.add(outcome);
      } catch (error) {
        const hex = Buffer.from(input).toString("hex");
        throw new Error(`run ${run} of SEED=${SEED}: keep ${hex} in findings/${name}`, {
          cause: error,
        });
      }
    }
    expect(outcomes).toContain("read");
    expect(outcomes.size).toBeGreaterThan(target.leastOutcomes);
  });

  const folder = join(FINDINGS, name);
  const found = existsSync(folder) ? readdirSync(folder) : [];
  test.each(found)("that failed once does so no more: %s", (file) => {
    const hex = readFileSync(join(folder, file), "utf8").trim();
    expect(outcomeOf(target, Buffer.from(hex, "hex"))).toMatch(/^(read|a bad record|refused: .+)$/);
  });
});
