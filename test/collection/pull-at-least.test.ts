/** pull({ atLeast }): what a push answered, here or elsewhere, is in what is read, or the promise says why not. */
import {
  attachedStore,
  embeddedStore,
  memoryStore,
  shareStore,
  type PullOptions,
  type PushResult,
} from "cached-collections";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pin, unpin } from "../../runtime/src/collection/pins.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import {
  atlas,
  AtlasDataset,
  COUNTRIES,
  CountryMapping,
  PlaceMapping,
  PLACES,
} from "../support/atlas.js";
import { fallBehind, flush } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

const INTERVAL = 60;

let shared: MemoryStore;
let stores: ObservedStore[];
let name: string;
let producer: AtlasDataset;
let readerStore: ObservedStore;
let reader: CountryMapping;

function startProcess(): ObservedStore {
  const store = observe(shared, { notifies: false });
  stores.push(store);
  return store;
}

beforeEach(() => {
  shared = new MemoryStore();
  stores = [];
  name = "one";
  producer = new AtlasDataset(startProcess(), {
    load: {
      country: () => [...COUNTRIES, { code: "XX", name }],
      place: () => PLACES,
      notice: () => [{ text: name }],
    },
  });
  readerStore = startProcess();
  reader = new CountryMapping(readerStore, { checkIntervalMs: INTERVAL });
});
afterEach(async () => {
  await Promise.all(stores.map(async (store) => store.close()));
  await shared.close();
});

async function pushed(next: string): Promise<PushResult> {
  name = next;
  const { country } = (await producer.push()).collections;
  if (country === undefined) throw new Error("countries were not pushed");
  return country;
}

/** As it arrives in another process. */
function passed<T>(result: T): T {
  return JSON.parse(JSON.stringify(result)) as T;
}

describe("what it takes", () => {
  test("is what a push or a patch answered, of a collection or a data set, also through JSON", async () => {
    const all = await producer.push();
    const whole = new AtlasDataset(startProcess());
    expect((await reader.pull({ atLeast: passed(all) })).get("XX")?.name).toBe("one");
    expect(
      (await whole.pull({ atLeast: passed(await pushed("two")) })).country.get("XX")?.name,
    ).toBe("two");
    const patched = await producer.country.patch({ upsert: [{ code: "XX", name: "three" }] });
    for (const each of [reader, whole.country, producer.country]) {
      expect((await each.pull({ atLeast: passed(patched) })).get("XX")?.name).toBe("three");
    }
    const identical = await producer.country.patch({ upsert: [{ code: "XX", name: "three" }] });
    expect(identical).toMatchObject({ outcome: "identical", revision: 3 });
    expect(await reader.pull({ atLeast: identical })).toBe(reader.snapshot());
  });

  test("is refused when it is something else, of another entity, or of another build", async () => {
    const all = await producer.push();
    const { country, place } = all.collections;
    const invalid = { code: "ERR_INVALID_ARGUMENT" };
    for (const options of [
      { atLeast: null },
      { atLeast: country?.version },
      { atLeast: { collections: null } },
      { atLeast: { collections: {} } },
      { atLeast: { ...country, manifestId: undefined } },
      { atLeast: place },
      { atLeast: all, maxAgeMs: 1_000 },
      { atLeast: all, timeoutMs: 0 },
      { timeoutMs: 1_000 },
    ] as PullOptions[]) {
      await expect(reader.pull(options)).rejects.toMatchObject(invalid);
    }
    const old = new CountryMapping(startProcess(), {}, atlas("00000000000000b2"));
    await expect(old.pull({ atLeast: all })).rejects.toMatchObject({
      code: "ERR_OTHER_SCHEMA",
      message: expect.stringContaining("00000000000000a1") as string,
    });
    await expect(new PlaceMapping(startProcess()).pull({ atLeast: all })).resolves.toBeDefined();
  });
});

describe("while it waits", () => {
  test("nothing is asked when it is served already", async () => {
    const first = await pushed("one");
    await reader.pull();
    const second = await pushed("two");
    await reader.pull({ atLeast: second });
    const checks = readerStore.count("check");
    for (const atLeast of [first, second]) await reader.pull({ atLeast });
    expect(readerStore.count("check")).toBe(checks);
  });

  test("a store that cannot be reached is asked again until the deadline, and so are damaged bytes", async () => {
    const atLeast = await pushed("one");
    readerStore.unreachable = true;
    await expect(reader.pull({ atLeast, timeoutMs: 100 })).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      message: expect.stringContaining("not served after 100 ms") as string,
    });
    const pulling = reader.pull({ atLeast });
    const checks = readerStore.count("check");
    await until("it asked", () => readerStore.count("check") > checks);
    readerStore.unreachable = false;
    expect((await pulling).get("XX")?.name).toBe("one");
  });

  test("what a pin holds back comes when it is unpinned", async () => {
    await pushed("one");
    const { country } = atlas();
    await pin(country, shared);
    const atLeast = await pushed("two");
    await expect(reader.pull({ atLeast, timeoutMs: 100 })).rejects.toMatchObject({
      code: "ERR_TIMEOUT",
      message: expect.stringContaining("a pin holds it back") as string,
    });
    const pulling = reader.pull({ atLeast });
    await unpin(country, shared);
    expect((await pulling).get("XX")?.name).toBe("two");
  });

  test("closing ends it", async () => {
    const next = { manifestId: "0".repeat(32), revision: 2 };
    const atLeast = { ...(await pushed("one")), ...next };
    const pulling = reader.pull({ atLeast });
    await until("it asked", () => readerStore.count("check") > 0);
    await reader.close();
    await expect(pulling).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });
});

describe("a store that was emptied after the push", () => {
  test("has lost it, says whoever saw the store before", async () => {
    const atLeast = await pushed("one");
    await reader.pull({ atLeast });
    flush(shared);
    const again = await pushed("two");
    expect(again.revision).toBe(1);
    await reader.pull({ atLeast: again });
    await expect(reader.pull({ atLeast })).rejects.toMatchObject({
      code: "ERR_PUSH_LOST",
      message: expect.stringContaining("push again") as string,
    });
  });

  test("may only be another one to whoever did not: it is waited for", async () => {
    const atLeast = await pushed("one");
    flush(shared);
    await pushed("two");
    await expect(reader.pull({ atLeast, timeoutMs: 3 * INTERVAL })).rejects.toMatchObject({
      code: "ERR_TIMEOUT",
      message: expect.stringContaining("of another epoch") as string,
    });
  });
});

test("a higher number that a failover took away does not stand for the push: it is waited for", async () => {
  await pushed("one");
  const failOver = fallBehind(shared);
  await pushed("two");
  const lost = await pushed("three");
  const store = observe(shared, { background: false });
  stores.push(store);
  const patient = new CountryMapping(store, { checkIntervalMs: INTERVAL });
  await patient.pull({ atLeast: lost });
  failOver();
  const other = new CountryMapping(startProcess(), { load: () => [{ code: "XX", name: "other" }] });
  const atLeast = await other.push();
  expect([atLeast.revision, lost.revision]).toEqual([2, 3]);
  expect((await patient.pull({ atLeast })).get("XX")?.name).toBe("other");
});

test("nor does one so high that the store no longer keeps the push's number: the store is asked first", async () => {
  await pushed("one");
  const failOver = fallBehind(shared);
  const store = observe(shared, { background: false });
  stores.push(store);
  const patient = new CountryMapping(store, { checkIntervalMs: INTERVAL });
  for (const next of ["two", "three", "four", "five", "six"]) await pushed(next);
  await patient.pull();
  failOver();
  const other = new CountryMapping(startProcess(), { load: () => [{ code: "XX", name: "other" }] });
  const atLeast = await other.push();
  expect([atLeast.revision, patient.revision]).toEqual([2, 6]);
  expect((await patient.pull({ atLeast })).get("XX")?.name).toBe("other");
});

test("an attached thread waits for it too, and knows as well what is lost", async () => {
  const { country: atLeast } = (await producer.push()).collections;
  if (atLeast === undefined) throw new Error("countries were not pushed");
  await reader.ready();
  await using attached = attachedStore(shareStore(readerStore));
  const far = new CountryMapping(attached);
  expect((await far.pull({ atLeast: passed(atLeast) })).get("XX")?.name).toBe("one");
  expect((await far.pull({ atLeast: await pushed("two") })).get("XX")?.name).toBe("two");
  // A failover gave the number of this one to another, and more was published since.
  const lost = { ...(await pushed("three")), manifestId: "f".repeat(32) };
  await pushed("four");
  for (const each of [reader, far]) {
    await expect(each.pull({ atLeast: lost })).rejects.toMatchObject({ code: "ERR_PUSH_LOST" });
  }
  await expect(far.push({ replicas: 1 })).rejects.toMatchObject({ code: "ERR_READ_ONLY" });
});

describe("replicas, where there are none", () => {
  test.each(["memory", "embedded"])("are refused before anything is loaded: %s", async (kind) => {
    const path = await mkdtemp(join(tmpdir(), "cached-collections-replicas-"));
    onTestFinished(async () => rm(path, { recursive: true }));
    await using store = kind === "memory" ? memoryStore() : embeddedStore({ path });
    let loads = 0;
    const load = (): typeof COUNTRIES => {
      loads++;
      return COUNTRIES;
    };
    const country = new CountryMapping(store, { load });
    const refused = {
      code: "ERR_INVALID_ARGUMENT",
      message: expect.stringContaining("replicas is 1") as string,
    };
    await expect(country.push({ replicas: 1 })).rejects.toMatchObject(refused);
    await expect(country.patch({}, { replicas: 1 })).rejects.toMatchObject(refused);
    for (const replicas of [-1, 0.5, Number.NaN, Infinity]) {
      await expect(country.push({ replicas })).rejects.toMatchObject({ code: refused.code });
    }
    expect(loads).toBe(0);
    expect(await country.push({ replicas: 0 })).toMatchObject({ outcome: "published" });
  });
});
