/** What a push does when all goes well: the forms of loaders, identical rows, who serves what afterwards. */
import { memoryStore, type LoadContext, type Loader } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  AtlasDataset,
  COUNTRIES,
  CountryMapping,
  NoticeSequence,
  PLACES,
  PlaceMapping,
  type CountryInput,
} from "../support/atlas.js";
import { observe, type ObservedStore } from "../support/observed-store.js";

let store: ObservedStore;
beforeEach(() => {
  store = observe(memoryStore());
});
afterEach(async () => store.close());

async function* slowly<T>(rows: Iterable<T>): AsyncGenerator<T> {
  for (const row of rows) {
    await Promise.resolve();
    yield row;
  }
}

function* oneByOne<T>(rows: Iterable<T>): Generator<T> {
  yield* rows;
}

const forms: readonly (readonly [string, Loader<CountryInput>])[] = [
  ["an array", () => COUNTRIES],
  ["a generator", () => oneByOne(COUNTRIES)],
  ["a set", () => new Set(COUNTRIES)],
  ["an async generator", () => slowly(COUNTRIES)],
  ["a promise of an array", async () => Promise.resolve([...COUNTRIES])],
  ["a promise of an async iterable", async () => Promise.resolve(slowly(COUNTRIES))],
];

test.each(forms)("a loader may give %s", async (_form, load) => {
  const countries = new CountryMapping(store, { load });
  const result = await countries.push();
  expect(result).toMatchObject({ outcome: "published", published: true, revision: 1, records: 2 });
  expect(result.sizeBytes).toBeGreaterThan(0);
  expect([...countries.keys()]).toEqual(["DE", "FR"]);
});

test("a loader gets a signal and the reason, and rows that take many turns do not stop the event loop", async () => {
  const contexts: LoadContext[] = [];
  let turns = 0;
  const turning = setInterval(() => turns++, 0);
  const countries = new CountryMapping(store, {
    load: (context) => {
      contexts.push(context);
      return oneByOne(
        Array.from({ length: 60_000 }, (_, i) => ({ code: `C${i}`, name: `Country ${i}` })),
      );
    },
  });
  await countries.push();
  clearInterval(turning);
  expect(contexts).toHaveLength(1);
  expect(contexts[0]?.reason).toBe("push");
  expect(contexts[0]?.signal.aborted).toBe(false);
  expect(countries.size).toBe(60_000);
  expect(turns).toBeGreaterThan(3);
});

test("identical rows make no new revision, changed rows do, and unchanged records stay the same objects", async () => {
  let name = "France";
  const load = (): CountryInput[] => [
    { code: "DE", name: "Germany" },
    { code: "FR", name },
  ];
  const countries = new CountryMapping(store, { load });
  await countries.push();
  const germany = countries.get("DE");
  const before = countries.snapshot();
  expect(await countries.push()).toMatchObject({
    outcome: "identical",
    published: false,
    revision: 1,
  });
  expect(countries.snapshot()).toBe(before);
  name = "République française";
  expect(await countries.push()).toMatchObject({ outcome: "published", revision: 2 });
  expect(countries.revision).toBe(2);
  expect(countries.get("FR")?.name).toBe("République française");
  expect(before.get("FR")?.name).toBe("France");
  expect(countries.get("DE")).toBe(germany);
});

test("rows are recognised as identical by a process that did not push them and does not serve them", async () => {
  const load = (): readonly CountryInput[] => COUNTRIES;
  await new CountryMapping(store, { load }).push();
  const other = observe(store);
  expect(await new CountryMapping(other, { load }).push()).toMatchObject({ outcome: "identical" });
  await other.close();
});

test("the pushing process serves its revision without fetching it", async () => {
  const countries = new CountryMapping(store, { load: () => COUNTRIES });
  await countries.push();
  expect(countries.get("FR")?.name).toBe("France");
  expect(store.count("getChunk")).toBe(0);
  expect(countries.status).toBe("fresh");
});

test("a sequence keeps the loader's order, also when nothing is in it", async () => {
  let rows = [{ text: "b" }, { text: "a" }, { text: "b" }];
  const notices = new NoticeSequence(store, { load: () => rows });
  await notices.push();
  expect([...notices].map(({ text }) => text)).toEqual(["b", "a", "b"]);
  expect(notices.at(-2)?.text).toBe("a");
  expect(notices.slice(1)).toHaveLength(2);
  rows = [];
  await notices.push();
  expect(notices.size).toBe(0);
});

test("pushes called at once run one after another, each loading after it was called", async () => {
  let loads = 0;
  const countries = new CountryMapping(store, {
    load: () => [{ code: "DE", name: `Germany ${++loads}` }],
  });
  const results = await Promise.all([countries.push(), countries.push(), countries.push()]);
  expect(results.map(({ revision }) => revision)).toEqual([1, 2, 3]);
  expect(countries.get("DE")?.name).toBe("Germany 3");
});

describe("a data set", () => {
  const load = {
    country: () => COUNTRIES,
    place: () => PLACES,
    notice: () => [{ text: "mind the gap" }],
  };

  test("publishes all its collections at once, and follows references", async () => {
    const data = new AtlasDataset(store, { load });
    const result = await data.push();
    expect(result).toMatchObject({ outcome: "published", published: true, revision: 1 });
    expect(Object.keys(result.collections)).toEqual(["country", "place", "notice"]);
    expect(store.count("publish")).toBe(1);
    const page = data.snapshot();
    expect(page.place.homeCountry(page.place.getOrThrow(1))?.name).toBe("France");
    expect(data.snapshot()).toBe(page);
    expect(data.place.byCountry.get("DE").map(({ name }) => name)).toEqual(["Berlin", "Mitte"]);
  });

  test("gives only the collections that changed a new revision", async () => {
    let text = "mind the gap";
    const data = new AtlasDataset(store, { load: { ...load, notice: () => [{ text }] } });
    await data.push();
    text = "mind the step";
    const { collections, outcome, revision } = await data.push();
    expect({ outcome, revision }).toEqual({ outcome: "published", revision: 2 });
    expect(collections["country"]).toMatchObject({ outcome: "identical", revision: 1 });
    expect(collections["notice"]).toMatchObject({ outcome: "published", revision: 2 });
  });

  test("may have one loader for everything, which may hand rows over in several goes", async () => {
    const reasons: string[] = [];
    const data = new AtlasDataset(store, {
      load: async (into, { reason }) => {
        reasons.push(reason);
        await into.country(COUNTRIES);
        await into.place(PLACES.slice(0, 1));
        await Promise.all([into.place(slowly(PLACES.slice(1))), into.notice([])]);
      },
    });
    await data.push();
    expect(reasons).toEqual(["push"]);
    expect(data.place.size).toBe(3);
    await expect(data.place.push()).rejects.toMatchObject({ code: "ERR_NO_LOADER" });
  });

  test("lets one of its collections be pushed by itself", async () => {
    const data = new AtlasDataset(store, { load });
    await data.push();
    expect(await data.country.push()).toMatchObject({ outcome: "identical", revision: 1 });
  });
});

test("a collection's references are checked against what is published of the other entity", async () => {
  const places = new PlaceMapping(store, { load: () => PLACES });
  await expect(places.push()).rejects.toMatchObject({
    code: "ERR_DANGLING_REFERENCE",
    message: expect.stringContaining("nothing of Country is published") as string,
  });
  await new CountryMapping(store, { load: () => COUNTRIES }).push();
  expect(await places.push()).toMatchObject({ outcome: "published", warnings: [] });
});

test("a reference that only warns publishes and says so", async () => {
  await new CountryMapping(store, { load: () => COUNTRIES }).push();
  const rows = [{ id: 7, name: "Nowhere", country: "FR", parentId: 99 }];
  const places = new PlaceMapping(store, { load: () => rows });
  const { warnings } = await places.push();
  expect(warnings.map(({ code }) => code)).toEqual(["ERR_DANGLING_REFERENCE"]);
  expect(warnings[0]?.message).toMatch(/7: parent refers to Place 99/);
  expect(places.size).toBe(1);
});
