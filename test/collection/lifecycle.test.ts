/** From construction to close: nothing starts by itself, reads before and after, what ends when. */
import { CachedCollectionsError, memoryStore } from "cached-collections";
import { expect, test } from "vitest";
import {
  CountrySnapshot,
  atlas,
  AtlasDataset,
  COUNTRIES,
  CountryMapping,
  PLACES,
} from "../support/atlas.js";
import { observe } from "../support/observed-store.js";
import { until } from "../support/until.js";

const load = { country: () => COUNTRIES, place: () => PLACES, notice: () => [] };

test("constructing starts nothing", async () => {
  const store = observe(memoryStore());
  const data = new AtlasDataset(store, { load });
  const alone = new CountryMapping(store, { load: load.country });
  expect(data.status).toBe("empty");
  expect(alone.ageMs).toBe(Infinity);
  await data.close();
  await alone.close();
  for (const operation of ["check", "subscribe", "issueTicket", "acquireLease"] as const) {
    expect(store.count(operation)).toBe(0);
  }
});

test("reads before the first load say what to do", () => {
  const data = new AtlasDataset(memoryStore(), { load });
  const notReady = { code: "ERR_NOT_READY", message: expect.stringContaining("ready()") as string };
  const reads: (() => unknown)[] = [
    () => data.snapshot(),
    () => data.country.get("FR"),
    () => data.country.size,
    () => [...data.country],
    () => data.notice.at(0),
    () => data.place.byCountry.get("FR"),
  ];
  for (const read of reads) expect(read).toThrow(expect.objectContaining(notReady));
});

test("a data set has no revision until all of its collections have one", async () => {
  const store = memoryStore();
  await new CountryMapping(store, { load: load.country }).push();
  const data = new AtlasDataset(store);
  await expect(data.pull()).rejects.toMatchObject({ code: "ERR_NOT_READY" });
  expect([data.country.revision, data.revision, data.status]).toEqual([1, 0, "empty"]);
  expect(() => data.snapshot()).toThrow(expect.objectContaining({ code: "ERR_NOT_READY" }));
  const others = new AtlasDataset(store, { load });
  await others.push();
  await data.pull();
  expect([data.revision, data.snapshot().revision]).toEqual([1, 1]);
  await store.close();
});

test("a data set without some of its loaders says which one is missing", async () => {
  await using store = memoryStore();
  const lonely = new AtlasDataset(store, { load: { place: load.place } });
  await expect(lonely.push()).rejects.toMatchObject({
    code: "ERR_DANGLING_REFERENCE",
    message: expect.stringMatching(
      /nothing of Country is published, and the data set's load has no country: add load\.country, or push Country first$/,
    ) as string,
  });
  const { country, place } = load;
  const silent = new AtlasDataset(store, { load: { country, place } });
  expect((await silent.push()).published).toBe(true);
  await expect(silent.ready({ timeoutMs: 50 })).rejects.toMatchObject({
    code: "ERR_TIMEOUT",
    message: expect.stringMatching(
      /published of atlas\.Notice \w+ in memory, and the data set's load has no notice: add load\.notice, or push from a process that has it$/,
    ) as string,
  });
  const reader = new AtlasDataset(observe(store));
  await expect(reader.ready({ timeoutMs: 50 })).rejects.toMatchObject({
    message: expect.stringContaining("this process has no loader for it") as string,
  });
});

test("a collection reads like a ReadonlyMap, a sequence like a list", async () => {
  const store = memoryStore();
  const data = new AtlasDataset(store, {
    load: { ...load, notice: () => [{ text: "a" }, { text: "b" }] },
  });
  await data.ready();
  const { country, notice } = data;
  expect([...country.keys()]).toEqual(["DE", "FR"]);
  expect([...country.values()].map(({ name }) => name)).toEqual(["Germany", "France"]);
  expect([...country.entries()]).toEqual([...country]);
  const visited: unknown[] = [];
  const visitCountry: Parameters<typeof country.forEach>[0] = (record, key, map) => {
    visited.push([key, map.get(key) === record]);
  };
  Reflect.get(country, "forEach").call(country, visitCountry);
  expect(visited).toEqual([
    ["DE", true],
    ["FR", true],
  ]);
  expect(country.has("IT")).toBe(false);
  expect(() => country.getOrThrow("IT")).toThrow(/atlas\.Country.*"IT"/);
  expect([...notice].map(({ text }) => text)).toEqual(["a", "b"]);
  expect([...notice.entries()].map(([position]) => position)).toEqual([0, 1]);
  const visitNotice: Parameters<typeof notice.forEach>[0] = (record, position) => {
    visited.push([position, record.text]);
  };
  Reflect.get(notice, "forEach").call(notice, visitNotice);
  expect(visited.slice(2)).toEqual([
    [0, "a"],
    [1, "b"],
  ]);
  const page = data.snapshot();
  expect([page.revision, page.country.revision, page.notice.revision]).toEqual([1, 1, 1]);
  expect([country.snapshot().revision, CountrySnapshot.of([]).revision]).toEqual([1, 0]);
  await store.close();
});

test("closing stops the timers; what was loaded can still be read", async () => {
  const store = observe(memoryStore());
  await using data = new AtlasDataset(store, { load, checkIntervalMs: 5 });
  await data.ready();
  await data.close();
  expect(data.status).toBe("closed");
  expect(data.country.status).toBe("closed");
  expect(data.country.get("FR")?.name).toBe("France");
  expect(data.snapshot().place.size).toBe(3);
  await expect(data.push()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  await expect(data.pull()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  await expect(data.ready()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  await expect(data.invalidate()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  const checks = store.count("check");
  const other = new CountryMapping(store, { checkIntervalMs: 5 });
  await other.ready();
  await until("others go on", () => store.count("check") > checks + 2);
  await other.close();
});

test("a collection may be opened again after the last one closed", async () => {
  const store = memoryStore();
  const first = new CountryMapping(store, { load: load.country });
  await first.ready();
  await first.close();
  const second = new CountryMapping(store);
  expect((await second.ready()).size).toBe(2);
  await store.close();
});

test("closing the store closes what was opened on it, and ends a load under way", async () => {
  const store = memoryStore();
  let began = false;
  let aborted: unknown;
  const collection = new CountryMapping(store, {
    load: ({ signal }) =>
      new Promise((_resolve, reject) => {
        began = true;
        signal.addEventListener("abort", () => {
          aborted = signal.reason;
          reject(new Error("cancelled"));
        });
      }),
  });
  const waiting = collection.ready();
  const refused = waiting.catch((error: unknown) => error);
  await until("it loads", () => began);
  await store.close();
  expect(await refused).toMatchObject({ code: "ERR_CLOSED" });
  expect(collection.status).toBe("closed");
  expect(aborted).toMatchObject({ code: "ERR_CLOSED" });
});

test("off undoes on", async () => {
  const store = memoryStore();
  const collection = new CountryMapping(store, { load: load.country });
  let heard = 0;
  const listener = (): void => {
    heard++;
  };
  collection.on("push", listener);
  await collection.push();
  collection.off("push", listener);
  await collection.push();
  expect(heard).toBe(1);
  await store.close();
});

test("code generated for another segment format is refused at construction", () => {
  const schema = atlas();
  const newer = { ...schema, country: { ...schema.country, format: 2 as unknown as 1 } };
  expect(() => new CountryMapping(memoryStore(), {}, newer)).toThrow(
    expect.objectContaining({ code: "ERR_FORMAT", subject: "atlas.Country" }),
  );
});

test("every error is an instance of the one class, with a code and a subject", async () => {
  const error: unknown = await new CountryMapping(memoryStore()).push().catch((e: unknown) => e);
  expect(error).toBeInstanceOf(CachedCollectionsError);
  expect(error).toMatchObject({ code: "ERR_NO_LOADER", subject: "atlas.Country" });
});

test("a record that does not decode throws, and marks the collection failing", async () => {
  const schema = atlas();
  let broken = false;
  const country = {
    ...schema.country,
    decode: (...args: Parameters<typeof schema.country.decode>) => {
      if (broken) throw new RangeError("index out of range");
      return schema.country.decode(...args);
    },
  };
  const store = memoryStore();
  const collection = new CountryMapping(store, { load: load.country }, { ...schema, country });
  await collection.push();
  broken = true;
  expect(() => collection.get("FR")).toThrow(expect.objectContaining({ code: "ERR_BAD_RECORD" }));
  expect(collection.status).toBe("failing");
  await store.close();
});
