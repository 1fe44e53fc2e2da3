/** Patches: what they change, what they refuse, and that neither loads nor other patches undo them. */
import { CachedCollectionsError } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeManifest, type Manifest } from "../../runtime/src/bytes/manifest.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import {
  AtlasDataset,
  atlas,
  COUNTRIES,
  CountryMapping,
  PlaceMapping,
  PLACES,
  type CountryInput,
} from "../support/atlas.js";
import { evictSegment, flush, headOf, republish } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

const VERSION = "Country:00000000000000a1";

let shared: MemoryStore;
let here: ObservedStore;
let there: ObservedStore;
/** The database. */
let rows: Map<string, string>;
let loads: number;
let loader: CountryMapping;
let patcher: CountryMapping;

beforeEach(async () => {
  shared = new MemoryStore();
  here = observe(shared);
  there = observe(shared);
  rows = new Map(Array.from({ length: 100 }, (_, n) => [`C${n}`, `Country ${n}`]));
  loads = 0;
  loader = new CountryMapping(here, {
    checkIntervalMs: 20,
    load: () => {
      loads++;
      return table();
    },
  });
  // It has no loader: patching needs none.
  patcher = new CountryMapping(there, { checkIntervalMs: 20 });
  await loader.push();
  await patcher.pull();
});
afterEach(async () => {
  await here.close();
  await there.close();
  await shared.close();
});

function table(): CountryInput[] {
  return [...rows].map(([code, name]) => ({ code, name }));
}

function codeOf(error: unknown): unknown {
  return error instanceof CachedCollectionsError ? error.code : error;
}

async function manifest(): Promise<Manifest> {
  return decodeManifest((await headOf(shared, VERSION)).bytes);
}

function once(store: ObservedStore, step: () => Promise<unknown>): void {
  store.before("publish", async () => {
    store.before("publish", undefined);
    await step();
  });
}

test("a patch adds, replaces and removes records, and the patching process serves it", async () => {
  const result = await patcher.patch({
    upsert: [
      { code: "C1", name: "changed" },
      { code: "NEW", name: "new" },
    ],
    remove: ["C2", "never there"],
  });
  expect(result).toMatchObject({ outcome: "published", published: true, revision: 2 });
  expect(result.records).toBe(100);
  expect(patcher.get("C1")?.name).toBe("changed");
  expect(patcher.get("NEW")?.name).toBe("new");
  expect(patcher.has("C2")).toBe(false);
  const { origin, segments } = await manifest();
  expect(origin).toBe("patch");
  expect(segments.map(({ kind }) => kind)).toEqual(["patch", "base"]);
  await loader.pull();
  expect(loader.size).toBe(100);
  expect(loader.get("C1")?.name).toBe("changed");
});

test("a patch that changes nothing publishes nothing", async () => {
  const result = await patcher.patch({ upsert: table().slice(0, 5), remove: ["never there"] });
  expect(result).toMatchObject({ outcome: "identical", published: false, revision: 1 });
  expect(await patcher.patch({})).toMatchObject({ outcome: "identical", records: 100 });
  expect(there.count("publish")).toBe(0);
});

test("a function may give a patch, or rows alone, at once or later", async () => {
  await patcher.patch(() => ({ remove: ["C1"] }));
  await patcher.patch(async () => Promise.resolve([{ code: "C2", name: "two" }]));
  async function* slowly(): AsyncGenerator<CountryInput> {
    await Promise.resolve();
    yield { code: "C3", name: "three" };
  }
  await patcher.patch(() => slowly());
  expect(patcher.size).toBe(99);
  expect([patcher.get("C2")?.name, patcher.get("C3")?.name]).toEqual(["two", "three"]);
});

describe("a patch is refused", () => {
  test("when nothing is published", async () => {
    flush(shared);
    await expect(patcher.patch({ remove: ["C1"] })).rejects.toMatchObject({
      code: "ERR_NOTHING_TO_PATCH",
    });
  });

  test("when a row or a key cannot be, and nothing of it is published", async () => {
    const good = { code: "C1", name: "changed" };
    const refused = async (patch: unknown): Promise<unknown> =>
      patcher.patch(patch as never).catch(codeOf);
    expect(await refused({ upsert: [good, { code: 5, name: "x" }] })).toBe("ERR_INVALID_RECORD");
    expect(await refused({ upsert: [good, "x"] })).toBe("ERR_INVALID_RECORD");
    expect(await refused({ upsert: [good], remove: [7] })).toBe("ERR_INVALID_ARGUMENT");
    expect(await refused({ upsert: [good], remove: ["C1"] })).toBe("ERR_DUPLICATE_KEY");
    expect(await refused({ upsert: [good, good] })).toBe("ERR_DUPLICATE_KEY");
    expect(await refused(() => Promise.reject(new Error("no database")))).toBe("ERR_LOADER");
    expect(await refused(undefined)).toBe("ERR_LOADER");
    expect(patcher.revision).toBe(1);
  });

  test("by references, guards and validate", async () => {
    const places = new PlaceMapping(here, {
      load: () => [
        { id: 1, name: "a", country: "C1" },
        { id: 2, name: "b", country: "C2" },
        { id: 3, name: "c", country: "C3" },
      ],
      validate: (next) => {
        if (next.get(1)?.name === "forbidden") throw new Error("forbidden");
      },
    });
    await places.push();
    const patched = async (patch: Parameters<typeof places.patch>[0]): Promise<unknown> =>
      places.patch(patch).then(({ outcome }) => outcome, codeOf);
    expect(await patched({ upsert: [{ id: 9, name: "x", country: "none" }] })).toBe(
      "ERR_DANGLING_REFERENCE",
    );
    expect(await patched({ remove: [1, 2] })).toBe("ERR_GUARD_REFUSED");
    expect(await patched({ upsert: [{ id: 1, name: "forbidden", country: "C1" }] })).toBe(
      "ERR_GUARD_REFUSED",
    );
    expect(await patched({ remove: [1] })).toBe("published");
    expect(places.byCountry.get("C1")).toEqual([]);
    await places.close();
  });
});

test("patches of several processes at once are all there in the end", async () => {
  const patching = Array.from({ length: 30 }, async (_, n) => {
    const one = n % 2 === 0 ? patcher : loader;
    await one.patch({ upsert: [{ code: `N${n}`, name: `${n}` }], remove: [`C${n}`] });
  });
  await Promise.all(patching);
  await Promise.all([patcher.pull(), loader.pull()]);
  for (const each of [patcher, loader]) {
    expect(each.size).toBe(100);
    for (let n = 0; n < 30; n++)
      expect([each.has(`N${n}`), each.has(`C${n}`)]).toEqual([true, false]);
  }
});

test("a function runs again when another publication came in between, so no write of a key is lost", async () => {
  let runs = 0;
  const count = async (store: CountryMapping): Promise<void> => {
    await store.patch(() => {
      runs++;
      const before = Number(rows.get("COUNT") ?? 0);
      return [{ code: "COUNT", name: `${before}` }];
    });
  };
  once(there, async () => {
    rows.set("COUNT", "2");
    await count(loader);
  });
  rows.set("COUNT", "1");
  await count(patcher);
  expect(runs).toBe(3);
  expect(patcher.get("COUNT")?.name).toBe("2");
});

test("a load that began before a patch lays it over its rows, so that it does not undo the patch", async () => {
  // The load has read its rows; then the database changes, and is patched.
  once(here, async () => {
    rows.set("C1", "patched");
    rows.delete("C3");
    await patcher.patch({ upsert: [{ code: "C1", name: "patched" }], remove: ["C3"] });
  });
  rows.set("C2", "loaded");
  expect(await loader.push()).toMatchObject({ outcome: "published", revision: 3, records: 99 });
  expect(loads).toBe(2);
  expect([loader.get("C1")?.name, loader.get("C2")?.name]).toEqual(["patched", "loaded"]);
  expect(loader.has("C3")).toBe(false);
  expect((await manifest()).segments.map(({ kind }) => kind)).toEqual(["patch", "delta", "base"]);
  await until("nobody has to load again", () => loader.status === "fresh");
  expect(await loader.push()).toMatchObject({ outcome: "identical" });
});

test("a load lays no patch over its rows whose ticket is earlier: its rows have it, or what came after", async () => {
  // The patch has its ticket, and is published after the load's; then the row changed again.
  let patched: Promise<unknown> = Promise.resolve();
  once(there, async () => {
    rows.set("C1", "changed again");
    const reached = new Promise<void>((resume) => {
      once(here, async () => {
        resume();
        await patched;
      });
    });
    void loader.push();
    await reached;
  });
  rows.set("C1", "patched");
  patched = patcher.patch({ upsert: [{ code: "C1", name: "patched" }] });
  await patched;
  await until("the load is published", () => loader.get("C1")?.name === "changed again");
  expect(loads).toBe(2);
});

test("a patch that puts back what is published counts for a load that read something else", async () => {
  once(here, async () => {
    rows.set("C1", "Country 1");
    rows.delete("NEW");
    const upsert = [{ code: "C1", name: "Country 1" }];
    const result = await patcher.patch({ upsert, remove: ["NEW"] });
    expect(result).toMatchObject({ outcome: "published", records: 100 });
  });
  // The load reads this; then it is undone, and the patch says so.
  rows.set("C1", "draft");
  rows.set("NEW", "draft");
  rows.set("C2", "loaded");
  await loader.push();
  expect(loads).toBe(2);
  expect([loader.get("C1")?.name, loader.get("C2")?.name]).toEqual(["Country 1", "loaded"]);
  expect(loader.has("NEW")).toBe(false);
  expect(loader.size).toBe(100);
});

test("a load that was invalidated for is current under the patches laid over it", async () => {
  once(here, async () => {
    for (let n = 0; n < 3; n++) {
      rows.set("C1", `patch ${n}`);
      await patcher.patch({ upsert: [{ code: "C1", name: `patch ${n}` }] });
    }
  });
  rows.set("C2", "loaded");
  await patcher.invalidate();
  await until("it was loaded", () => loader.get("C2")?.name === "loaded");
  await until("nobody has to load again", () => loader.status === "fresh");
  expect(loader.get("C1")?.name).toBe("patch 2");
  expect(loads).toBe(2);
});

test("a load that does not go together with a patch loads again", async () => {
  const places = new PlaceMapping(here, {
    load: () => [{ id: 1, name: "a", country: rows.has("NEW") ? "NEW" : "C1" }],
  });
  await places.push();
  const data = new AtlasDataset(here, {
    load: {
      country: () => table(),
      place: () => [{ id: 1, name: "b", country: "C9" }],
      notice: () => [],
    },
  });
  let isOnce = false;
  once(here, async () => {
    isOnce = rows.delete("C9");
    rows.set("C9", "back");
    // Until C9 is back, the load's place would refer to nothing.
    await patcher.patch({ remove: ["C9"] });
    await patcher.patch({ upsert: [{ code: "OTHER", name: "other" }] });
  });
  await data.push();
  expect(isOnce).toBe(true);
  expect(data.country.has("C9")).toBe(true);
  expect(data.place.get(1)?.name).toBe("b");
});

test("also when an operator rolled back after the patch", async () => {
  once(here, async () => {
    rows.set("C1", "patched");
    await patcher.patch({ upsert: [{ code: "C1", name: "patched" }] });
    await republish(shared, VERSION);
  });
  rows.set("C2", "loaded");
  await loader.push();
  expect(loads).toBe(3);
  expect([loader.get("C1")?.name, loader.get("C2")?.name]).toEqual(["patched", "loaded"]);
});

test("a load that began after a patch's ticket and is published first is patched", async () => {
  once(there, async () => {
    rows.set("C2", "loaded");
    await loader.push();
  });
  await patcher.patch({ upsert: [{ code: "C1", name: "patched" }] });
  expect([patcher.get("C1")?.name, patcher.get("C2")?.name]).toEqual(["patched", "loaded"]);
});

test("a patch does not end what a load is for: an invalidated version stays so until it is loaded", async () => {
  let isPatched = false;
  here.before("acquireLease", async () => {
    await until("the patch is published", () => isPatched);
  });
  await patcher.invalidate();
  rows.set("C5", "from the database");
  rows.set("C6", "patched");
  await patcher.patch({ upsert: [{ code: "C6", name: "patched" }] });
  isPatched = true;
  await until("the loader loaded again", () => loader.get("C5")?.name === "from the database");
  expect(loader.get("C6")?.name).toBe("patched");
});

test("other versions are told to load again", async () => {
  let loaded = 0;
  const load = (): CountryInput[] => {
    loaded++;
    return table();
  };
  const other = new CountryMapping(here, { checkIntervalMs: 20, load }, atlas("00000000000000b2"));
  await other.push();
  rows.set("C1", "patched");
  await patcher.patch({ upsert: [{ code: "C1", name: "patched" }] });
  await until("the other version has it", () => other.get("C1")?.name === "patched");
  expect(loaded).toBeGreaterThan(1);
  await other.close();
});

test("a patch over bytes that the store lost writes everything anew", async () => {
  once(there, () => evictSegment(shared, VERSION));
  await patcher.patch({ remove: ["C1"] });
  expect((await manifest()).segments.map(({ kind }) => kind)).toEqual(["base"]);
  const newcomer = new CountryMapping(observe(shared));
  expect((await newcomer.pull()).size).toBe(99);
  await newcomer.close();
});

test("the reply to a patch may be lost: it is published once", async () => {
  let lost = 0;
  there.after("publish", () => {
    if (lost++ > 0) return;
    throw new CachedCollectionsError("ERR_OUTCOME_UNKNOWN", "test", "the reply was lost");
  });
  expect(await patcher.patch({ remove: ["C1"] })).toMatchObject({ revision: 2, records: 99 });
  expect(there.count("publish")).toBe(2);
  await loader.pull();
  expect([loader.revision, loader.size]).toEqual([2, 99]);
});

test("a collection of a data set is patched by itself", async () => {
  const store = observe(new MemoryStore());
  const data = new AtlasDataset(store, {
    load: { country: () => COUNTRIES, place: () => PLACES, notice: () => [{ text: "hello" }] },
  });
  await data.push();
  const results: string[] = [];
  data.on("push", ({ entity, result }) => results.push(`${entity} ${result.outcome}`));
  await data.place.patch({ upsert: [{ id: 4, name: "Lyon", country: "FR" }] });
  expect(data.snapshot().place.get(4)?.name).toBe("Lyon");
  expect(data.snapshot().country.size).toBe(2);
  expect(results).toEqual(["atlas.Place published"]);
  await store.close();
});
