/** Small changes: what a push publishes of them, what followers fetch, and when deltas are merged. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mergedCount } from "../../runtime/src/collection/publish/layers.js";
import { decodeManifest, type Manifest } from "../../runtime/src/bytes/manifest.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { CountryMapping, PlaceMapping, type CountryInput } from "../support/atlas.js";
import { evictSegment, headOf } from "../support/memory-faults.js";
import { TownMapping } from "../support/town-mapping.js";
import type { TownInput } from "../support/town.js";
import { observe, type ObservedStore } from "../support/observed-store.js";

const ROWS = 2_000;

let shared: MemoryStore;
let here: ObservedStore;
let there: ObservedStore;
let rows: Map<string, CountryInput>;
let pusher: CountryMapping;
let follower: CountryMapping;

beforeEach(async () => {
  shared = new MemoryStore();
  here = observe(shared);
  there = observe(shared, { notifies: false });
  rows = new Map();
  for (let number = 0; number < ROWS; number++) set(number, `Country ${number}`);
  pusher = new CountryMapping(here, { load: () => [...rows.values()] });
  follower = new CountryMapping(there);
  await pusher.push();
  await follower.pull();
});
afterEach(async () => {
  await here.close();
  await there.close();
  await shared.close();
});

function codeOf(number: number): string {
  return `C${String(number).padStart(5, "0")}`;
}

function set(number: number, name: string): void {
  rows.set(codeOf(number), { code: codeOf(number), name });
}

async function manifest(): Promise<Manifest> {
  return decodeManifest((await headOf(shared, "Country:00000000000000a1")).bytes);
}

async function kinds(): Promise<string[]> {
  return (await manifest()).segments.map(({ kind, records, removed }) =>
    kind === "base" ? `base ${records}` : `${kind} ${records}-${removed}`,
  );
}

/** Both processes serve exactly the rows, and so does one that starts now. */
async function expectServed(): Promise<void> {
  await follower.pull();
  const newcomer = new CountryMapping(observe(shared));
  const expected = [...rows.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
  for (const each of [pusher, follower, await newcomer.pull()]) {
    expect(each.size).toBe(expected.length);
    expect([...each.values()]).toEqual(expected);
    for (const { code, name } of expected.slice(0, 20)) expect(each.get(code)?.name).toBe(name);
  }
  await newcomer.close();
}

test("a small change is a delta; a follower fetches it alone and keeps its other records", async () => {
  const [kept, changed] = [follower.get(codeOf(3)), follower.get(codeOf(7))];
  const reloads: unknown[] = [];
  follower.on("reload", ({ fetchedBytes, changes }) => reloads.push([fetchedBytes, changes]));
  const before = there.count("getChunk");
  set(7, "changed");
  set(ROWS, "new");
  rows.delete(codeOf(900));
  const result = await pusher.push();
  expect(result).toMatchObject({ outcome: "published", revision: 2, records: ROWS });
  expect(result.sizeBytes).toBeLessThan(400);
  expect(await kinds()).toEqual(["delta 2-1", `base ${ROWS}`]);
  expect(await manifest()).toMatchObject({ origin: "load", records: ROWS });
  await expectServed();
  expect(there.count("getChunk") - before).toBe(1);
  expect(reloads).toEqual([[result.sizeBytes, { added: 1, changed: 1, removed: 1 }]]);
  expect(follower.get(codeOf(3))).toBe(kept);
  expect(follower.get(codeOf(7))).not.toBe(changed);
  expect(follower.has(codeOf(900))).toBe(false);
});

test("rows that come in another order are compared by key", async () => {
  rows = new Map([...rows].reverse());
  expect(await pusher.push()).toMatchObject({ outcome: "identical", records: ROWS, sizeBytes: 0 });
  set(1, "changed");
  await pusher.push();
  expect(await kinds()).toEqual(["delta 1-0", `base ${ROWS}`]);
  expect(await pusher.push()).toMatchObject({ outcome: "identical", revision: 2 });
  await expectServed();
});

test("what changes back is a delta too, and what is removed can come again", async () => {
  set(5, "changed");
  rows.delete(codeOf(6));
  await pusher.push();
  set(5, "Country 5");
  set(6, "again");
  await pusher.push();
  expect(await kinds()).toEqual(["delta 2-0", "delta 1-1", `base ${ROWS}`]);
  await expectServed();
});

test("a key that comes twice refuses the push, whether its record is published as it is or not", async () => {
  for (const name of ["Country 8", "changed", "changed again"]) {
    const twice = new CountryMapping(here, {
      load: () => [...rows.values(), { code: codeOf(8), name }],
    });
    await expect(twice.push()).rejects.toMatchObject({
      code: "ERR_DUPLICATE_KEY",
      message: `atlas.Country: two rows have the key "${codeOf(8)}"; each key may come once`,
    });
    await twice.close();
  }
  expect(pusher.revision).toBe(1);
});

test("more than a fifth of the base becomes a new base, at once or little by little", async () => {
  for (let number = 0; number < ROWS / 5 - 1; number++) set(number, "changed");
  await pusher.push();
  expect(await kinds()).toEqual([`delta ${ROWS / 5 - 1}-0`, `base ${ROWS}`]);
  rows.delete(codeOf(ROWS - 1));
  await pusher.push();
  expect((await kinds())[0]).toBe("delta 0-1");
  set(0, "once more");
  await pusher.push();
  expect(await kinds()).toEqual([`base ${ROWS - 1}`]);
  await expectServed();
});

test("a load that changes much becomes a base at once, over a base or over deltas, in any order", async () => {
  set(0, "changed");
  await pusher.push();
  rows.delete(codeOf(1));
  for (let number = 2; number < ROWS / 2; number++) set(number, "changed");
  set(ROWS, "new");
  rows = new Map([...rows].reverse());
  const before = here.count("putChunk");
  const kept = follower.get(codeOf(ROWS - 1));
  expect(await pusher.push()).toMatchObject({ outcome: "published", revision: 3, records: ROWS });
  expect(await kinds()).toEqual([`base ${ROWS}`]);
  expect(here.count("putChunk") - before).toBe(1);
  await expectServed();
  expect(follower.get(codeOf(ROWS - 1))).toBe(kept);
  expect(await pusher.push()).toMatchObject({ outcome: "identical", revision: 3 });
});

test("eight deltas become one, which still removes what they removed", async () => {
  for (let number = 0; number < 8; number++) {
    expect(await kinds()).toHaveLength(number + 1);
    if (number % 2 === 0) set(number, "changed");
    else rows.delete(codeOf(number));
    if (number === 5) set(1, "again");
    await pusher.push();
  }
  expect(await kinds()).toEqual(["delta 5-3", `base ${ROWS}`]);
  await expectServed();
});

test("deltas are merged by size: eight of one class, and the smaller ones over them", () => {
  const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
  expect(mergedCount(ones(7))).toBe(0);
  expect(mergedCount(ones(8))).toBe(8);
  expect(mergedCount([...ones(7), 100, 1])).toBe(0);
  expect(mergedCount([...ones(8), 100])).toBe(8);
  expect(mergedCount([100, 1, 100, 1, 100, 100, 100, 1, 100, 100, 100])).toBe(11);
  expect(mergedCount([100, 1, 100, 5_000, 100, 1, 100, 100, 100, 1, 100, 100, 100])).toBe(0);
});

test("a process that skips revisions fetches only what it lacks", async () => {
  for (let number = 0; number < 3; number++) {
    set(number, "changed");
    await pusher.push();
  }
  const before = there.count("getChunk");
  const changes: unknown[] = [];
  follower.on("reload", (reload) => changes.push(reload.changes));
  await expectServed();
  expect(there.count("getChunk") - before).toBe(3);
  expect(changes).toEqual([{ added: 0, changed: 3, removed: 0 }]);
});

test("a delta over a base that the store lost is replaced by a new base", async () => {
  let lost = 0;
  here.before("publish", async () => {
    if (lost++ === 0) await evictSegment(shared, "Country:00000000000000a1");
  });
  set(4, "changed");
  await pusher.push();
  expect(await kinds()).toEqual([`base ${ROWS}`]);
  await expectServed();
});

test.each([1, 20])(
  "references of rows beside %i changed ones are checked as well",
  async (changed) => {
    let name = "x";
    const places = new PlaceMapping(here, {
      load: () =>
        Array.from({ length: 50 }, (_, id) => ({
          id,
          name: id < changed ? name : "x",
          country: codeOf(id),
        })),
    });
    await places.push();
    rows.delete(codeOf(20));
    await pusher.push();
    name = "y";
    await expect(places.push()).rejects.toMatchObject({ code: "ERR_DANGLING_REFERENCE" });
    await places.close();
  },
);

describe("towns", () => {
  let towns: Map<number, TownInput>;
  let mapping: TownMapping;

  beforeEach(async () => {
    towns = new Map();
    for (let id = 0; id < 200; id++) setTown(id);
    mapping = new TownMapping(here, () => [...towns.values()]);
    await mapping.push();
  });

  function setTown(id: number, more: Partial<TownInput> = {}): void {
    const [name, code] = [`Town ${id}`, `${id}`];
    towns.set(id, { id, name, country: "FR", code, kind: "place", lat: id, ...more });
  }

  async function segments(): Promise<number> {
    return decodeManifest((await headOf(shared, "Town:0123456789abcdef", "test")).bytes).segments
      .length;
  }

  test("may not share what is unique with one that did not change, and may swap it", async () => {
    setTown(7, { code: "8" });
    await expect(mapping.push()).rejects.toMatchObject({
      code: "ERR_DUPLICATE_KEY",
      message:
        'test.Town: unique view byCode: 8 and 7 both have country "FR", code "8"; ' +
        "make the rows differ, or give the view duplicates: first or last",
    });
    setTown(8, { code: "7" });
    expect(await mapping.push()).toMatchObject({ outcome: "published", revision: 2 });
    expect(await segments()).toBe(2);
    const byCode = mapping.snapshot().all.unique("byCode");
    expect(byCode.get({ country: "FR", code: "7" })).toBe(mapping.get(8));
  });

  test("a base is written before a limited view shows too little", async () => {
    // It shows 5 and holds 8 more.
    for (let id = 1; id <= 8; id++) towns.delete(id);
    await mapping.push();
    expect(await segments()).toBe(2);
    towns.delete(9);
    await mapping.push();
    expect(await segments()).toBe(1);
    const northern = mapping.snapshot().all.sorted("northern").slice();
    expect(northern.map(({ id }) => id)).toEqual([10, 11, 12, 13, 14]);
  });
});
