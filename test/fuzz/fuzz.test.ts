/**
 * Hostile bytes: an error with a code or a correct answer, whatever comes. A million inputs of each decoder in
 * the long searches, some thousand here; and every input that ever failed, for good (findings/). `SEED=...` repeats a run.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { SegmentAssembly } from "../../runtime/src/bytes/segment-assembly.js";
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import { crc32 } from "node:zlib";
import { RUNS_FACTOR, SEED } from "../support/property.js";
import { Random } from "../support/random.js";
import { mutate } from "./mutate.js";
import type { Outcome } from "./opening.js";
import { SUBJECTS } from "./subjects.js";
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

  test(`that was changed at random (seed ${SEED}) is refused or read to its end`, async () => {
    const random = new Random(SEED);
    const pool = [...target.seeds];
    const outcomes = new Set<Outcome>();
    for (let run = 0; run < INPUTS / (target.cost ?? 1); run++) {
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

test("chunks that are not what the manifest says never become a segment", () => {
  const random = new Random(SEED);
  const seeds = SUBJECTS.map(({ base }) => base);
  for (let run = 0; run < INPUTS / 4; run++) {
    const good = random.pick(seeds);
    const bytes = mutate([good], random);
    const part = {
      id: "0".repeat(32),
      kind: "base" as const,
      records: 1,
      removed: 0,
      sizeBytes: good.length,
      chunkBytes: good.length,
      checksums: [crc32(good)],
    };
    const assembly = new SegmentAssembly(part, "geo.City");
    const isSame = Buffer.compare(bytes, good) === 0;
    expect(isSame ? undefined : "ERR_BAD_SEGMENT").toBe(codeOf(() => assembly.put(0, bytes)));
  }
});

function codeOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof CachedCollectionsError) return error.code;
    throw error;
  }
}
