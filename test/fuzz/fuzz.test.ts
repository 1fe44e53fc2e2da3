/**
 * Hostile bytes: an error with a code or a correct answer, whatever comes. A million inputs of each decoder in
 * the long searches, some thousand here; and every input that ever failed, for good (findings/). `SEED=...` repeats a run.
 */
import { existsSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { RUNS_FACTOR, SEED } from "../support/property.js";
import { Random } from "../support/random.js";
import { guarded } from "./guarded.js";
import { mutate } from "./mutate.js";
import type { Outcome } from "./opening.js";
import { outcomeOf, TARGETS, type Target } from "./targets.js";
import { liveBytes } from "./within.js";

const FINDINGS = join(import.meta.dirname, "findings");
const MOST_SEEDS = 500;
/** What a WeakRef was made of in a turn of the event loop lives until its end: so many inputs in one turn. */
const IN_A_TURN = 256;
// With a factor of 50, as in the long searches, a million for each decoder; fewer of what costs more.
const INPUTS = RUNS_FACTOR > 1 ? 20_000 * RUNS_FACTOR : 4_000;
/** What V8 compiles takes a few. */
const MOST_KEPT_BYTES = 32 * 1024 * 1024;
const bytesBefore = liveBytes();

// Of what ends the process itself, or never comes back from native code, this is all that is told.
writeSync(process.stderr.fd, `hostile bytes: SEED=${SEED}\n`);

describe.each(Object.entries(TARGETS))("a %s", (name, target) => {
  test("that is good is read", () => {
    const outcomes = guarded(() => target.seeds.map((seed) => outcomeOf(target, seed)));
    expect(outcomes).toEqual(target.seeds.map(() => "read"));
  });

  const inputs = INPUTS / (target.cost ?? 1);
  test(`that was changed at random, ${inputs} times (seed ${SEED}), is refused or read to its end`, async () => {
    const search = new Search(name, target);
    await search.goOn(inputs);
    expect(search.outcomes).toContain("read");
    expect(search.outcomes.size).toBeGreaterThan(target.leastOutcomes);
  });

  const folder = join(FINDINGS, name);
  const found = existsSync(folder) ? readdirSync(folder) : [];
  test.each(found)("that failed once does so no more: %s", (file) => {
    const input = Buffer.from(readFileSync(join(folder, file), "utf8").trim(), "hex");
    const outcome = guarded(() => outcomeOf(target, input));
    expect(outcome).toMatch(/^(read|a bad record|refused: .+)$/);
  });
});

test("nothing is kept of all that was refused or read", async () => {
  await nextTurn();
  expect(liveBytes() - bytesBefore).toBeLessThan(MOST_KEPT_BYTES);
});

/** The inputs that the seed makes for a target, one after another. */
class Search {
  /** What has come of them. */
  readonly outcomes: Set<Outcome> = new Set();
  readonly #name: string;
  readonly #target: Target;
  readonly #random: Random = new Random(SEED);
  readonly #pool: Uint8Array[];
  #run = 0;
  #input: Uint8Array | undefined;

  constructor(name: string, target: Target) {
    this.#name = name;
    this.#target = target;
    this.#pool = [...target.seeds];
  }

  /** Until there were so many; tells which one failed, or did not end. */
  async goOn(inputs: number): Promise<void> {
    while (this.#run < inputs) {
      await nextTurn();
      try {
        guarded(() => this.#turn(inputs));
      } catch (error) {
        throw new Error(`${this.#where()} of SEED=${SEED}`, { cause: error });
      }
    }
  }

  #turn(inputs: number): void {
    for (let left = Math.min(IN_A_TURN, inputs - this.#run); left > 0; left--) {
      // Most of the pool is refused early: good inputs are what gets far.
      const seeds = this.#random.chance(0.5) ? this.#target.seeds : this.#pool;
      const input = mutate(seeds, this.#random);
      this.#input = input;
      const outcome = outcomeOf(this.#target, input);
      this.#run++;
      // What gets further, or elsewhere, is where to go on from.
      if (!this.outcomes.has(outcome) && this.#pool.length < MOST_SEEDS) this.#pool.push(input);
      this.outcomes.add(outcome);
    }
    this.#input = undefined;
  }

  #where(): string {
    if (this.#input === undefined) return `one of the last ${IN_A_TURN} runs before ${this.#run}`;
    const hex = Buffer.from(this.#input).toString("hex");
    return `keep ${hex} in findings/${this.#name}: run ${this.#run}`;
  }
}
