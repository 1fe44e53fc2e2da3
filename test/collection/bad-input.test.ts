/** What a push refuses: each with its code, nothing published, and what was served still served. */
import {
  embeddedStore,
  memoryStore,
  redisStore,
  type ErrorCode,
  type RedisClient,
} from "cached-collections";
import { inspect } from "node:util";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PriceMapping } from "../../generated/shop.js";
import {
  AtlasDataset,
  COUNTRIES,
  CountryMapping,
  PLACES,
  PlaceMapping,
  type CountryInput,
  type PlaceInput,
} from "../support/atlas.js";
import { observe, type ObservedStore } from "../support/observed-store.js";

let store: ObservedStore;
beforeEach(() => {
  store = observe(memoryStore());
});
afterEach(async () => store.close());

/** A bad loader, as users write them: the compiler is told that it is right. */
interface BadLoader {
  readonly name: string;
  readonly load: () => unknown;
  readonly code: ErrorCode;
  readonly says: RegExp;
}

function* throwingHalfway(): Generator<CountryInput> {
  yield { code: "IT", name: "Italy" };
  throw new Error("connection reset");
}

async function* rejectingHalfway(): AsyncGenerator<CountryInput> {
  yield { code: "IT", name: "Italy" };
  await Promise.reject(new Error("connection reset"));
}

const bad: readonly BadLoader[] = [
  {
    name: "throws at once",
    load: () => {
      throw new Error("no database");
    },
    code: "ERR_LOADER",
    says: /atlas\.Country: the loader failed: no database/,
  },
  {
    name: "rejects",
    load: () => Promise.reject(new Error("no database")),
    code: "ERR_LOADER",
    says: /no database/,
  },
  { name: "throws half-way", load: throwingHalfway, code: "ERR_LOADER", says: /connection reset/ },
  {
    name: "rejects half-way",
    load: rejectingHalfway,
    code: "ERR_LOADER",
    says: /connection reset/,
  },
  { name: "returns nothing", load: () => undefined, code: "ERR_LOADER", says: /returned nothing/ },
  { name: "returns null", load: () => null, code: "ERR_LOADER", says: /returned null/ },
  { name: "returns a string", load: () => "FR", code: "ERR_LOADER", says: /type string/ },
  {
    name: "returns one row",
    load: () => ({ code: "FR" }),
    code: "ERR_LOADER",
    says: /type object/,
  },
  {
    name: "gives a wrong type",
    load: () => [...COUNTRIES, { code: "IT", name: 39 }],
    code: "ERR_INVALID_RECORD",
    says: /code "IT".*name.*39/,
  },
  {
    name: "leaves a field out",
    load: () => [{ code: "IT" }],
    code: "ERR_INVALID_RECORD",
    says: /code "IT".*name/,
  },
  {
    name: "gives a row that is no object",
    load: () => ["IT"],
    code: "ERR_INVALID_RECORD",
    says: /row 1 is a string, not an object/,
  },
  { name: "gives null", load: () => [null], code: "ERR_INVALID_RECORD", says: /row 1 is null/ },
  {
    name: "gives a key twice",
    load: () => [...COUNTRIES, { code: "FR", name: "Francia" }],
    code: "ERR_DUPLICATE_KEY",
    says: /"FR"/,
  },
];

test.each(bad)("a loader that $name: $code, nothing published", async ({ load, code, says }) => {
  let current = (): unknown => COUNTRIES;
  const countries = new CountryMapping(store, { load: () => current() as CountryInput[] });
  await countries.push();
  const served = countries.snapshot();
  current = load;
  await expect(countries.push()).rejects.toMatchObject({
    code,
    message: expect.stringMatching(says) as string,
  });
  expect(store.count("publish")).toBe(1);
  expect(store.count("putChunk")).toBe(1);
  expect(countries.snapshot()).toBe(served);
  expect(countries.status).toBe("fresh");
  current = () => COUNTRIES;
  expect(await countries.push()).toMatchObject({ outcome: "identical" });
});

test("a loader's error is the cause, and a cursor is closed when a row is refused", async () => {
  const failure = new Error("no database");
  let closed = 0;
  const cursor = async function* (): AsyncGenerator<CountryInput> {
    try {
      yield { code: "IT", name: 39 as unknown as string };
      yield* COUNTRIES;
    } finally {
      closed++;
    }
  };
  await expect(
    new CountryMapping(store, { load: () => Promise.reject(failure) }).push(),
  ).rejects.toMatchObject({ cause: failure, subject: "atlas.Country" });
  await expect(new CountryMapping(store, { load: cursor }).push()).rejects.toMatchObject({
    code: "ERR_INVALID_RECORD",
  });
  expect(closed).toBe(1);
});

test("a collection without a loader cannot be pushed", async () => {
  await expect(new CountryMapping(store).push()).rejects.toMatchObject({ code: "ERR_NO_LOADER" });
});

test("a loader under a name that no collection has is refused", () => {
  const load = { country: () => COUNTRIES, places: () => PLACES };
  expect(() => new AtlasDataset(store, { load })).toThrow(
    'atlas: load has "places", and there is no such collection; there are country, place, notice',
  );
});

test("a patch with a misspelt member is refused", async () => {
  const countries = new CountryMapping(store, { load: () => COUNTRIES });
  await countries.push();
  const patch = { upsert: [], removed: ["FR"] };
  await expect(countries.patch(patch)).rejects.toMatchObject({
    code: "ERR_INVALID_ARGUMENT",
    message: 'atlas.Country: patch: it has "removed"; give { upsert, remove }',
  });
});

test("a store without a prefix is refused: all that forgot theirs would share one", () => {
  const redis = new Redis({ lazyConnect: true });
  const { CC_TEST_UNSET: prefix } = process.env;
  expect(() => redisStore(redis, { prefix: prefix as string })).toThrow(/prefix is undefined/);
});

test("a store without any options, from JavaScript, says which it needs", () => {
  const redis = new Redis({ lazyConnect: true });
  const withoutOptions: readonly ((...args: unknown[]) => unknown)[] = [
    redisStore as never,
    embeddedStore as never,
  ];
  const [ofRedis, embedded] = withoutOptions;
  const refused = (says: RegExp): unknown =>
    expect.objectContaining({
      code: "ERR_INVALID_ARGUMENT",
      message: expect.stringMatching(says) as string,
    });
  for (const options of [undefined, null]) {
    expect(() => ofRedis?.(redis, options)).toThrow(refused(/^redisStore: prefix is undefined/));
    expect(() => embedded?.(options)).toThrow(refused(/^embeddedStore: path is missing/));
  }
});

test("a key that cannot be one is told with what it can be", async () => {
  const prices = new PriceMapping(store, { load: () => [] });
  await prices.push();
  await expect(prices.patch({ remove: ["C-3" as never] })).rejects.toMatchObject({
    code: "ERR_INVALID_ARGUMENT",
    message:
      'shop.Price: "C-3" in remove is no key that it can have; give { sku, currency, minQuantity }',
  });
  const countries = new CountryMapping(store, { load: () => COUNTRIES });
  await countries.push();
  await expect(countries.patch({ remove: [7 as never] })).rejects.toMatchObject({
    message: "atlas.Country: 7 in remove is no key that it can have; give its code, of type string",
  });
});

test("an error without a cause has none to print", async () => {
  const reader = new CountryMapping(store);
  const error: unknown = await reader.ready({ timeoutMs: 20 }).catch((each: unknown) => each);
  expect(error).toMatchObject({ code: "ERR_TIMEOUT" });
  expect(inspect(error)).not.toContain("cause");
  store.unreachable = true;
  const failed: unknown = await reader.ready({ timeoutMs: 20 }).catch((each: unknown) => each);
  expect(failed).toMatchObject({ cause: { code: "ERR_STORE_UNAVAILABLE" } });
});

test.each([
  ["nothing", undefined],
  ["an address", "redis://127.0.0.1:1"],
  ["a client of another package", { duplicate: () => undefined, connect: () => undefined }],
])("a store on %s instead of a client of ioredis is refused", (_, redis) => {
  expect(() => redisStore(redis as unknown as RedisClient, { prefix: "x" })).toThrow(
    /no client of ioredis; give new Redis\(url\)/,
  );
});

test("a load that takes too long is told so, and refused", async () => {
  let told: unknown;
  const countries = new CountryMapping(store, {
    loadTimeoutMs: 30,
    load: ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          told = signal.reason;
          resolve([]);
        });
      }),
  });
  await expect(countries.push()).rejects.toMatchObject({
    code: "ERR_TIMEOUT",
    message: "atlas.Country: the load took longer than 30 ms (loadTimeoutMs)",
  });
  expect(told).toMatchObject({ code: "ERR_TIMEOUT" });
  expect(store.count("publish")).toBe(0);
});

describe("references", () => {
  beforeEach(async () => {
    await new CountryMapping(store, { load: () => COUNTRIES }).push();
  });

  test("a dangling reference names the record, the reference and the value", async () => {
    const load = (): object[] => [...PLACES, { id: 9, name: "Rome", country: "IT" }];
    const places = new PlaceMapping(store, { load: () => load() as typeof PLACES });
    await expect(places.push()).rejects.toMatchObject({
      code: "ERR_DANGLING_REFERENCE",
      message: 'atlas.Place: 9: homeCountry refers to Country "IT", but there is no such Country',
    });
    expect(() => places.size).toThrow(/ready\(\)/);
  });

  test("a push of a data set is refused when one of its collections takes another's target away", async () => {
    let countries: readonly CountryInput[] = COUNTRIES;
    const data = new AtlasDataset(store, {
      load: { country: () => countries, place: () => PLACES, notice: () => [] },
    });
    await data.push();
    countries = COUNTRIES.slice(1);
    await expect(data.push()).rejects.toMatchObject({ code: "ERR_DANGLING_REFERENCE" });
    expect(data.country.size).toBe(2);
    expect(data.revision).toBe(1);
  });
});

describe("guards and validate", () => {
  beforeEach(async () => {
    await new CountryMapping(store, { load: () => COUNTRIES }).push();
  });

  test("a push that removes more than the guard allows is refused", async () => {
    let rows: readonly PlaceInput[] = PLACES.slice(0, 2);
    const places = new PlaceMapping(store, { load: () => rows });
    await places.push();
    rows = [];
    await expect(places.push()).rejects.toMatchObject({
      code: "ERR_GUARD_REFUSED",
      message: expect.stringContaining("maxShrinkPercent is 50") as string,
    });
    expect(places.size).toBe(2);
    rows = PLACES.slice(0, 1);
    expect(await places.push()).toMatchObject({ published: true });
  });

  test("validate sees the next and the previous snapshot, and what it throws refuses the push", async () => {
    const seen: (readonly [number, number | undefined])[] = [];
    let rows: readonly PlaceInput[] = PLACES.slice(0, 1);
    const places = new PlaceMapping(store, {
      load: () => rows,
      validate: async (next, previous) => {
        await Promise.resolve();
        seen.push([next.size, previous?.size]);
        if (next.has(3)) throw new Error("Mitte must not be there");
      },
    });
    await places.push();
    rows = PLACES.slice(0, 2);
    await places.push();
    rows = PLACES;
    await expect(places.push()).rejects.toMatchObject({
      code: "ERR_GUARD_REFUSED",
      message: "atlas.Place: validate refused the push: Mitte must not be there",
    });
    expect(seen).toEqual([
      [1, undefined],
      [2, 1],
      [3, 2],
    ]);
    expect(places.revision).toBe(2);
  });

  test("validate of a data set sees all collections together", async () => {
    const seen: unknown[] = [];
    const data = new AtlasDataset(store, {
      load: { country: () => COUNTRIES, place: () => PLACES, notice: () => [] },
      validate: (next, previous) => {
        seen.push(next.place.homeCountry(next.place.getOrThrow(1))?.name, previous);
      },
    });
    await data.push();
    expect(seen).toEqual(["France", undefined]);
  });
});

describe("the one loader of a data set", () => {
  test("must hand over every collection", async () => {
    const data = new AtlasDataset(store, {
      load: async (into) => {
        await into.country(COUNTRIES);
        await into.place([]);
      },
    });
    await expect(data.push()).rejects.toMatchObject({
      code: "ERR_LOADER",
      message: expect.stringContaining("into.notice(rows)") as string,
    });
  });

  test("is refused for a bad row even if it does not await the handing over", async () => {
    const data = new AtlasDataset(store, {
      load: (into) => {
        void into.country([{ code: "IT", name: 39 as unknown as string }]);
        void into.place([]);
        void into.notice([]);
      },
    });
    await expect(data.push()).rejects.toMatchObject({ code: "ERR_INVALID_RECORD" });
    expect(store.count("publish")).toBe(0);
  });

  test("fails as a loader when it throws", async () => {
    const data = new AtlasDataset(store, { load: () => Promise.reject(new Error("no database")) });
    await expect(data.push()).rejects.toMatchObject({ code: "ERR_LOADER", subject: "atlas" });
  });
});
