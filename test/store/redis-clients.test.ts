/** The Redis store on what users have: several clients, their own settings, users with few permissions, a Cluster. */
import { redisStore, type RedisClient, type Store } from "cached-collections";
import { Cluster, Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Announcement } from "../../runtime/src/store/store.js";
import { denials, forgetDenials } from "../support/acl-log.js";
import { RedisCluster } from "../support/redis-cluster.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";
import {
  awkwardBytes,
  CITY,
  entryOf,
  headOf,
  manifestOf,
  publishNext,
  requestOf,
  takeTicket,
  upload,
} from "./publications.js";

let server: RedisServer;
let direct: Redis;

beforeAll(async () => {
  server = await startRedis();
  direct = new Redis(server.url);
});

afterAll(async () => {
  direct.disconnect();
  await server.stop();
});

const lazy = { lazyConnect: true } as const;
const clients: readonly (readonly [string, () => RedisClient])[] = [
  ["ioredis 6", () => new Redis(server.url, lazy)],
  ["ioredis 5", () => new Redis5(server.url, lazy)],
  ["a client with RESP2", () => new Redis(server.url, { ...lazy, protocol: 2 })],
  ["a client that prefixes keys", () => new Redis(server.url, { ...lazy, keyPrefix: "x:" })],
  ["a client that pipelines", () => new Redis(server.url, { ...lazy, enableAutoPipelining: true })],
  ["a client without patience", () => new Redis(server.url, { ...lazy, commandTimeout: 1 })],
  [
    "a client that gives numbers as text",
    () => new Redis(server.url, { ...lazy, stringNumbers: true }),
  ],
  [
    "a client that never comes back",
    () => new Redis(server.url, { ...lazy, retryStrategy: () => null }),
  ],
];

test.each(clients)(
  "%s carries a publication, its bytes and its announcement",
  async (name, make) => {
    const prefix = name.replaceAll(" ", "-");
    await using store: Store = redisStore(make(), { prefix });
    await exercise(store);
    expect(await direct.hexists(`{cc:${prefix}:geo}:state`, `purged:${CITY}`)).toBe(1);
  },
);

/** Once through everything that a store does. */
async function exercise(store: Store): Promise<void> {
  const schema = store.schema("geo");
  const heard: Announcement[] = [];
  await schema.subscribe({
    announced: (announcement) => heard.push(announcement),
    reconnected: () => undefined,
  });
  const manifest = await publishNext(schema);
  expect(await headOf(schema)).toEqual(manifest);
  const announced = { entity: "City", version: CITY, manifestId: manifest.id };
  expect(await until("announced", () => heard[0])).toEqual(announced);
  const id = manifest.segments[0]?.id ?? "";
  expect(await schema.getChunk(id, 1)).toEqual(awkwardBytes("chunk 1"));
  expect(await schema.chunkSizes(id, 3)).toEqual([13, 13, 0]);
  const need = { kind: "refresh", olderThanMs: 0 } as const;
  const lease = { version: CITY, token: "t", ttlMs: 60_000, need };
  expect(await schema.acquireLease(lease)).toEqual({ outcome: "granted" });
  expect(await schema.renewLease(CITY, "t", 60_000)).toBe(true);
  expect(await schema.acquireLease({ ...lease, token: "u" })).toMatchObject({
    value: expect.stringMatching(/^t:\d+$/) as string,
  });
  await schema.heartbeat("process", [CITY]);
  expect(await schema.versions("City")).toMatchObject([{ version: CITY, live: 1 }]);
  await schema.leave("process", [CITY]);
  expect(await schema.versions("City")).toMatchObject([{ version: CITY, live: 0 }]);
  expect(await schema.invalidate(["City"])).toEqual(new Map([["City", 1]]));
  expect(await schema.sweep()).toBe(0);
  expect(await schema.purge(CITY)).toBe(true);
}

test("a Cluster carries it too: all keys of a schema are in one slot", async () => {
  const cluster = await RedisCluster.start(3);
  const client = new Cluster(
    cluster.ports.map((port) => ({ host: "127.0.0.1", port })),
    {
      ...lazy,
      scaleReads: "all",
    },
  );
  const store = redisStore(client, { prefix: "cluster" });
  await exercise(store);
  expect(await headOf(store.schema("geo"))).toBeUndefined();
  await store.close();
  await cluster.stop();
});

/** A store of a user with these permissions. */
async function storeOf(user: string, permissions: readonly string[]): Promise<Store> {
  await direct.call("ACL", ["SETUSER", user, "on", ">word", ...permissions]);
  const redis = new Redis(server.url, { ...lazy, username: user, password: "word" });
  return redisStore(redis, { prefix: "acl", commandTimeoutMs: 2000 });
}

const KEYS = "~{cc:acl:*";
// A new user of Redis 6.2 may use every channel, and adding one to "every" is refused there.
const CHANNELS = ["resetchannels", "&{cc:acl:*"];
const CONNECT = ["+hello", "+auth", "+client|setname", "+info", "+select", "+ping"];
const READ = ["+hmget", "+hget", "+hstrlen", "+hkeys", "+zrangebyscore", "+time", "+subscribe"];
const WRITE = (
  "+evalsha +eval +get +set +del +pttl +pexpire +persist +hset +hsetnx +hdel +hincrby +hlen +hexists +exists " +
  "+sadd +srem +smembers +srandmember +zadd +zrem +zremrangebyscore +publish +wait"
).split(" ");

test("a reader needs to read its keys and to subscribe, nothing else", async () => {
  await using producer: Store = redisStore(new Redis(server.url, lazy), { prefix: "acl" });
  const manifest = await publishNext(producer.schema("geo"));
  await using reader = await storeOf("reader", [KEYS, ...CHANNELS, ...CONNECT, ...READ]);
  const schema = reader.schema("geo");
  const heard: Announcement[] = [];
  await schema.subscribe({
    announced: (announcement) => heard.push(announcement),
    reconnected: () => undefined,
  });
  expect(await headOf(schema)).toEqual(manifest);
  expect(await schema.getChunk(manifest.segments[0]?.id ?? "", 0)).toBeDefined();
  expect(await schema.chunkSizes(manifest.segments[0]?.id ?? "", 2)).toEqual([13, 13]);
  expect(await schema.versions("City")).toHaveLength(1);
  await schema.heartbeat("process", [CITY]);
  await schema.leave("process", [CITY]);
  await expect(schema.invalidate(["City"])).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringContaining("evalsha") as string,
  });
  await producer.schema("geo").invalidate(["City"]);
  await until("announced", () => heard.length === 1);
});

test("a reader that may not even subscribe still reads", async () => {
  await using reader = await storeOf("deaf", [KEYS, "resetchannels", ...CONNECT, ...READ]);
  const schema = reader.schema("geo");
  await schema.subscribe({ announced: () => undefined, reconnected: () => undefined });
  expect((await schema.check([CITY])).versions.get(CITY)).toBeDefined();
});

test("a producer needs exactly the documented commands", async () => {
  const permissions = [KEYS, ...CHANNELS, ...CONNECT, ...READ, ...WRITE];
  await using producer = await storeOf("producer", permissions);
  await direct.flushall();
  await forgetDenials(direct);
  await exercise(producer);
  expect(await direct.exists("{cc:acl:geo}:state")).toBe(1);
  expect(await denials(direct)).toEqual([]);
});

test("a producer that may not take back what it said of itself goes on saying it", async () => {
  const permissions = [KEYS, ...CHANNELS, ...CONNECT, ...READ, ...WRITE, "-zrem"];
  await using producer = await storeOf("staying", permissions);
  const schema = producer.schema("stay");
  await publishNext(schema);
  await schema.heartbeat("one", [CITY]);
  await schema.leave("one", [CITY]);
  await schema.heartbeat("two", [CITY]);
  expect(await schema.versions("City")).toMatchObject([{ live: 2 }]);
});

test("a producer that may not announce still publishes", async () => {
  const permissions = [KEYS, "resetchannels", ...CONNECT, ...READ, ...WRITE, "-publish"];
  await using producer = await storeOf("mute", permissions);
  await forgetDenials(direct);
  const manifest = await publishNext(producer.schema("geo"));
  expect(await headOf(producer.schema("geo"))).toEqual(manifest);
  expect(await denials(direct)).toEqual(["mute publish"]);
});

test("a producer without a command that publishing needs publishes nothing", async () => {
  for (const missing of ["-persist", "-hdel", "-pexpire", "-hincrby", "-hset"]) {
    await using owner: Store = redisStore(new Redis(server.url, lazy), { prefix: "acl" });
    const schema = owner.schema("geo");
    const ticket = await takeTicket(schema);
    const before = (await schema.check([CITY])).versions.get(CITY);
    const manifest = manifestOf(9, [await upload(schema)]);
    const permissions = [KEYS, ...CHANNELS, ...CONNECT, ...READ, ...WRITE, missing];
    await using producer = await storeOf(`no${missing}`, permissions);
    const request = requestOf(ticket, [entryOf({ manifest, builtOn: before?.head?.id })]);
    await expect(producer.schema("geo").publish(request)).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
    });
    expect((await schema.check([CITY])).versions.get(CITY)).toEqual(before);
  }
});
