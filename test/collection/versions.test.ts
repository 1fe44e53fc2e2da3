/** The versions of an entity side by side: listing, purging, pruning. */
import { memoryStore, type Store } from "cached-collections";
import { afterEach, beforeEach, expect, test } from "vitest";
import { atlas, COUNTRIES, CountryMapping } from "../support/atlas.js";
import { prune, purge, versions } from "../../runtime/src/collection/versions.js";
import { observe } from "../support/observed-store.js";
import { until } from "../support/until.js";

const hashes = ["1", "2", "3", "4"].map((digit) => `000000000000000${digit}`);
const { country } = atlas(hashes[3]);

let store: Store;
beforeEach(() => {
  store = memoryStore();
});
afterEach(async () => store.close());

/** Publishes a version as its own build would, in a process that does not stay. */
async function publish(hash: string | undefined): Promise<void> {
  const deploy = observe(store, { background: false });
  await new CountryMapping(deploy, { load: () => COUNTRIES }, atlas(hash)).push();
  await deploy.close();
}

test("versions lists what is in the store, newest publication first, and marks this build's", async () => {
  for (const hash of hashes) await publish(hash);
  const listed = await versions(country, store);
  expect(listed).toHaveLength(4);
  expect(listed.filter(({ current }) => current).map(({ hash }) => hash)).toEqual([hashes[3]]);
  expect(listed[0]).toMatchObject({ revision: 1, records: 2, live: 0 });
  expect(listed[0]?.sizeBytes).toBeGreaterThan(0);
  expect(listed[0]?.publishedAt).toBeInstanceOf(Date);
});

test("a version in use is counted as live", async () => {
  const collection = new CountryMapping(store, { load: () => COUNTRIES }, atlas(hashes[0]));
  await collection.ready();
  const [only] = await until("it said that it lives", async () => {
    const listed = await versions(country, store);
    return listed[0]?.live === 1 && listed;
  });
  expect(only).toMatchObject({ hash: hashes[0], current: false });
});

test("a version opened while another is followed already is counted at once, not a minute later", async () => {
  for (const hash of [hashes[0], hashes[1]]) {
    await new CountryMapping(store, { load: () => COUNTRIES }, atlas(hash)).ready();
    await until("it said that it lives", async () => {
      const listed = await versions(country, store);
      return listed.find((version) => version.hash === hash)?.live === 1;
    });
  }
});

test("a version that is read without background work is in use; one that was only published is not", async () => {
  await publish(hashes[0]);
  const frozen = observe(store, { background: false });
  const reader = new CountryMapping(frozen, {}, atlas(hashes[0]));
  await reader.pull();
  await publish(hashes[1]);
  await reader.pull();
  await until("it said that it lives", async () => {
    const listed = await versions(country, store);
    return listed.find(({ hash }) => hash === hashes[0])?.live === 1;
  });
  expect(await prune(country, store, { keep: 1 })).toEqual([hashes[1]]);
  await frozen.close();
});

test("purge removes one version and says whether it was there; others and other entities stay", async () => {
  await publish(hashes[0]);
  await publish(hashes[3]);
  expect(await purge(country, store, hashes[0] ?? "")).toBe(true);
  expect(await purge(country, store, hashes[0] ?? "")).toBe(false);
  expect((await versions(country, store)).map(({ hash }) => hash)).toEqual([hashes[3]]);
  await expect(purge(country, store, "latest")).rejects.toMatchObject({
    code: "ERR_INVALID_ARGUMENT",
  });
});

test("prune keeps the newest, this build's, and those in use", async () => {
  const inUse = new CountryMapping(store, { load: () => COUNTRIES }, atlas(hashes[0]));
  await inUse.ready();
  await until("it said that it lives", async () => (await versions(country, store))[0]?.live === 1);
  await publish(hashes[3]);
  await publish(hashes[1]);
  await publish(hashes[2]);
  expect(await prune(country, store, { keep: 4 })).toEqual([]);
  const purged = await prune(country, store, { keep: 1 });
  expect(new Set(purged)).toEqual(new Set([hashes[1], hashes[2]]));
  const left = await versions(country, store);
  expect(new Set(left.map(({ hash }) => hash))).toEqual(new Set([hashes[0], hashes[3]]));
  await expect(prune(country, store, { keep: 0 })).rejects.toMatchObject({
    code: "ERR_INVALID_ARGUMENT",
  });
});
