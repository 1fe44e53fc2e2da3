/**
 * A store that is attached to one that is shared: what is read there, how it follows, what it refuses, and what
 * it says when the sharing thread has nothing, closes, or is silent. Both sides run in one thread here, with
 * the messages and the memory that threads use; test/threads/workers.test.ts has real threads.
 */
import { attachedStore, shareStore, type CollectionEvents, type Store } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { stateOf } from "../../runtime/src/collection/collection.js";
import { followerOf } from "../../runtime/src/collection/follow/follower.js";
import { versions } from "../../runtime/src/collection/versions.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import {
  atlas,
  AtlasDataset,
  COUNTRIES,
  CountryMapping,
  type CountryInput,
} from "../support/atlas.js";
import { flipByte, headOf, rewriteHead } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { sortBy } from "../support/plain.js";
import { Random } from "../support/random.js";
import { TownMapping } from "../support/town-mapping.js";
import { townDefinition, type TownInput } from "../support/town.js";
import { until } from "../support/until.js";
import { checkView } from "../support/view-checks.js";

const INTERVAL = 60;
const V = "Country:00000000000000a1";

let data: MemoryStore;
/** The sharing thread's store, another process's, and the one attached to the first. */
let main: ObservedStore;
let other: ObservedStore;
let attached: Store;
let rows: CountryInput[];
let shared: CountryMapping;
let reader: CountryMapping;

beforeEach(async () => {
  rows = countries("France");
  data = new MemoryStore();
  main = observe(data);
  other = observe(data);
  shared = new CountryMapping(main, { load: () => rows, checkIntervalMs: INTERVAL });
  await shared.ready();
  attached = attachedStore(shareStore(main));
  reader = new CountryMapping(attached);
});
afterEach(async () => {
  await attached.close();
  await main.close();
  await other.close();
  await data.close();
});

/** So many that a small change is a delta. */
function countries(name: string): CountryInput[] {
  const others = Array.from({ length: 30 }, (_, index) => `X${index}`);
  return [...COUNTRIES, ...others.map((code) => ({ code, name: code }))].map((country) =>
    country.code === "FR" ? { code: "FR", name } : country,
  );
}

/** Publishes as another process. */
async function publish(name: string): Promise<void> {
  rows = countries(name);
  const pusher = new CountryMapping(other, { load: () => rows });
  await pusher.push();
  await pusher.close();
}

function listen(collection: CountryMapping): (keyof CollectionEvents)[] {
  const seen: (keyof CollectionEvents)[] = [];
  for (const event of ["failure", "reload", "stale", "recovered", "went-back", "push"] as const) {
    collection.on(event, () => seen.push(event));
  }
  return seen;
}

describe("reading", () => {
  test("gives what the sharing thread serves, over the same memory, and asks the store nothing", async () => {
    await reader.ready();
    expect([...reader.values()]).toEqual([...shared.values()]);
    expect(reader.get("FR")).not.toBe(shared.get("FR"));
    expect(reader.revision).toBe(1);
    const here = [...(stateOf(shared).followed[0]?.served?.segments.values() ?? [])];
    const there = [...(stateOf(reader).followed[0]?.served?.segments.values() ?? [])];
    expect(there).toHaveLength(1);
    const [one, same] = [here[0]?.layout.bytes, there[0]?.layout.bytes];
    expect(same?.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(same).toEqual(one);
    // A byte changed here is changed there: it is one memory.
    Atomics.xor(one as Uint8Array, 0, 1);
    expect(same).toEqual(one);
    Atomics.xor(one as Uint8Array, 0, 1);
    expect(main.count("getChunk")).toBe(0);
  });

  test("follows pushes and patches of any process; unchanged records stay the same objects", async () => {
    await reader.ready();
    const kept = reader.get("DE");
    const reloads: unknown[] = [];
    reader.on("reload", ({ revision, changes, fetchedBytes }) => {
      reloads.push([revision, changes, fetchedBytes]);
    });
    await publish("two");
    await until("the push is served", () => reader.get("FR")?.name === "two");
    await shared.patch({ upsert: [{ code: "IT", name: "Italy" }], remove: ["FR"] });
    await until("the patch is served", () => reader.has("IT"));
    expect([reader.size, reader.has("FR")]).toEqual([32, false]);
    expect(reader.get("DE")).toBe(kept);
    expect(reloads).toEqual([
      [2, { added: 0, changed: 1, removed: 0 }, 0],
      [3, { added: 1, changed: 0, removed: 1 }, 0],
    ]);
    expect(reader.status).toBe("fresh");
  });

  test("pull contains every push that ended before it, whoever made it", async () => {
    const deaf = observe(data, { notifies: false });
    const quiet = new CountryMapping(deaf, { checkIntervalMs: 600_000 });
    await quiet.ready();
    const far = new CountryMapping(attachedStore(shareStore(deaf)));
    await far.ready();
    for (const name of ["two", "three", "four"]) {
      await publish(name);
      expect((await far.pull()).get("FR")?.name).toBe(name);
      expect(quiet.get("FR")?.name).toBe(name);
    }
    await publish("five");
    const checks = deaf.count("check");
    expect((await far.pull({ maxAgeMs: 60_000 })).get("FR")?.name).toBe("four");
    expect(deaf.count("check")).toBe(checks);
    await deaf.close();
  });

  test("counts as reading where it is shared: what only other threads read is fetched for them", async () => {
    await using store = observe(data);
    const idle = new CountryMapping(store, { checkIntervalMs: 10 });
    await idle.ready();
    await using there = attachedStore(shareStore(store));
    const far = new CountryMapping(there);
    await far.ready();
    for (const name of ["two", "three"]) {
      await publish(name);
      await until("a reader follows", () => far.get("FR")?.name === name);
      // Longer than the ten intervals after which what nobody reads is left behind.
      const checks = store.count("check");
      await until("many checks went by", () => store.count("check") > checks + 15 && far.size > 0);
    }
    const checks = store.count("check");
    await until("nobody read for long", () => store.count("check") > checks + 25);
    await publish("four");
    await until("it is left behind", () => far.status === "stale" && idle.status === "stale");
    const later = store.count("check");
    await until(
      "it stays behind",
      () => store.count("check") > later + 5 && far.status === "stale",
    );
    expect(far.get("FR")?.name).toBe("three");
    await until("a read brings it here", () => far.get("FR")?.name === "four");
    expect(idle.get("FR")?.name).toBe("four");
  });

  test("shows all collections of a push at once", async () => {
    let round = 1;
    const load = {
      country: () => [{ code: "FR", name: `round ${round}` }],
      place: () => [{ id: 1, name: `round ${round}`, country: "FR" }],
      notice: () => [{ text: `round ${round}` }],
    };
    await using store = observe(data);
    const owner = new AtlasDataset(store, { load });
    await owner.push();
    await using there = attachedStore(shareStore(store));
    const follower = new AtlasDataset(there);
    await follower.ready();
    const looks: string[][] = [];
    follower.on("reload", () => {
      const { country, place, notice } = follower.snapshot();
      looks.push([country.get("FR"), place.get(1), notice.at(0)].map((each) => textOf(each)));
    });
    for (round = 2; round <= 4; round++) await owner.push();
    await until("the last push is served", () => follower.country.get("FR")?.name === "round 4");
    expect(looks.length).toBeGreaterThanOrEqual(3);
    for (const look of looks) expect(new Set(look).size).toBe(1);
  });

  test("of random changes is what the sharing thread reads, in every view", async () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 0x7fffffff);
    await expect(randomChanges(new Random(seed)), `SEED=${seed}`).resolves.toBeUndefined();
  });
});

function textOf(record: { readonly name: string } | { readonly text: string } | undefined): string {
  if (record === undefined) return "nothing";
  return "name" in record ? record.name : record.text;
}

async function randomChanges(random: Random): Promise<void> {
  const towns = new Map<number, TownInput>();
  const change = (id: number): TownInput => {
    const tags = ["a", "b"].filter(() => random.chance(0.5));
    const [country, lat] = [random.pick(["FR", "DE", "IT"]), random.integer(9) - 4];
    const town: TownInput = { id, name: `n${random.integer(30)}`, country, kind: "place", lat };
    return { ...town, tags, population: random.integer(50) };
  };
  for (let id = 0; id < 300; id++) towns.set(id, change(id));
  await using store = observe(data);
  const owner = new TownMapping(store, () => [...towns.values()]);
  await owner.push();
  await using there = attachedStore(shareStore(store));
  const follower = new TownMapping(there);
  for (let round = 0; round < 30; round++) {
    const ids = new Set(Array.from({ length: 1 + random.integer(12) }, () => random.integer(320)));
    const upsert = [...ids].map((id) => change(id));
    const remove = [random.integer(320), random.integer(320)].filter((id) => !ids.has(id));
    for (const town of upsert) towns.set(town.id, town);
    for (const id of remove) towns.delete(id);
    if (random.chance(0.2)) await owner.push();
    else await owner.patch({ upsert, remove });
    if (random.chance(0.3)) continue;
    await follower.pull();
    const records = [...follower.values()];
    expect(records).toEqual([...owner.values()]);
    expect(records.map(({ id }) => id)).toEqual([...towns.keys()].sort((a, b) => a - b));
    expect(records).toEqual(sortBy(records, townDefinition.key));
    const { all } = follower.snapshot();
    for (const view of townDefinition.views) checkView(all, view, records, []);
  }
}

describe("writing", () => {
  test("push and patch are refused and say where to publish; loaders are never asked", async () => {
    const load = vi.fn<() => CountryInput[]>(() => rows);
    const loader = new CountryMapping(attached, { load });
    await loader.ready();
    const refused = {
      code: "ERR_READ_ONLY",
      subject: "atlas.Country",
      message: expect.stringContaining("shareStore") as string,
    };
    await expect(loader.push()).rejects.toMatchObject(refused);
    await expect(loader.patch({ remove: ["FR"] })).rejects.toMatchObject(refused);
    expect(load).not.toHaveBeenCalled();
    expect(shared.size).toBe(32);
  });

  test("invalidate, versions and purge go through the sharing thread", async () => {
    await reader.ready();
    rows = [...rows, { code: "IT", name: "Italy" }];
    await reader.invalidate();
    await until("the invalidated rows are served", () => reader.has("IT"));
    const { country } = atlas();
    const listed = await versions(country, attached);
    expect(listed).toMatchObject([{ hash: country.hash, current: true, revision: 2 }]);
    expect(await attached.schema("atlas").purge(V)).toBe(true);
    expect(await attached.schema("atlas").purge(V)).toBe(false);
  });

  test("everything else that a store can do is refused", async () => {
    await expect(attached.schema("atlas").check([V])).rejects.toMatchObject({
      code: "ERR_READ_ONLY",
    });
  });
});

describe("status", () => {
  test("and events are the sharing thread's: failing while the store is away, recovered when it is back", async () => {
    await reader.ready();
    await until("it is fresh", () => reader.status === "fresh");
    expect(reader.ageMs).toBeLessThan(shared.ageMs + 50);
    const seen = listen(reader);
    main.unreachable = true;
    await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    expect(reader.status).toBe("failing");
    expect(reader.get("FR")?.name).toBe("France");
    const newcomer = new CountryMapping(attachedStore(shareStore(main)));
    await newcomer.ready();
    expect([newcomer.status, newcomer.size]).toEqual(["failing", 32]);
    await newcomer.close();
    const age = reader.ageMs;
    await until("it ages", () => reader.ageMs > age + INTERVAL);
    expect(Math.abs(reader.ageMs - shared.ageMs)).toBeLessThan(30);
    main.unreachable = false;
    await until("it has recovered", () => reader.status === "fresh");
    expect(new Set(seen)).toEqual(new Set(["failure", "stale", "recovered"]));
    expect(seen.filter((event) => event !== "failure")).toEqual(["stale", "recovered"]);
  });

  test("a damaged revision is the sharing thread's failure; the last good one stays served", async () => {
    await reader.ready();
    const quiet = new CountryMapping(other, { load: () => rows });
    other.after("putChunk", async () => undefined);
    rows = [{ code: "FR", name: "two" }];
    other.after("publish", async () => flipByte(data, V, 70));
    await quiet.push().catch(() => undefined);
    await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_BAD_SEGMENT" });
    expect(reader.get("FR")?.name).toBe("France");
    await quiet.close();
  });

  test("goes back with the sharing thread when the store does", async () => {
    await reader.ready();
    const first = await headOf(data, V);
    await publish("two");
    await reader.pull();
    const seen = listen(reader);
    await rewriteHead(data, V, () => first);
    await until("it serves the first revision again", () => reader.get("FR")?.name === "France");
    expect(shared.get("FR")?.name).toBe("France");
    expect(reader.revision).toBe(1);
    expect(seen).toEqual(expect.arrayContaining(["went-back", "reload"]));
  });
});

describe("ready", () => {
  test("waits until the sharing thread has data", async () => {
    await using store = observe(new MemoryStore());
    const early = new CountryMapping(attachedStore(shareStore(store)));
    const ready = early.ready();
    const late = new CountryMapping(store, { load: () => rows });
    await late.ready();
    expect((await ready).get("FR")?.name).toBe("France");
  });

  test("ends at its deadline, saying that the collection is not open there", async () => {
    const place = new AtlasDataset(attached);
    await expect(place.ready({ timeoutMs: 200 })).rejects.toMatchObject({
      code: "ERR_NOT_SHARED",
      message: expect.stringContaining("has not opened atlas.Place") as string,
    });
    await expect(place.pull()).rejects.toMatchObject({ code: "ERR_NOT_SHARED" });
  });

  test("ends at once for code of another schema", async () => {
    const newer = new CountryMapping(attached, {}, atlas("00000000000000b2"));
    const startedAt = performance.now();
    await expect(newer.ready()).rejects.toMatchObject({
      code: "ERR_OTHER_SCHEMA",
      message: expect.stringMatching(/00000000000000b2.*00000000000000a1/) as string,
    });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(newer.status).toBe("empty");
  });

  test("says that nobody answers to a name that nobody shares", async () => {
    expect(() => attachedStore("redis://127.0.0.1")).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }),
    );
    await using nowhere = attachedStore("cached-collections:nobody");
    const lost = new CountryMapping(nowhere);
    await expect(lost.ready({ timeoutMs: 6_000 })).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      message: expect.stringContaining("did not answer within 5000 ms") as string,
    });
    expect(lost.status).toBe("failing");
  });
});

describe("the end", () => {
  test("of the shared store closes those attached, which can still be read", async () => {
    await reader.ready();
    await main.close();
    await until("it is closed", () => reader.status === "closed");
    expect(reader.get("FR")?.name).toBe("France");
    await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(reader.ready()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  test("of an attached store concerns nobody else, and leaves nothing in the sharing thread", async () => {
    const { listeners } = followerOf(main, "atlas");
    await reader.ready();
    const before = listeners.size;
    for (let round = 0; round < 5; round++) {
      const store = attachedStore(shareStore(main));
      await new CountryMapping(store).ready();
      await store.close();
    }
    expect(listeners.size).toBe(before);
    await publish("two");
    await until("the others follow", () => reader.get("FR")?.name === "two");
  });

  test("of the sharing thread's collection leaves what is served; another one takes over", async () => {
    await reader.ready();
    await shared.close();
    await until("it is no longer known as the newest", () => reader.status === "stale");
    expect(reader.get("FR")?.name).toBe("France");
    await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_NOT_SHARED" });
    await publish("two");
    const again = new CountryMapping(main, { checkIntervalMs: INTERVAL });
    await again.ready();
    await until("it follows again", () => reader.get("FR")?.name === "two");
    await until("it is fresh", () => reader.status === "fresh");
  });

  test("sharing again gives the same name, and so does sharing what is attached", async () => {
    expect(shareStore(main)).toBe(shareStore(main));
    expect(shareStore(attached)).toBe(shareStore(main));
    expect(shareStore(other)).not.toBe(shareStore(main));
  });
});
