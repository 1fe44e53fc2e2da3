/** What a user's code never ends, what comes after the end, and what long lives leave behind. */
import { attachedStore, memoryStore, shareStore, type Store } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { followerOf } from "../../runtime/src/collection/follow/follower.js";
import { rollback } from "../../runtime/src/collection/pins.js";
import { atlas, AtlasDataset, COUNTRIES, CountryMapping, PLACES } from "../support/atlas.js";
import { observe } from "../support/observed-store.js";
import { until } from "../support/until.js";

const load = { country: () => COUNTRIES, place: () => PLACES, notice: () => [] };
const never = (): Promise<never> => new Promise(() => undefined);

let data: Store;
let store: ReturnType<typeof observe>;
beforeEach(() => {
  data = memoryStore();
  store = observe(data);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  await data.close();
});

describe("code of a user that does not end", () => {
  test("as validate: the load ends at its time, and another process may load", async () => {
    const stuck = new CountryMapping(store, {
      load: load.country,
      validate: never,
      loadTimeoutMs: 60,
      checkIntervalMs: 40,
    });
    await expect(stuck.ready()).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
    await expect(stuck.push()).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
    await using other = observe(data);
    const free = new CountryMapping(other, { load: load.country, checkIntervalMs: 40 });
    expect((await free.ready({ timeoutMs: 10_000 })).size).toBe(2);
  });

  test("as the function of a patch: the patch ends at its time, and the next one goes through", async () => {
    const countries = new CountryMapping(store, { load: load.country, loadTimeoutMs: 60 });
    await countries.push();
    await expect(countries.patch(never)).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
    await countries.patch({ remove: ["DE"] });
    expect(countries.size).toBe(1);
  });
});

describe("the end", () => {
  test("of a store: what is opened on it afterwards is told so at once", async () => {
    await new CountryMapping(data, { load: load.country }).ready();
    await data.close();
    const late = new CountryMapping(data, { load: load.country });
    const closed = { code: "ERR_CLOSED", message: "memory: the store was closed" };
    await expect(late.ready({ timeoutMs: 500 })).rejects.toMatchObject(closed);
    await expect(late.pull()).rejects.toMatchObject(closed);
    await expect(late.push()).rejects.toMatchObject(closed);
  });

  test("of a collection during a check: what is served stays, and whoever waits is told", async () => {
    const reader = new CountryMapping(store);
    await using other = observe(data);
    const producer = new CountryMapping(other, { load: load.country });
    await producer.push();
    await reader.ready();
    await producer.patch({ remove: ["DE"] });
    await reader.pull();
    let isAsked = false;
    let answer: (() => void) | undefined;
    store.after("check", () => {
      isAsked = true;
      return new Promise((resolve) => (answer = resolve));
    });
    // What it needs for that is in its memory.
    await rollback(atlas().country, data, { to: 1 });
    const pulling = reader.pull();
    pulling.catch(() => undefined);
    await until("it asks", () => isAsked);
    await reader.close();
    answer?.();
    await expect(pulling).rejects.toMatchObject({ code: "ERR_CLOSED" });
    expect([reader.size, reader.revision]).toEqual([1, 2]);
  });
});

test("a listener hears of a reload when the failure before it is over", async () => {
  const reader = new CountryMapping(store);
  await using other = observe(data);
  const producer = new CountryMapping(other, { load: load.country });
  await producer.push();
  await reader.ready();
  const heard: string[] = [];
  reader.on("failure", () => undefined);
  reader.on("reload", () => heard.push(reader.status));
  store.unreachable = true;
  await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  expect(reader.status).toBe("failing");
  await producer.patch({ remove: ["DE"] });
  store.unreachable = false;
  await reader.pull();
  expect(heard).toEqual(["fresh"]);
});

test("a listener that adds a listener does not have it called for the same event", async () => {
  const countries = new CountryMapping(store, { load: load.country });
  let heard = 0;
  const listen = (): void => {
    if (++heard < 100) countries.on("push", () => listen());
  };
  countries.on("push", listen);
  await countries.push();
  expect(heard).toBe(1);
});

test("the longest interval is not taken for none: nothing is asked without a pause", async () => {
  // The jitter that makes it longest.
  vi.spyOn(Math, "random").mockReturnValue(0.999);
  const longest = 2 ** 31 - 1;
  const times = { checkIntervalMs: longest, refreshEveryMs: longest };
  const slow = new AtlasDataset(store, { load, ...times });
  await slow.ready();
  await using there = attachedStore(shareStore(store));
  const attached = new CountryMapping(there);
  await attached.ready();
  await using other = observe(data);
  const quick = new CountryMapping(other, { checkIntervalMs: 5 });
  await quick.ready();
  const askTwenty = async (): Promise<number> => {
    const others = other.count("check");
    await until("others go on", () => other.count("check") > others + 20);
    return store.count("check");
  };
  // What follows from the publication is over then.
  const before = await askTwenty();
  expect((await askTwenty()) - before).toBeLessThanOrEqual(1);
});

test("pushes, patches and fetches leave nothing behind in what tells of the end", async () => {
  const countries = new CountryMapping(store, { load: load.country });
  await using other = observe(data);
  const reader = new CountryMapping(other);
  await countries.push();
  await reader.ready();
  const { signal } = followerOf(store, "atlas");
  const { signal: readers } = followerOf(other, "atlas");
  for (let round = 0; round < 5; round++) {
    await countries.patch({ upsert: [{ code: "FR", name: `round ${round}` }] });
    await countries.push();
    await reader.pull();
  }
  expect([tracesIn(signal), tracesIn(readers)]).toEqual([0, 0]);
});

/** How many listeners and dependent signals one holds: Node has sets of them behind symbols. */
function tracesIn(signal: AbortSignal): number {
  const held = Object.getOwnPropertySymbols(signal).map(
    (each) => Reflect.get(signal, each) as unknown,
  );
  return held.reduce<number>((sum, each) => sum + sizeOf(each), 0);
}

/** They are no sets to `instanceof`. */
function sizeOf(held: unknown): number {
  return typeof held === "object" && held !== null && "size" in held ? Number(held.size) : 0;
}
