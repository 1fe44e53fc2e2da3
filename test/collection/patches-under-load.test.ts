/**
 * Patches one after another while a load runs, on the three stores: the load is published although something is
 * published all the time, it loads once, and no patch is lost, neither one that its rows lack nor one that they
 * contain.
 */
import { afterEach, expect, test } from "vitest";
import { decodeManifest } from "../../runtime/src/bytes/manifest.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { STORE_KINDS } from "../store/each-store.js";
import type { StoreFixture } from "../store/store-fixture.js";
import { CountryMapping, type CountryInput } from "../support/atlas.js";
import { observe } from "../support/observed-store.js";
import { SEED } from "../support/property.js";
import { Random } from "../support/random.js";
import { until } from "../support/until.js";

const VERSION = "Country:00000000000000a1";
const PATCHES_DURING_LOAD = 40;
const LONGEST_STACK = 30;

let fixture: StoreFixture | undefined;
afterEach(async () => {
  await fixture?.end();
});

/** The database. */
let rows: Map<string, string>;
let patches: number;

function table(): CountryInput[] {
  return [...rows].map(([code, name]) => ({ code, name }));
}

/** Changes the database, then says so. */
async function patchOnce(patcher: CountryMapping, random: Random): Promise<void> {
  const codes = Array.from({ length: 1 + random.integer(3) }, () => `C${random.integer(520)}`);
  const removed = random.chance(0.3) ? [`C${random.integer(520)}`] : [];
  const upserted = [...new Set(codes)].filter((code) => !removed.includes(code));
  for (const code of upserted) rows.set(code, `patch ${patches}`);
  for (const code of removed) rows.delete(code);
  await patcher.patch({
    upsert: upserted.map((code) => ({ code, name: rows.get(code) ?? "" })),
    remove: removed,
  });
  patches++;
}

test.each(Object.keys(STORE_KINDS))(
  `a load under patches is published, and no patch is lost: %s (SEED=${SEED})`,
  async (kind) => {
    const random = new Random(SEED);
    fixture = await STORE_KINDS[kind]?.();
    if (fixture === undefined) throw new Error(`no store ${kind}`);
    rows = new Map(Array.from({ length: 500 }, (_, n) => [`C${n}`, `country ${n}`]));
    patches = 0;
    let loads = 0;
    const loader = new CountryMapping(fixture.connect(), { load: () => load() });
    async function* load(): AsyncGenerator<CountryInput> {
      // All rows are from before the patches that are published while they come.
      const read = table();
      const from = patches;
      loads++;
      yield* read.slice(0, 100);
      if (loads > 1) await until("patches", () => patches >= from + PATCHES_DURING_LOAD);
      yield* read.slice(100);
    }
    await loader.push();
    const patcher = new CountryMapping(fixture.connect());
    await patcher.pull();
    for (let n = 0; n < 5; n++) await patchOnce(patcher, random);
    rows.set("C7", "never patched");
    const push = { isUnderWay: true };
    const pushing = loader.push().finally(() => (push.isUnderWay = false));
    while (push.isUnderWay) await patchOnce(patcher, random);
    expect(await pushing).toMatchObject({ outcome: "published" });
    expect(loads).toBe(2);
    expect(patches).toBeGreaterThanOrEqual(PATCHES_DURING_LOAD);
    await patchOnce(patcher, random);
    const newcomer = new CountryMapping(fixture.connect());
    for (const reader of [newcomer, patcher, loader]) {
      await reader.pull();
      expect(new Map(reader.entries())).toEqual(
        new Map([...rows].map(([code, name]) => [code, { code, name }])),
      );
    }
    const state = await fixture.connect().schema("atlas").check([VERSION]);
    const head = state.versions.get(VERSION)?.head;
    if (head === undefined) throw new Error("nothing is published");
    const { segments } = decodeManifest(head.bytes);
    expect(segments.length).toBeLessThan(LONGEST_STACK);
    expect(newcomer.status).toBe("fresh");
  },
);

test("what overtook a load is fetched before the look that the next attempt builds on", async () => {
  const shared = new MemoryStore();
  const [store, other] = [observe(shared, { notifies: false }), observe(shared)];
  const loader = new CountryMapping(store, { load: () => [{ code: "FR", name: "one" }] });
  await loader.push();
  const patcher = new CountryMapping(other);
  await patcher.pull();
  const operations: string[] = [];
  for (const operation of ["check", "getChunk"] as const) {
    store.before(operation, () => void operations.push(operation));
  }
  store.before("publish", async () => {
    if (!operations.includes("publish")) {
      await patcher.patch({ upsert: [{ code: "IT", name: "Italy" }] });
    }
    operations.push("publish");
  });
  await loader.push();
  const attempts = operations.slice(
    operations.indexOf("publish"),
    operations.lastIndexOf("publish") + 1,
  );
  expect(attempts).toEqual(["publish", "check", "getChunk", "check", "publish"]);
  expect([...loader.keys()]).toEqual(["FR", "IT"]);
  for (const each of [store, other, shared]) await each.close();
});
