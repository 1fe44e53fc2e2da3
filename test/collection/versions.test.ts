/** The versions of an entity side by side: listing, purging, pruning, and who counts as using one. */
import { memoryStore, redisStore, type Store } from "cached-collections";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { atlas, COUNTRIES, CountryMapping } from "../support/atlas.js";
import { prune, purge, versions } from "../../runtime/src/collection/versions.js";
import { observe } from "../support/observed-store.js";
import { startRedis } from "../support/redis-server.js";
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

const load = (): typeof COUNTRIES => COUNTRIES;

/** A collection of a version on this store, once the store knows that it is used so often. */
async function use(on: Store, hash: string | undefined, live: number): Promise<CountryMapping> {
  const collection = new CountryMapping(on, { load }, atlas(hash));
  await collection.ready();
  await untilLive(hash, live);
  return collection;
}

async function liveOf(hash: string | undefined): Promise<number | undefined> {
  return (await versions(country, store)).find((version) => version.hash === hash)?.live;
}

async function untilLive(hash: string | undefined, live: number): Promise<void> {
  await until(`${live} use it`, async () => (await liveOf(hash)) === live);
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

describe("a process that ended in order is not counted any more", () => {
  test("when it closes its store: prune right afterwards removes what it used", async () => {
    for (const hash of [hashes[0], hashes[1]]) {
      const script = observe(store);
      await use(script, hash, 1);
      await script.close();
      expect(await liveOf(hash)).toBe(0);
    }
    const purged = await prune(country, store, { keep: 1 });
    expect(new Set(purged)).toEqual(new Set([hashes[0], hashes[1]]));
  });

  test("when it closes its last collection of a version, not before, and of no other version", async () => {
    const first = await use(store, hashes[0], 1);
    const second = await use(store, hashes[0], 1);
    await use(store, hashes[1], 1);
    await first.close();
    expect([await liveOf(hashes[0]), await liveOf(hashes[1])]).toEqual([1, 1]);
    await second.close();
    expect([await liveOf(hashes[0]), await liveOf(hashes[1])]).toEqual([0, 1]);
    await use(store, hashes[0], 1);
  });

  test("while what it uses through another store of the same data stays counted", async () => {
    await use(store, hashes[0], 1);
    const another = observe(store);
    await use(another, hashes[0], 2);
    await another.close();
    expect(await liveOf(hashes[0])).toBe(1);
  });

  test("also when it says that it lives at that very moment", async () => {
    const script = observe(store);
    let go: (() => void) | undefined;
    script.before("heartbeat", () => new Promise((resolve) => (go = resolve)));
    const collection = new CountryMapping(script, { load }, atlas(hashes[0]));
    await collection.ready();
    await until("it says that it lives", () => go !== undefined);
    const closing = collection.close();
    go?.();
    await closing;
    expect(script.count("heartbeat")).toBe(1);
    expect(await liveOf(hashes[0])).toBe(0);
  });
});

describe("closing ends soon, and well,", () => {
  test.each(["refuses", "never answers"])("when the store %s", async (what) => {
    const script = observe(store);
    await use(script, hashes[0], 1);
    script.unreachable = what === "refuses";
    script.before("leave", () => new Promise(() => undefined));
    await script.close();
    expect(script.count("leave")).toBe(1);
    expect(await liveOf(hashes[0])).toBe(1);
  });

  test("when the store does not say whether it took a lease back", async () => {
    const script = observe(store);
    script.before("releaseLease", () => new Promise(() => undefined));
    let began = false;
    const collection = new CountryMapping(script, {
      load: () => {
        began = true;
        return new Promise(() => undefined);
      },
    });
    collection.ready().catch(() => undefined);
    await until("it loads", () => began);
    await collection.close();
    expect(script.count("releaseLease")).toBeGreaterThan(0);
    await script.close();
  });

  test("when Redis stands still, long before its commands would be given up", async () => {
    const server = await startRedis();
    const client = new Redis(server.url, { lazyConnect: true });
    const away = redisStore(client, { prefix: "away", commandTimeoutMs: 60_000 });
    const collection = new CountryMapping(away, { load }, atlas(hashes[0]));
    await collection.ready();
    await until("it said that it lives", async () => {
      const [listed] = await versions(country, away);
      return listed?.live === 1;
    });
    process.kill(server.pid, "SIGSTOP");
    const startedAt = performance.now();
    await away.close();
    // Of a minute: whether it waits for the command, not how fast the machine is.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    expect(collection.status).toBe("closed");
    client.disconnect();
    process.kill(server.pid, "SIGCONT");
    await server.stop();
  });
});
