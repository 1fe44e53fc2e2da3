/** Election: one load per need among many candidates, and what a failed load does. */
import { CachedCollectionsError, type LoadReason } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { atlas, AtlasDataset, COUNTRIES, CountryMapping, PLACES } from "../support/atlas.js";
import { flush } from "../support/memory-faults.js";
import { observe, unreachable, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

const INTERVAL = 40;

let shared: MemoryStore;
let stores: ObservedStore[];
let loads: LoadReason[];
let name: string;
beforeEach(() => {
  shared = new MemoryStore();
  stores = [];
  loads = [];
  name = "one";
});
afterEach(async () => {
  await Promise.all(stores.map(async (store) => store.close()));
  await shared.close();
});

/** A collection in a process of its own, as far as the store can tell. */
function candidate(
  options: {
    readonly refreshEveryMs?: number;
    readonly hash?: string;
    readonly background?: boolean;
  } = {},
): CountryMapping {
  const store = observe(shared, { background: options.background ?? true });
  stores.push(store);
  return new CountryMapping(
    store,
    {
      checkIntervalMs: INTERVAL,
      refreshEveryMs: options.refreshEveryMs,
      load: async ({ reason }) => {
        loads.push(reason);
        await Promise.resolve();
        return [{ code: "FR", name }];
      },
    },
    atlas(options.hash),
  );
}

const names = (all: readonly CountryMapping[]): unknown[] =>
  all.map((each) => each.get("FR")?.name);

test("of ten processes that start with nothing published, one loads", async () => {
  const all = Array.from({ length: 10 }, () => candidate());
  const snapshots = await Promise.all(all.map(async (each) => each.ready()));
  expect(loads).toEqual(["first"]);
  expect(snapshots.map((each) => each.get("FR")?.name)).toEqual(Array(10).fill("one"));
});

test("a process without a loader waits for one that has, and says so at the deadline", async () => {
  const store = observe(shared);
  stores.push(store);
  const reader = new CountryMapping(store, { checkIntervalMs: INTERVAL });
  await expect(reader.ready({ timeoutMs: 60 })).rejects.toMatchObject({
    code: "ERR_TIMEOUT",
    message: expect.stringMatching(/ of \S+ [0-9a-f]{16} in observed, .*no loader/) as string,
  });
  const waiting = reader.ready();
  await candidate().ready();
  expect((await waiting).size).toBe(1);
});

test("after invalidate one process of each live version loads, and all serve the change", async () => {
  const old = [candidate({ hash: "00000000000000aa" }), candidate({ hash: "00000000000000aa" })];
  const current = [candidate(), candidate(), candidate()];
  await Promise.all([...old, ...current].map(async (each) => each.ready()));
  expect(loads).toEqual(["first", "first"]);
  name = "two";
  await current[0]?.invalidate();
  await until("all serve the change", () =>
    names([...old, ...current]).every((each) => each === "two"),
  );
  expect(loads).toEqual(["first", "first", "invalidate", "invalidate"]);
  await until("all are fresh", () =>
    [...old, ...current].every(({ status }) => status === "fresh"),
  );
});

test("a pushed change of one version makes the others load, and not each other for ever", async () => {
  const old = candidate({ hash: "00000000000000aa" });
  const current = candidate();
  await old.ready();
  await current.ready();
  name = "two";
  await current.push();
  await until("the other version has it", () => old.get("FR")?.name === "two");
  await until("both are fresh", () => old.status === "fresh" && current.status === "fresh");
  expect(loads).toEqual(["first", "first", "push", "invalidate"]);
});

test("after the store lost everything, one process loads and all converge", async () => {
  const all = Array.from({ length: 5 }, () => candidate());
  await Promise.all(all.map(async (each) => each.ready()));
  name = "two";
  flush(shared);
  await until("all serve it", () => names(all).every((each) => each === "two"));
  expect(loads).toEqual(["first", "first"]);
});

test("refreshEveryMs loads again in one process; the same rows publish nothing", async () => {
  const all = [candidate({ refreshEveryMs: 60 }), candidate({ refreshEveryMs: 60 })];
  await Promise.all(all.map(async (each) => each.ready()));
  await until("three refreshes", () => loads.filter((reason) => reason === "refresh").length >= 3);
  expect(all[0]?.revision).toBe(1);
  name = "two";
  await until("a refresh found the change", () => names(all).every((each) => each === "two"));
  expect(all.map(({ revision }) => revision)).toEqual([2, 2]);
});

describe("a loader that fails", () => {
  interface Failing {
    fail: boolean;
    attempts: number;
    readonly collection: CountryMapping;
  }

  function failing(): Failing {
    const store = observe(shared);
    stores.push(store);
    const made: Failing = {
      fail: true,
      attempts: 0,
      collection: new CountryMapping(store, {
        checkIntervalMs: INTERVAL,
        load: () => {
          made.attempts++;
          if (made.fail) throw new Error("no database");
          return COUNTRIES;
        },
      }),
    };
    return made;
  }

  test("rejects the ready() of the process that loaded; the others wait for the backoff", async () => {
    const first = failing();
    const second = failing();
    await expect(first.collection.ready()).rejects.toMatchObject({ code: "ERR_LOADER" });
    const { value } = shared.data("atlas").timed("lease:Country:00000000000000a1") ?? {};
    expect([undefined, "failed:ERR_LOADER"]).toContain(value);
    second.fail = false;
    expect((await second.collection.ready()).size).toBe(2);
    // It does not push in again and again, with longer and longer pauses.
    expect(first.attempts).toBeLessThanOrEqual(3);
    await until("the first follows", () => first.collection.status === "fresh");
  });

  test("tells the deadline of those who wait with which code the last load failed", async () => {
    const version = "Country:00000000000000a1";
    const schema = shared.schema("atlas");
    const token = "a".repeat(32);
    await schema.acquireLease({ version, token, ttlMs: 60_000, need: { kind: "any" } });
    await schema.failLease(version, token, "ERR_INVALID_RECORD", 60_000);
    await expect(failing().collection.ready({ timeoutMs: 50 })).rejects.toMatchObject({
      code: "ERR_TIMEOUT",
      message: expect.stringContaining("ERR_INVALID_RECORD") as string,
    });
  });

  test("leaves those who have data alone, tells them, and is tried again after a pause", async () => {
    const healthy = candidate();
    await healthy.ready();
    const made = failing();
    await made.collection.ready();
    await healthy.close();
    const errors: string[] = [];
    made.collection.on("failure", ({ error }) => errors.push(error.code));
    await shared.schema("atlas").invalidate(["Country"]);
    await until("it failed twice", () => errors.length >= 2);
    expect(new Set(errors)).toEqual(new Set(["ERR_LOADER"]));
    expect(made.collection.get("FR")?.name).toBe("one");
    expect(made.collection.status).toBe("stale");
    made.fail = false;
    await until("it healed", () => made.collection.status === "fresh");
    expect(made.collection.size).toBe(2);
  });
});

test("a store that cannot be reached at the start gives a typed error at the deadline, and heals later", async () => {
  const collection = candidate();
  const [store] = stores;
  if (store === undefined) throw new Error("no store");
  store.unreachable = true;
  const started = performance.now();
  await expect(collection.ready({ timeoutMs: 80 })).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringContaining("not ready after 80 ms") as string,
  });
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(() => collection.size).toThrow(CachedCollectionsError);
  store.unreachable = false;
  await until("it healed without being asked", () => collection.status === "fresh");
  expect(collection.get("FR")?.name).toBe("one");
});

test("a store that refuses a lease at once is asked again at the pace of checks", async () => {
  const mine = candidate();
  mine.on("failure", () => undefined);
  await mine.ready();
  const [store] = stores;
  const count = (operation: "check" | "acquireLease"): number => store?.count(operation) ?? 0;
  store?.before("acquireLease", () => {
    throw new CachedCollectionsError("ERR_STORE_UNAVAILABLE", "observed", "no permission");
  });
  name = "two";
  await mine.invalidate();
  const [checks, asked] = [count("check"), count("acquireLease")];
  await until("it was checked ten times", () => count("check") >= checks + 10);
  expect(count("acquireLease") - asked).toBeGreaterThan(0);
  expect(count("acquireLease") - asked).toBeLessThan(40);
  store?.before("acquireLease", undefined);
  await until("loaded", () => mine.get("FR")?.name === "two");
});

test("a process without background work loads in ready() and only then", async () => {
  const frozen = candidate({ background: false });
  await frozen.ready();
  expect(loads).toEqual(["first"]);
  await candidate().invalidate();
  await frozen.pull();
  expect(frozen.status).toBe("stale");
  expect(loads).toEqual(["first"]);
});

test("a deadline that passes while it loads, or fetches, says so; both go on", async () => {
  const load = { letGo: (): void => undefined };
  const store = observe(shared);
  stores.push(store);
  const slow = new CountryMapping(store, {
    load: async () => {
      await new Promise<void>((resolve) => (load.letGo = resolve));
      return COUNTRIES;
    },
  });
  await expect(slow.ready({ timeoutMs: 50 })).rejects.toMatchObject({
    code: "ERR_TIMEOUT",
    message: expect.stringContaining("still loading") as string,
  });
  load.letGo();
  expect((await slow.ready()).size).toBe(2);

  const far = observe(shared);
  stores.push(far);
  const fetch = { letGo: (): void => undefined };
  far.before("getChunk", () => new Promise<void>((resolve) => (fetch.letGo = resolve)));
  const reader = new CountryMapping(far);
  await expect(reader.ready({ timeoutMs: 50 })).rejects.toMatchObject({
    code: "ERR_TIMEOUT",
    message: expect.stringContaining("atlas.Country is still being fetched") as string,
  });
  fetch.letGo();
  expect((await reader.ready()).size).toBe(2);
});

test("a closing process gives its lease up: another loads at once", async () => {
  const store = observe(shared);
  stores.push(store);
  let began = false;
  const hanging = new CountryMapping(store, {
    load: () => {
      began = true;
      return new Promise(() => undefined);
    },
  });
  const waiting = hanging.ready();
  await until("it loads", () => began);
  const other = candidate().ready();
  await hanging.close();
  await expect(waiting).rejects.toMatchObject({ code: "ERR_CLOSED" });
  expect((await other).get("FR")?.name).toBe("one");
});

describe("a data set", () => {
  test("is loaded by one process, with one loader for everything too", async () => {
    const sets = Array.from({ length: 3 }, () => {
      const store = observe(shared);
      stores.push(store);
      return new AtlasDataset(store, {
        checkIntervalMs: INTERVAL,
        load: async (into, { reason }) => {
          loads.push(reason);
          await into.country(COUNTRIES);
          await into.place(PLACES);
          await into.notice([{ text: name }]);
        },
      });
    });
    await Promise.all(sets.map(async (each) => each.ready()));
    expect(loads).toEqual(["first"]);
    name = "two";
    await sets[0]?.notice.invalidate();
    await until("all serve it", () => sets.every((each) => each.notice.at(0)?.text === "two"));
    expect(loads).toEqual(["first", "invalidate"]);
  });

  test("that cannot have all leases keeps none", async () => {
    const store = observe(shared, { background: false });
    stores.push(store);
    const load = { country: () => COUNTRIES, place: () => PLACES, notice: () => [] };
    const unlucky = new AtlasDataset(store, { load });
    let asked = 0;
    store.before("acquireLease", () => {
      if (++asked > 1) throw unreachable();
    });
    const waiting = unlucky.ready();
    waiting.catch(() => undefined);
    await until("the second was refused", () => asked > 1);
    // From now on it would only renew what it has.
    store.before("check", () => Promise.reject(unreachable()));
    const other = observe(shared);
    stores.push(other);
    await new AtlasDataset(other, { load, checkIntervalMs: INTERVAL }).ready({ timeoutMs: 5_000 });
    await unlucky.close();
    await expect(waiting).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  test("loads only what was invalidated when each collection has a loader", async () => {
    const counts = { country: 0, place: 0, notice: 0 };
    const store = observe(shared);
    stores.push(store);
    const data = new AtlasDataset(store, {
      checkIntervalMs: INTERVAL,
      load: {
        country: () => COUNTRIES.slice(0, ++counts.country * 2),
        place: () => PLACES.slice(0, ++counts.place * 3),
        notice: () => [{ text: `${++counts.notice}` }],
      },
    });
    await data.ready();
    await data.notice.invalidate();
    await until("it is served", () => data.notice.at(0)?.text === "2");
    expect(counts).toEqual({ country: 1, place: 1, notice: 2 });
  });

  test("whose collection becomes ready by itself loads only that", async () => {
    const store = observe(shared);
    stores.push(store);
    const asked: string[] = [];
    const data = new AtlasDataset(store, {
      load: {
        country: () => COUNTRIES,
        place: () => PLACES.slice(asked.push("place") - 1),
        notice: () => [],
      },
    });
    await data.country.ready();
    expect(data.country.size).toBe(2);
    expect(asked).toEqual([]);
    expect(() => data.snapshot()).toThrow(/await its ready\(\)/);
    await data.ready();
    expect(data.snapshot().place.size).toBe(3);
  });
});
