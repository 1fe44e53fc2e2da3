/**
 * `push({ replicas })` on real servers: what it says when replicas are stopped, behind, or gone, and that a
 * failover after it loses nothing. `pull({ atLeast })` through a replica that lags, and after a failover.
 */
import {
  NotReplicatedError,
  redisStore,
  type DatasetPushResult,
  type Store,
} from "cached-collections";
import { Cluster, Redis } from "ioredis";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { AtlasDataset, COUNTRIES, PLACES } from "../support/atlas.js";
import { observe } from "../support/observed-store.js";
import { RedisCluster } from "../support/redis-cluster.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import { until } from "../support/until.js";
import { Fleet } from "./fleet.js";

let master: RedisServer;
let link: TcpProxy;
let replica: RedisServer;
/** The database. */
let name: string;
beforeEach(async () => {
  name = "one";
  master = await startRedis({ args: ["--repl-diskless-sync-delay", "0"] });
  link = await startTcpProxy(master.port);
  replica = await startRedis({ args: ["--replicaof", "127.0.0.1", String(link.port)] });
  await on(replica, async (redis) => {
    await until("the replica is in step", async () => {
      return (await redis.info("replication")).includes("master_link_status:up");
    });
  });
});
afterEach(async () => {
  await replica.stop();
  await link.stop();
  await master.stop();
});

/** Runs commands on a server, with a connection of its own. */
async function on<T>({ url }: RedisServer, run: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await run(redis);
  } finally {
    redis.disconnect();
  }
}

function storeOn({ url }: RedisServer): Store {
  const client = new Redis(url, { lazyConnect: true });
  client.on("error", () => undefined);
  const store = redisStore(client, { prefix: "replicas", commandTimeoutMs: 1_000 });
  onTestFinished(async () => store.close());
  return store;
}

function producerOn(store: Store): AtlasDataset {
  return new AtlasDataset(store, {
    load: {
      country: () => [...COUNTRIES, { code: "XX", name }],
      place: () => PLACES,
      notice: () => [{ text: name }],
    },
  });
}

async function rejection(promise: Promise<unknown>): Promise<NotReplicatedError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NotReplicatedError);
  return error as NotReplicatedError;
}

test("a replica that is stopped: it is published, and the push says at the deadline that nobody else has it", async ({
  annotate,
}) => {
  const producer = producerOn(storeOn(master));
  await producer.push({ replicas: 1 });
  process.kill(replica.pid, "SIGSTOP");
  name = "two";
  const started = performance.now();
  const error = await rejection(producer.push({ replicas: 1, replicaTimeoutMs: 1_000 }));
  const tookMs = performance.now() - started;
  await annotate(`rejected after ${tookMs.toFixed(0)} ms`);
  expect(tookMs).toBeGreaterThanOrEqual(990);
  expect(error).toMatchObject({
    code: "ERR_NOT_REPLICATED",
    acknowledged: 0,
    result: { outcome: "published", revision: 2 },
    message: expect.stringMatching(
      /^atlas: revision 2 is published, .* 0 of 1 replicas acknowledged it within 1000 ms$/,
    ) as string,
  });
  // Reads and checks do not wait behind it, and everybody serves it.
  const reader = new AtlasDataset(storeOn(master));
  expect(
    (await reader.pull({ atLeast: error.result as DatasetPushResult })).country.get("XX"),
  ).toEqual({ code: "XX", name: "two" });
  const patched = await rejection(
    producer.country.patch({ remove: ["XX"] }, { replicas: 1, replicaTimeoutMs: 50 }),
  );
  expect(patched).toMatchObject({ subject: "atlas.Country", result: { revision: 3 } });

  process.kill(replica.pid, "SIGCONT");
  name = "three";
  await producer.push();
  // The same rows again: nothing new is published, but now it is known that the replica has them.
  expect(await producer.push({ replicas: 1 })).toMatchObject({ outcome: "identical", revision: 4 });
  const both = await rejection(producer.push({ replicas: 2, replicaTimeoutMs: 1_000 }));
  expect(both).toMatchObject({ acknowledged: 1, result: { outcome: "identical" } });
});

test("other commands go on while a push waits, and closing ends the wait", async () => {
  process.kill(replica.pid, "SIGSTOP");
  const store = storeOn(master);
  const producer = producerOn(store);
  const reader = new AtlasDataset(store);
  const pushing = producer.push({ replicas: 1, replicaTimeoutMs: 30_000 });
  await on(master, async (redis) => {
    await until("it waits", async () => String(await redis.client("LIST")).includes("cmd=wait"));
  });
  await reader.pull();
  expect(await producer.push()).toMatchObject({ outcome: "identical" });
  await producer.close();
  expect(await rejection(pushing)).toMatchObject({
    message: expect.stringContaining("it was closed") as string,
  });
  process.kill(replica.pid, "SIGCONT");
});

test("a failover right after it loses nothing, also over a slow link", async ({ annotate }) => {
  const producer = producerOn(storeOn(master));
  await producer.push({ replicas: 1 });
  link.delay(150);
  const started = performance.now();
  name = "two";
  await producer.push({ replicas: 1 });
  const patch = { country: { upsert: [{ code: "YY", name: "patched" }] } };
  const pushed = await producer.patch(patch, { replicas: 1 });
  const tookMs = performance.now() - started;
  await annotate(`a push and a patch took ${tookMs.toFixed(0)} ms`);
  expect(tookMs).toBeGreaterThan(2 * 2 * 150);
  await master.stop();
  await on(replica, async (redis) => redis.replicaof("NO", "ONE"));
  const reader = new AtlasDataset(storeOn(replica));
  const { country } = await reader.pull({ atLeast: pushed, timeoutMs: 5_000 });
  expect([country.get("XX")?.name, country.get("YY")?.name]).toEqual(["two", "patched"]);
});

test("a master that was emptied between the publication and the wait: the push says that it is lost", async () => {
  const store = observe(storeOn(master));
  onTestFinished(async () => store.close());
  const producer = producerOn(store);
  store.before("awaitReplicas", () => on(master, async (redis) => void (await redis.flushall())));
  expect(await rejection(producer.push({ replicas: 1 }))).toMatchObject({
    acknowledged: 0,
    message: expect.stringContaining("is published, but the store lost it since") as string,
  });
});

test("a master that is killed while a push waits: it says that nobody knows", async () => {
  link.blackHole("both");
  const producer = producerOn(storeOn(master));
  const pushing = producer.push({ replicas: 1, replicaTimeoutMs: 1_000 });
  await on(master, async (redis) => {
    await until("it waits", async () => String(await redis.client("LIST")).includes("cmd=wait"));
  });
  await master.stop();
  expect(await rejection(pushing)).toMatchObject({
    acknowledged: 0,
    result: { outcome: "published", revision: 1 },
    message: expect.stringContaining("could not be found out") as string,
  });
});

test("in a Cluster the master of the schema's slot is the one that is asked", async () => {
  const cluster = await RedisCluster.start(3);
  onTestFinished(async () => cluster.stop());
  const nodes = cluster.ports.map((port) => ({ host: "127.0.0.1", port }));
  const store = redisStore(new Cluster(nodes, { lazyConnect: true }), { prefix: "replicas" });
  onTestFinished(async () => store.close());
  const producer = producerOn(store);
  const none = { replicas: 1, replicaTimeoutMs: 50 };
  expect(await rejection(producer.push(none))).toMatchObject({ acknowledged: 0 });
  const server = await cluster.addReplicaOf("{cc:replicas:atlas}");
  name = "two";
  expect(await producer.push({ replicas: 1 })).toMatchObject({ outcome: "published" });
  process.kill(server.pid, "SIGSTOP");
  name = "three";
  expect(await rejection(producer.push(none))).toMatchObject({ acknowledged: 0 });
});

test("another process that reads through a replica waits for the push that it was told of", async ({
  annotate,
}) => {
  const fleet = await Fleet.start("redis");
  onTestFinished(async () => fleet.end());
  await fleet.setRound(1);
  await on(replica, async (redis) => redis.replicaof("127.0.0.1", link.port));
  const producer = fleet.join({ store: { kind: "redis", url: master.url }, loads: true });
  const reader = fleet.join({
    store: { kind: "redis", url: replica.url },
    checkIntervalMs: 60_000,
  });
  await producer.tell("push", { replicas: 1 });
  expect(await reader.tell("ready")).toMatchObject({ name: "round 1" });
  link.delay(400);
  await fleet.setRound(2);
  const { pushed } = await producer.tell("push");
  if (pushed === undefined) throw new Error("the push failed");
  expect(await reader.tell("pull")).toMatchObject({ name: "round 1" });
  const started = performance.now();
  expect(await reader.tell("pull", { atLeast: pushed })).toMatchObject({ name: "round 2" });
  await annotate(`the pull took ${(performance.now() - started).toFixed(0)} ms`);
});

test("after a failover that lost a push: not there in time, then, once its number is given away, lost", async () => {
  const producer = producerOn(storeOn(master));
  await producer.push({ replicas: 1 });
  link.blackHole("both");
  name = "two";
  const lost = await producer.push();
  await master.stop();
  await on(replica, async (redis) => redis.replicaof("NO", "ONE"));
  const reader = new AtlasDataset(storeOn(replica), { checkIntervalMs: 300 });
  await expect(reader.pull({ atLeast: lost, timeoutMs: 500 })).rejects.toMatchObject({
    code: "ERR_TIMEOUT",
    message: expect.stringMatching(
      /Country revision 2 is not served; served here is revision 1;/,
    ) as string,
  });
  const other = producerOn(storeOn(replica));
  name = "another two";
  expect(await other.push()).toMatchObject({ revision: 2 });
  const started = performance.now();
  const refused = { code: "ERR_PUSH_LOST" };
  await expect(reader.pull({ atLeast: lost })).rejects.toMatchObject(refused);
  expect(performance.now() - started).toBeGreaterThan(0.9 * 300);
  // Also when more was published since: the store keeps the last manifests.
  name = "three";
  const newest = await other.push();
  await expect(reader.country.pull({ atLeast: lost })).rejects.toMatchObject(refused);
  expect((await reader.pull({ atLeast: newest })).country.get("XX")?.name).toBe("three");
});
