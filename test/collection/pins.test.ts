/** Rolling back, pinning and unpinning, as an operator does it while processes read and push. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CountryMapping as Countries, GeoDataset } from "../../generated/geo.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import {
  pin,
  pinAll,
  rollback,
  rollbackAll,
  unpin,
  unpinAll,
} from "../../runtime/src/collection/pins.js";
import { versions } from "../../runtime/src/collection/versions.js";
import { atlas, AtlasDataset, CountryMapping } from "../support/atlas.js";
import { evictSegment, flipByte } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

const { country, place, notice } = atlas();
const V = "Country:00000000000000a1";
const INTERVAL = 40;

let shared: MemoryStore;
let stores: ObservedStore[];
let name: string;
let producer: CountryMapping;
let reader: CountryMapping;

function startProcess(): ObservedStore {
  const store = observe(shared);
  stores.push(store);
  return store;
}

async function pushed(next: string): Promise<void> {
  name = next;
  await producer.push();
}

const served = async (): Promise<string | undefined> => (await reader.pull()).get("FR")?.name;

beforeEach(async () => {
  shared = new MemoryStore();
  stores = [];
  const load = (): { code: string; name: string }[] => [{ code: "FR", name }];
  producer = new CountryMapping(startProcess(), { load });
  reader = new CountryMapping(startProcess(), { checkIntervalMs: INTERVAL });
  for (const each of ["one", "two", "three"]) await pushed(each);
});
afterEach(async () => {
  await Promise.all(stores.map(async (store) => store.close()));
  await shared.close();
});

describe("a rollback", () => {
  test("serves an older revision again as a new one, without an event of going back", async () => {
    let wentBack = 0;
    reader.on("went-back", () => wentBack++);
    await reader.ready();
    expect(await rollback(country, shared, { to: 1 })).toBe(4);
    await until("the reader serves it", () => reader.get("FR")?.name === "one");
    expect([reader.revision, wentBack]).toEqual([4, 0]);
    const [version] = await versions(country, shared);
    expect(version).toMatchObject({ revision: 4, heldBack: undefined });
    expect(version?.history.map(({ revision, origin }) => [revision, origin])).toEqual([
      [3, "load"],
      [2, "load"],
      [1, "load"],
    ]);
  });

  test("lasts until the next push, also one of the rows that were rolled back", async () => {
    await rollback(country, shared, { to: 1 });
    expect(await producer.push()).toMatchObject({ outcome: "published", revision: 5 });
    expect(await served()).toBe("three");
  });

  test("makes nobody load", async () => {
    const candidateStore = startProcess();
    const loads: string[] = [];
    const load = ({ reason }: { reason: string }): { code: string; name: string }[] => {
      loads.push(reason);
      return [{ code: "FR", name }];
    };
    const candidate = new CountryMapping(candidateStore, { load, checkIntervalMs: INTERVAL });
    await candidate.ready();
    await rollback(country, shared, { to: 2 });
    await until("it follows", () => candidate.get("FR")?.name === "two");
    const checks = candidateStore.count("check");
    await until("it looked again", () => candidateStore.count("check") > checks + 2);
    expect(loads).toEqual([]);
    await until("it is fresh", () => candidate.status === "fresh");
  });

  test("to what is served changes nothing; to what is not kept it is refused", async () => {
    expect(await rollback(country, shared, { to: 3 })).toBe(3);
    await expect(rollback(country, shared, { to: 9 })).rejects.toMatchObject({
      code: "ERR_NO_REVISION",
      message: expect.stringContaining("kept are 3, 2, 1") as string,
    });
    const other = atlas("00000000000000bb").country;
    await expect(rollback(other, shared, { to: 1 })).rejects.toMatchObject({
      code: "ERR_NO_REVISION",
    });
    expect(await rollback(other, shared, { to: 1, hash: country.hash })).toBe(4);
  });

  test("to what is no number, as is a pin", async () => {
    const moves = [rollback, pin] as readonly ((...args: unknown[]) => Promise<unknown>)[];
    for (const [to, shown] of [
      [Number.NaN, "NaN"],
      ["2", '"2"'],
      [null, "null"],
    ]) {
      for (const move of moves) {
        await expect(move(country, shared, { to })).rejects.toMatchObject({
          code: "ERR_INVALID_ARGUMENT",
          message: `atlas.Country: to is ${shown}; give the number of a revision that versions() lists, like 41`,
        });
      }
    }
    for (const options of [undefined, {}]) {
      await expect(moves[0]?.(country, shared, options)).rejects.toMatchObject({
        code: "ERR_INVALID_ARGUMENT",
      });
    }
    expect(await served()).toBe("three");
  });

  test("to a revision whose data is gone is refused", async () => {
    await rollback(country, shared, { to: 1 });
    await evictSegment(shared, V);
    await pushed("four");
    await expect(rollback(country, shared, { to: 4 })).rejects.toMatchObject({
      code: "ERR_NO_REVISION",
      message: expect.stringContaining("missing") as string,
    });
    expect(await served()).toBe("four");
  });
});

describe("a pin", () => {
  test("holds pushes and patches back, and unpin serves the last of them", async () => {
    expect(await pin(country, shared)).toBe(3);
    await pushed("four");
    await producer.patch({ upsert: [{ code: "DE", name: "patched" }] });
    expect(await served()).toBe("three");
    expect((await reader.pull()).size).toBe(1);
    expect((await versions(country, shared))[0]).toMatchObject({
      revision: 3,
      heldBack: { revision: 5, origin: "patch", records: 2 },
    });
    expect(await unpin(country, shared)).toBe(5);
    expect(await served()).toBe("four");
    expect(reader.get("DE")?.name).toBe("patched");
    expect(await unpin(country, shared)).toBe(5);
  });

  test("to an older revision serves that; unpinned without a push, what was served before", async () => {
    expect(await pin(country, shared, { to: 1 })).toBe(4);
    expect(await served()).toBe("one");
    await expect(rollback(country, shared, { to: 2 })).rejects.toMatchObject({
      code: "ERR_PINNED",
    });
    expect(await pin(country, shared, { to: 2 })).toBe(6);
    expect(await served()).toBe("two");
    expect(await unpin(country, shared)).toBe(7);
    expect(await served()).toBe("three");
  });

  test("is kept by a push of the pinned rows, and by an invalidation", async () => {
    await pin(country, shared, { to: 1 });
    await pushed("one");
    expect(await served()).toBe("one");
    name = "later";
    const candidate = new CountryMapping(startProcess(), {
      checkIntervalMs: INTERVAL,
      load: () => [{ code: "FR", name }],
    });
    await candidate.ready();
    await candidate.invalidate();
    await until(
      "the load was published",
      async () => (await versions(country, shared))[0]?.heldBack?.revision === 7,
    );
    expect(candidate.get("FR")?.name).toBe("one");
    await unpin(country, shared);
    expect(await served()).toBe("later");
  });

  test("whose bytes are damaged is not replaced by a load: it is said, and unpin heals", async () => {
    await pin(country, shared, { to: 1 });
    await flipByte(shared, V, 40);
    const codes: string[] = [];
    const candidate = new CountryMapping(startProcess(), {
      checkIntervalMs: INTERVAL,
      load: () => [{ code: "FR", name }],
    });
    candidate.on("failure", ({ error }) => codes.push(error.code));
    const refused = {
      code: "ERR_BAD_SEGMENT",
      message: expect.stringContaining("nobody repairs it: unpin it") as string,
    };
    await expect(candidate.ready({ timeoutMs: 200 })).rejects.toMatchObject(refused);
    expect((await versions(country, shared))[0]?.heldBack?.revision).toBe(5);
    await unpin(country, shared);
    expect((await candidate.ready()).get("FR")?.name).toBe("three");
    // Who has data serves that, and says what is the matter.
    await pin(country, shared, { to: 4 });
    await expect(candidate.pull()).rejects.toMatchObject(refused);
    expect([candidate.get("FR")?.name, candidate.status]).toEqual(["three", "failing"]);
    await unpin(country, shared);
    expect((await candidate.pull()).get("FR")?.name).toBe("three");
    await until("it is fresh", () => candidate.status === "fresh");
    expect(new Set(codes)).toEqual(new Set(["ERR_BAD_SEGMENT"]));
  });
});

describe("a data set", () => {
  const definition = { package: "atlas", entities: { country, place, notice } };
  let round: number;
  let writer: AtlasDataset;
  let data: AtlasDataset;
  const mixed: unknown[] = [];

  beforeEach(async () => {
    writer = new AtlasDataset(startProcess(), {
      load: {
        country: () => [{ code: "FR", name: `round ${round}` }],
        place: () => [{ id: 1, name: `round ${round}`, country: "FR" }],
        notice: () => [{ text: `round ${round}` }],
      },
    });
    for (round = 1; round < 3; round++) await writer.push();
    data = new AtlasDataset(startProcess(), { checkIntervalMs: INTERVAL });
    await data.ready();
    mixed.length = 0;
    data.on("reload", () => {
      const page = data.snapshot();
      const seen = [page.country.get("FR")?.name, page.place.get(1)?.name, page.notice.at(0)?.text];
      if (new Set(seen).size !== 1) mixed.push(seen);
    });
  });

  const rounds = async (): Promise<string | undefined> => {
    const page = await data.pull();
    return page.notice.at(0)?.text;
  };

  test("is rolled back and pinned as a whole", async () => {
    const before = await versionsOf();
    const to = { country: before.country - 1, place: before.place - 1, notice: before.notice - 1 };
    expect(await rollbackAll(definition, shared, { to })).toEqual({
      country: before.country + 1,
      place: before.place + 1,
      notice: before.notice + 1,
    });
    expect(await rounds()).toBe("round 1");
    await pinAll(definition, shared);
    round = 3;
    await writer.push();
    expect(await rounds()).toBe("round 1");
    await unpinAll(definition, shared);
    expect(await rounds()).toBe("round 3");
    expect(mixed).toEqual([]);
  });

  test("of which a name is wrong is refused", async () => {
    for (const move of [rollbackAll, pinAll]) {
      await expect(move(definition, shared, { to: { country: Number.NaN } })).rejects.toMatchObject(
        {
          code: "ERR_INVALID_ARGUMENT",
          message: expect.stringMatching(/^atlas\.Country: to is NaN; give/) as string,
        },
      );
      await expect(move(definition, shared, { to: 1 as never })).rejects.toMatchObject({
        code: "ERR_INVALID_ARGUMENT",
        message: "atlas: to is 1; give revisions by the names of collections, like { country: 41 }",
      });
    }
    await expect(pinAll(definition, shared, { to: { countries: 1 } })).rejects.toMatchObject({
      code: "ERR_INVALID_ARGUMENT",
      message: expect.stringContaining("country, place, notice") as string,
    });
  });

  test("of which one collection cannot go back stays as it is, all of it", async () => {
    const before = await versionsOf();
    const to = { country: before.country - 1, place: 99 };
    await expect(rollbackAll(definition, shared, { to })).rejects.toMatchObject({
      code: "ERR_NO_REVISION",
      subject: "atlas.Place",
    });
    expect(await versionsOf()).toEqual(before);
  });

  async function versionsOf(): Promise<{ country: number; place: number; notice: number }> {
    const revision = async (entity: Parameters<typeof versions>[0]): Promise<number> =>
      (await versions(entity, shared))[0]?.revision ?? 0;
    return {
      country: await revision(country),
      place: await revision(place),
      notice: await revision(notice),
    };
  }
});

test("generated classes have them as static methods", async () => {
  let round = 1;
  const geo = new GeoDataset(shared, {
    load: {
      country: () => [{ code: "FR", name: `round ${round}` }],
      region: () => [],
      city: () => [],
    },
  });
  for (; round <= 2; round++) await geo.push();
  const name = async (): Promise<string | undefined> => (await geo.pull()).country.get("FR")?.name;
  expect(await Countries.rollback(shared, { to: 1 })).toBe(3);
  expect(await name()).toBe("round 1");
  expect(await GeoDataset.pin(shared, { to: { country: 2 } })).toEqual({
    country: 4,
    region: 1,
    city: 1,
  });
  expect(await name()).toBe("round 2");
  expect(await Countries.unpin(shared)).toBe(5);
  expect(await name()).toBe("round 1");
  expect(await GeoDataset.unpin(shared)).toEqual({ country: 5, region: 1, city: 1 });
  expect(await GeoDataset.rollback(shared, { to: { country: 4 } })).toEqual({ country: 6 });
  expect(await name()).toBe("round 2");
  expect(await Countries.pin(shared)).toBe(6);
});
