/** What a server refuses for a moment is asked again until it is done: each refusal by a server that really gives it. */
import { randomBytes } from "node:crypto";
import { redisStore, type Store } from "cached-collections";
import { Cluster, Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { RedisCluster } from "../support/redis-cluster.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";
import { CITY, headOf, publishNext } from "./publications.js";

/** Longer than any of what the servers are made to do. */
const PATIENT_MS = 60_000;

function storeOf(client: Redis | Cluster): Store {
  client.on("error", () => undefined);
  const store = redisStore(client, { prefix: "retries", commandTimeoutMs: PATIENT_MS });
  onTestFinished(async () => {
    await store.close();
    client.disconnect();
  });
  return store;
}

async function start(args: readonly string[] = []): Promise<RedisServer> {
  const server = await startRedis({ args });
  onTestFinished(async () => server.stop());
  return server;
}

function connectionTo({ url }: Pick<RedisServer, "url">): Redis {
  const redis = new Redis(url);
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** How often a server has given this error. */
async function errors(redis: Redis, code: string): Promise<number> {
  const count = new RegExp(`errorstat_${code}:count=(\\d+)`).exec(await redis.info("errorstats"));
  return Number(count?.[1] ?? 0);
}

test("LOADING: a server that reads a data set into memory is asked again until it has", async () => {
  const server = await start();
  const other = await start(["--repl-diskless-sync-delay", "0"]);
  const [redis, source] = [connectionTo(server), connectionTo(other)];
  const schema = storeOf(new Redis(server.url, { lazyConnect: true })).schema("geo");
  const published = await publishNext(schema);
  // The other server has the same, and ten megabytes more.
  const port = String(other.port);
  for (const key of await redis.keys("*")) {
    await redis.call("MIGRATE", ["127.0.0.1", port, key, 0, 5_000, "COPY"]);
  }
  // Random bytes, which are not compressed on the way.
  await source.mset(
    Array.from({ length: 100 }, (_, n) => [`more:${n}`, randomBytes(100_000)]).flat(),
  );
  // It becomes a replica of that, slowly; after every two megabytes it answers others.
  await redis.config("SET", "key-load-delay", 20_000);
  await redis.replicaof("127.0.0.1", other.port);
  const isLoading = async (): Promise<boolean> =>
    (await redis.info("persistence")).includes("\nloading:1");
  await until("it loads", isLoading);
  const checking = headOf(schema);
  const publishing = publishNext(schema);
  await until("they were refused", async () => (await errors(redis, "LOADING")) >= 2);
  expect(await isLoading()).toBe(true);
  expect(await checking).toEqual(published);
  await redis.replicaof("NO", "ONE");
  expect((await publishing).revision).toBe(2);
});

test("MOVED and CLUSTERDOWN: a slot that has gone elsewhere is followed, one that nobody serves is awaited", async () => {
  const cluster = await RedisCluster.start(2);
  onTestFinished(async () => cluster.stop());
  const nodes = cluster.ports.map((port) => connectionTo({ url: `redis://127.0.0.1:${port}` }));
  const onAll = async (code: string): Promise<number> => {
    const counts = await Promise.all(nodes.map(async (node) => errors(node, code)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const startup = cluster.ports.map((port) => ({ host: "127.0.0.1", port }));
  const schema = storeOf(new Cluster(startup, { lazyConnect: true })).schema("geo");
  await publishNext(schema);

  const moved = await onAll("MOVED");
  await cluster.moveSlotOf("{cc:retries:geo}");
  expect((await publishNext(schema)).revision).toBe(2);
  expect(await onAll("MOVED")).toBeGreaterThan(moved);

  const slot = (await nodes[0]?.cluster("KEYSLOT", "{cc:retries:geo}")) ?? 0;
  const owner = await ownerOf(nodes, slot);
  for (const node of nodes) await node.cluster("DELSLOTS", slot);
  await until("the cluster is down", async () => {
    const infos = await Promise.all(nodes.map(async (node) => node.cluster("INFO")));
    return infos.every((info) => info.includes("cluster_state:fail"));
  });
  const before = await onAll("CLUSTERDOWN");
  const checking = schema.check([CITY]);
  const publishing = publishNext(schema);
  await until("they were refused", async () => (await onAll("CLUSTERDOWN")) >= before + 2);
  await owner.cluster("ADDSLOTS", slot);
  expect((await publishing).revision).toBe(3);
  // The publication may be asked again sooner.
  expect([2, 3]).toContain((await checking).versions.get(CITY)?.head?.revision);
});

/** The node that says it serves a slot. */
async function ownerOf(nodes: readonly Redis[], slot: number): Promise<Redis> {
  for (const node of nodes) {
    const mine = String(await node.cluster("NODES"))
      .split("\n")
      .find((line) => line.includes("myself"));
    const ranges = mine?.split(" ").slice(8) ?? [];
    const serves = ranges.some((range) => {
      const [first = Number.NaN, last = first] = range.split("-").map(Number);
      return first <= slot && slot <= last;
    });
    if (serves) return node;
  }
  throw new Error(`nobody serves slot ${slot}`);
}
