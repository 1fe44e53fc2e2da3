/**
 * A record or array that a revision does not change stays the same object for readers, also where they get it while
 * that revision is on its way: uploaded, looked at by `validate`, counted, or waiting for others that it is installed
 * with.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attachedStore, shareStore } from "cached-collections";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { CHUNK_BYTES } from "../../runtime/src/bytes/segment-assembly.js";
import { stateOf } from "../../runtime/src/collection/collection.js";
import { FileFallback } from "../../runtime/src/store/fallback/file-fallback.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { CountryMapping, PlaceMapping, type Country, type CountryInput } from "../support/atlas.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import type { Town, TownInput } from "../support/town.js";
import { TownMapping } from "../support/town-mapping.js";
import { until } from "../support/until.js";

let shared: MemoryStore;
let here: ObservedStore;
let there: ObservedStore;
let rows: CountryInput[];

beforeEach(() => {
  shared = new MemoryStore();
  here = observe(shared, { background: false });
  there = observe(shared, { background: false });
  rows = Array.from({ length: 10 }, (_, number) => ({ code: `C${number}`, name: "as it was" }));
});
afterEach(async () => {
  await here.close();
  await there.close();
  await shared.close();
});

/** So many rows that the next revision is a new base. */
function changeHalf(): void {
  rows = rows.map((row, number) => (number < 5 ? { ...row, name: "changed" } : row));
}

/** Reads all that stay as they are, in `reading` for the first time. */
function unchangedOf(reading: ReadonlyMap<string, Country>): readonly Country[] {
  return [...reading.values()].slice(5);
}

function expectSame(before: readonly Country[], now: ReadonlyMap<string, Country>): void {
  expect(before).toHaveLength(5);
  expect(before.map((record) => now.get(record.code) === record)).toEqual(before.map(() => true));
}

test("a record that is read while the next revision goes up", async () => {
  const countries = new CountryMapping(here, { load: () => rows });
  await countries.push();
  changeHalf();
  let read: readonly Country[] = [];
  here.before("putChunk", () => void (read = unchangedOf(countries)));
  expect((await countries.push()).revision).toBe(2);
  expect(countries.get("C0")?.name).toBe("changed");
  expectSame(read, countries);
});

test("a record that validate saw first", async () => {
  let seen: readonly (Country | undefined)[] = [];
  const countries = new CountryMapping(here, {
    load: () => rows,
    validate: (next, previous) => {
      if (previous !== undefined) seen = rows.slice(5).map(({ code }) => next.get(code));
    },
  });
  await countries.push();
  changeHalf();
  let read: readonly Country[] = [];
  here.before("putChunk", () => void (read = unchangedOf(countries)));
  await countries.push();
  expect(seen).toEqual(read);
  expectSame(read, countries);
});

test("a record of a revision that came to be served while the next one was made", async () => {
  const countries = new CountryMapping(here, { load: () => rows });
  await countries.push();
  const others = new CountryMapping(there, { load: () => rows });
  changeHalf();
  await others.push();
  rows = rows.map((row, number) => (number === 0 ? { ...row, name: "again" } : row));
  let read: readonly Country[] = [];
  here.before("putChunk", async () => {
    expect((await countries.pull()).get("C0")?.name).toBe("changed");
    read = unchangedOf(countries);
  });
  expect((await countries.push()).revision).toBe(3);
  expect(countries.get("C0")?.name).toBe("again");
  expectSame(read, countries);
});

test("a record that is read while another collection is fetched", async () => {
  const countries = new CountryMapping(here, { load: () => rows });
  const places = new PlaceMapping(here, { load: () => [{ id: 1, name: "Paris", country: "C1" }] });
  await countries.push();
  await places.push();
  const followed = new CountryMapping(there);
  const last = new PlaceMapping(there);
  await followed.pull();
  await last.pull();
  changeHalf();
  await countries.push();
  await places.patch({ upsert: [{ id: 1, name: "Paris!", country: "C1" }] });
  const before = there.count("getChunk");
  let read: readonly Country[] = [];
  there.before("getChunk", () => {
    if (there.count("getChunk") === before + 2) read = unchangedOf(followed);
  });
  await last.pull();
  expect([followed.revision, last.get(1)?.name]).toEqual([2, "Paris!"]);
  expectSame(read, followed);
});

test("a record of what was kept on the machine, served while the store answers slowly", async () => {
  const path = await mkdtemp(join(tmpdir(), "cached-collections-identity-"));
  const kept = (): FileFallback => new FileFallback({ path }, "orders");
  const keeping = observe(shared, { background: false, fallback: kept() });
  const slow = observe(shared, { background: false, fallback: kept() });
  try {
    await new CountryMapping(keeping, { load: () => rows }).push();
    const files = kept().schema("atlas", CHUNK_BYTES);
    const find = async (): Promise<boolean> =>
      (await files.find(["Country:00000000000000a1"])).heads.size > 0;
    await until("it is kept", async () => find().catch(() => false));
    await keeping.close();
    changeHalf();
    await new CountryMapping(here, { load: () => rows }).push();
    const countries = new CountryMapping(slow);
    let read: readonly Country[] = [];
    slow.before("getChunk", async () => {
      await until("what was kept is served", () => countries.status !== "empty");
      read = unchangedOf(countries);
      expect(countries.get("C0")?.name).toBe("as it was");
    });
    expect((await countries.pull()).get("C0")?.name).toBe("changed");
    expectSame(read, countries);
  } finally {
    await keeping.close();
    await slow.close();
    await rm(path, { recursive: true });
  }
});

const french = (towns: TownMapping): readonly Town[] =>
  towns.snapshot().all.group("byCountry").get("FR");

/** Asks for an array for the first time once the changes of the next revision are being counted. */
function askWhileCounting(
  towns: TownMapping,
): Promise<{ readonly revision: number; readonly array: readonly Town[] }> {
  const [followed] = stateOf(towns).followed;
  if (followed === undefined) throw new Error("it follows nothing");
  return new Promise((resolve) => {
    const hears = vi.spyOn(followed, "hears").mockImplementation(() => {
      setImmediate(() => resolve({ revision: towns.revision, array: french(towns) }));
      return true;
    });
    onTestFinished(() => hears.mockRestore());
  });
}

test("an array that is asked for while changes are counted, also in an attached thread", async () => {
  let name = "one";
  // So many are counted in several slices.
  const load = (): TownInput[] =>
    Array.from({ length: 40_000 }, (_, id) => {
      const [country, town] = id < 5 ? ["FR", "as it was"] : ["DE", name];
      return { id, name: town, country, kind: "place", lat: 0 };
    });
  const sharing = new TownMapping(here, load);
  await sharing.push();
  await using attached = attachedStore(shareStore(here));
  const reading = new TownMapping(attached);
  await reading.ready();
  const asked = [sharing, reading].map(askWhileCounting);
  name = "two";
  await sharing.push();
  await reading.pull();
  const before = await Promise.all(asked);
  expect(before.map(({ revision, array }) => [revision, array.length])).toEqual([
    [1, 5],
    [1, 5],
  ]);
  const after = [sharing, reading];
  expect(after.map((each) => each.get(9)?.name)).toEqual(["two", "two"]);
  expect(after.map((each, i) => french(each) === before[i]?.array)).toEqual([true, true]);
});
