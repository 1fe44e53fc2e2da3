/** A store that is attached to one that is shared: what is read there, how it follows, what it refuses. */
import { attachedStore, health, shareStore } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { stateOf } from "../../runtime/src/collection/collection.js";
import { followerOf } from "../../runtime/src/collection/follow/follower.js";
import { AttachedStore } from "../../runtime/src/collection/threads/attached-store.js";
import type { HeldRevision } from "../../runtime/src/collection/follow/held-revision.js";
import { pin, unpin } from "../../runtime/src/collection/pins.js";
import { versions } from "../../runtime/src/collection/versions.js";
import { atlas, AtlasDataset, CountryMapping, type CountryInput } from "../support/atlas.js";
import { observe } from "../support/observed-store.js";
import { headOf } from "../support/memory-faults.js";
import { sortBy } from "../support/plain.js";
import { Random } from "../support/random.js";
import { TownMapping } from "../support/town-mapping.js";
import { townDefinition, type TownInput } from "../support/town.js";
import { until } from "../support/until.js";
import { checkView } from "../support/view-checks.js";
import { SharedCountries, V } from "./shared-countries.js";

let here: SharedCountries;
let data: SharedCountries["data"];
let main: SharedCountries["main"];
let attached: SharedCountries["attached"];
let shared: SharedCountries["shared"];
let reader: SharedCountries["reader"];

beforeEach(async () => {
  here = await SharedCountries.start();
  ({ data, main, attached, shared, reader } = here);
});
afterEach(async () => here.end());

function servedBy(collection: object): HeldRevision | undefined {
  return stateOf(collection).followed[0]?.served;
}

describe("reading", () => {
  test("gives what the sharing thread serves, over the same memory, and asks the store nothing", async () => {
    await reader.ready();
    expect([...reader.values()]).toEqual([...shared.values()]);
    expect(reader.get("FR")).not.toBe(shared.get("FR"));
    expect(reader.revision).toBe(1);
    const here = [...(servedBy(shared)?.segments.values() ?? [])];
    const there = [...(servedBy(reader)?.segments.values() ?? [])];
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
    const base = servedBy(reader)?.core.parts.base.records;
    const reloads: unknown[] = [];
    reader.on("reload", ({ revision, changes, fetchedBytes }) => {
      reloads.push([revision, changes, fetchedBytes]);
    });
    await here.publish("two");
    await until("the push is served", () => reader.get("FR")?.name === "two");
    await shared.patch({ upsert: [{ code: "IT", name: "Italy" }], remove: ["FR"] });
    await until("the patch is served", () => reader.has("IT"));
    expect([reader.size, reader.has("FR")]).toEqual([32, false]);
    expect(reader.get("DE")).toBe(kept);
    expect(servedBy(reader)?.core.parts.base.records).toBe(base);
    expect(reloads).toEqual([
      [2, { added: 0, changed: 1, removed: 0 }, 0],
      [3, { added: 1, changed: 0, removed: 1 }, 0],
    ]);
    await until("it is fresh", () => reader.status === "fresh");
  });

  test("pull contains every push that ended before it, whoever made it", async () => {
    const deaf = observe(data, { notifies: false });
    const quiet = new CountryMapping(deaf, { checkIntervalMs: 600_000 });
    await quiet.ready();
    const far = new CountryMapping(attachedStore(shareStore(deaf)));
    await far.ready();
    for (const name of ["two", "three", "four"]) {
      await here.publish(name);
      expect((await far.pull()).get("FR")?.name).toBe(name);
      expect(quiet.get("FR")?.name).toBe(name);
    }
    await here.publish("five");
    const checks = deaf.count("check");
    expect((await far.pull({ maxAgeMs: 60_000 })).get("FR")?.name).toBe("four");
    expect(deaf.count("check")).toBe(checks);
    await deaf.close();
  });

  test("never shows a revision that was named but not told: it is asked for", async () => {
    await reader.ready();
    const { checkIntervalMs } = followerOf(main, "atlas");
    await here.publish("two");
    await until("it is served here", () => shared.get("FR")?.name === "two");
    const manifestId = (await headOf(data, V)).id;
    const times = { confirmedAt: 0, checkedAt: 0 } as const;
    const word = {
      status: "fresh",
      failure: undefined,
      isPinned: false,
      ...times,
      known: [],
    } as const;
    const told = { version: V, ...word, isUnread: false, manifestId, revision: undefined } as const;
    const late = new AttachedStore(shareStore(main));
    const far = new CountryMapping(late);
    const ready = far.ready();
    const state = { kind: "state", package: "atlas", checked: true, checkIntervalMs } as const;
    late.follower("atlas").take({ ...state, versions: [told] });
    await ready;
    expect((await far.pull()).get("FR")?.name).toBe("two");
    await late.close();
  });

  test("counts as reading where it is shared: what only other threads want is fetched for them", async () => {
    await using store = observe(data);
    const idle = new CountryMapping(store, { checkIntervalMs: 10 });
    await idle.ready();
    await using there = attachedStore(shareStore(store));
    const far = new CountryMapping(there);
    await far.ready();
    const listener = (): void => undefined;
    far.on("reload", listener);
    // Longer than the ten intervals after which what nobody reads is left behind.
    const nobodyReads = async (): Promise<void> => {
      const checks = store.count("check");
      await until("many checks went by", () => store.count("check") > checks + 25);
    };
    await nobodyReads();
    await here.publish("two");
    await until("what is listened to is fetched", () => {
      // From within: looking through the collection would be a read.
      const france = servedBy(far)?.core.get("FR") as CountryInput | undefined;
      return france?.name === "two";
    });
    far.off("reload", listener);
    await nobodyReads();
    await here.publish("three");
    await until("it is left behind", () => far.status === "stale" && idle.status === "stale");
    await nobodyReads();
    expect([far.status, far.get("FR")?.name]).toEqual(["stale", "two"]);
    await until("that read brings it here", () => {
      const france = servedBy(far)?.core.get("FR") as CountryInput | undefined;
      return france?.name === "three";
    });
    expect(idle.get("FR")?.name).toBe("three");
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
  for (let round = 0; round < 15; round++) {
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
  test("a pin is seen there as well", async () => {
    await reader.ready();
    await pin(atlas().country, data);
    await reader.pull();
    expect(health([reader]).collections).toMatchObject([{ isPinned: true }]);
    await unpin(atlas().country, data);
    await reader.pull();
    expect(health([reader]).collections).toMatchObject([{ isPinned: false }]);
  });

  test("push and patch are refused and say where to publish; loaders are never asked", async () => {
    const load = vi.fn<() => CountryInput[]>(() => here.rows);
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
    here.rows = [...here.rows, { code: "IT", name: "Italy" }];
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
