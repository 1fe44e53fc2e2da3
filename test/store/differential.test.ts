/**
 * The three stores are given the same random operations and must answer alike: the scripts of Redis and the
 * logic of the others are two writings of the same rules. Times differ and are left out of the comparison.
 * A failure names its seed: `STORE_SEED=<seed> npx vitest run test/store/differential.test.ts` repeats it.
 */
import type { Store } from "cached-collections";
import { afterAll, beforeAll, expect, test } from "vitest";
import { STORE_KINDS } from "./each-store.js";
import { RandomOperations, type Subject } from "./random-operations.js";
import type { BehindTheStore, StoreFixture } from "./store-fixture.js";

const OPERATIONS = 250;
/** All stores describe everything they hold after so many operations, and their replies are compared always. */
const COMPARE_EVERY = 5;
const HISTORIES = Number(process.env["STORE_HISTORIES"] ?? 8);
const firstSeed = Number(process.env["STORE_SEED"] ?? Date.now() % 1_000_000_000);
const seeds = Array.from({ length: HISTORIES }, (_, index) => firstSeed + index);

let fixtures: readonly StoreFixture[] = [];
let stores: readonly Store[] = [];

beforeAll(async () => {
  fixtures = await Promise.all(Object.values(STORE_KINDS).map(async (start) => start()));
  stores = fixtures.map((fixture) => fixture.connect());
});

afterAll(async () => {
  for (const fixture of fixtures) await fixture.end();
});

test.each(seeds)("the stores answer alike, seed %i", async (seed) => {
  const packageName = `geo${seed}`;
  const subjects: readonly Subject[] = stores.map((store, index) => ({
    schema: store.schema(packageName),
    behind: behindOf(index, packageName),
  }));
  const operations = new RandomOperations(seed);
  for (let step = 0; step < OPERATIONS; step++) {
    const { name, run } = operations.next();
    const [expected, ...others] = await Promise.all(subjects.map(async (one) => run(one)));
    for (const other of others) expect(other, `step ${step}: ${name}`).toEqual(expected);
    const compared = step % COMPARE_EVERY === 0 ? subjects : subjects.slice(0, 1);
    const [state, ...states] = await Promise.all(
      compared.map(async (one) => operations.describe(one)),
    );
    for (const other of states) expect(other, `after step ${step}: ${name}`).toEqual(state);
    operations.learn(state);
  }
});

function behindOf(index: number, packageName: string): BehindTheStore {
  const fixture = fixtures[index];
  if (fixture === undefined) throw new Error("no such store");
  return fixture.behind(packageName);
}
