/** Patches of a data set: several collections changed together or not at all, references checked across them. */
import {
  CachedCollectionsError,
  type DatasetPatch,
  type Patch,
  type Store,
} from "cached-collections";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { STORE_KINDS } from "../store/each-store.js";
import type { StoreFixture } from "../store/store-fixture.js";
import {
  AtlasDataset,
  COUNTRIES,
  PLACES,
  type AtlasInputs,
  type AtlasSnapshot,
  type CountryInput,
  type PlaceInput,
} from "../support/atlas.js";
import { observe, type ObservedStore } from "../support/observed-store.js";

type AtlasPatch = DatasetPatch<AtlasSnapshot, AtlasInputs>;

function loaded(store: Store): AtlasDataset {
  return new AtlasDataset(store, {
    load: { country: () => COUNTRIES, place: () => PLACES, notice: () => [{ text: "hello" }] },
  });
}

test("its type has the collections with a key, each with its key and row", () => {
  expectTypeOf<AtlasPatch>().toEqualTypeOf<{
    readonly country?: Patch<string, CountryInput> | undefined;
    readonly place?: Patch<number, PlaceInput> | undefined;
  }>();
});

describe.each(Object.keys(STORE_KINDS))("%s", (kind) => {
  let fixture: StoreFixture;
  let here: ObservedStore;
  let data: AtlasDataset;
  let reader: AtlasDataset;
  beforeEach(async () => {
    const started = await STORE_KINDS[kind]?.();
    if (started === undefined) throw new Error(`no store ${kind}`);
    fixture = started;
    here = observe(fixture.connect());
    data = loaded(here);
    reader = new AtlasDataset(observe(fixture.connect()));
  });
  afterEach(async () => {
    await here.close();
    await fixture.end();
  });

  const refused = async (patch: unknown): Promise<unknown> =>
    data.patch(patch as AtlasPatch).then(
      ({ outcome }) => outcome,
      (error: unknown) => (error instanceof CachedCollectionsError ? error.code : error),
    );

  test("collections change together, and the others stay as they are", async () => {
    await data.push();
    const paris = (await reader.pull()).place.get(1);
    const result = await data.patch({
      country: { upsert: [{ code: "IT", name: "Italy" }], remove: ["never there"] },
      place: { upsert: [{ id: 9, name: "Rome", country: "IT" }], remove: [3] },
    });
    expect(result).toMatchObject({ outcome: "published", published: true, revision: 2 });
    expect(Object.keys(result.collections)).toEqual(["country", "place"]);
    expect(result.collections["place"]).toMatchObject({ records: 3, warnings: [] });
    for (const after of [data.snapshot(), await reader.pull()]) {
      expect(after.place.get(9)?.country).toBe("IT");
      expect(after.country.get("IT")?.name).toBe("Italy");
      expect(after.place.has(3)).toBe(false);
    }
    expect(reader.snapshot().place.get(1)).toBe(paris);
    expect(reader.notice.revision).toBe(1);
    expect(await data.patch({ place: { remove: [3] } })).toMatchObject({ outcome: "identical" });
    expect(await data.patch({})).toMatchObject({ outcome: "identical", collections: {} });
  });

  test("nothing is published when one of them is refused", async () => {
    expect(await refused({ country: { remove: ["FR"] } })).toBe("ERR_NOTHING_TO_PATCH");
    await data.push();
    const italy = { upsert: [{ code: "IT", name: "Italy" }] };
    expect(await refused({ country: italy, place: { upsert: [{ id: "x" }] } })).toBe(
      "ERR_INVALID_RECORD",
    );
    expect(await refused({ country: italy, town: {} })).toBe("ERR_INVALID_ARGUMENT");
    expect(await refused({ country: italy, notice: {} })).toBe("ERR_INVALID_ARGUMENT");
    expect(await refused(undefined)).toBe("ERR_INVALID_ARGUMENT");
    expect(await refused(() => Promise.reject(new Error("no database")))).toBe("ERR_LOADER");
    expect(data.snapshot().country.has("IT")).toBe(false);
    expect(data.revision).toBe(1);
  });

  test("references hold afterwards, also those of records that are left alone", async () => {
    await data.push();
    const rome = { id: 9, name: "Rome", country: "IT" };
    expect(await refused({ place: { upsert: [rome] } })).toBe("ERR_DANGLING_REFERENCE");
    expect(await refused({ country: { remove: ["FR"] } })).toBe("ERR_DANGLING_REFERENCE");
    expect(await refused({ country: { remove: ["FR"] }, place: { remove: [1] } })).toBe(
      "published",
    );
    expect(data.snapshot().place.has(1)).toBe(false);
  });

  test("a function runs again when something else was published in between", async () => {
    await data.push();
    let runs = 0;
    here.before("publish", async () => {
      here.before("publish", undefined);
      await reader.patch({ country: { upsert: [{ code: "FR", name: "first" }] } });
    });
    await data.patch(async ({ signal }) => {
      runs++;
      signal.throwIfAborted();
      const name = (await reader.pull()).country.get("FR")?.name;
      return { country: { upsert: [{ code: "FR", name: `${name}, second` }] } };
    });
    expect(runs).toBe(2);
    expect(data.country.get("FR")?.name).toBe("first, second");
  });

  test("a load that it overtakes is published with it, in all collections", async () => {
    await data.push();
    here.before("publish", async () => {
      here.before("publish", undefined);
      await reader.patch({
        country: { upsert: [{ code: "IT", name: "Italy" }] },
        place: { upsert: [{ id: 9, name: "Rome", country: "IT" }], remove: [3] },
      });
    });
    let loads = 0;
    const loader = new AtlasDataset(here, {
      load: async (into) => {
        loads++;
        await into.country([...COUNTRIES, { code: "ES", name: "Spain" }]);
        await into.place([...PLACES, { id: 8, name: "Madrid", country: "ES" }]);
        await into.notice([]);
      },
    });
    expect(await loader.push()).toMatchObject({ outcome: "published" });
    expect(loads).toBe(1);
    const { country, place } = await reader.pull();
    expect([...country.keys()]).toEqual(["DE", "ES", "FR", "IT"]);
    expect([...place.keys()]).toEqual([1, 2, 8, 9]);
  });
});
