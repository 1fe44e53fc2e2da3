/** What a server refuses for a moment is asked again until it is done: each refusal by a server that really gives it. */
import { randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { redisStore, type Store } from "cached-collections";
import type { SchemaStore } from "../../runtime/src/store/store.js";
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

interface Refusal {
  readonly cause: (redis: Redis) => Promise<void>;
  readonly cure: (redis: Redis) => Promise<void>;
}

const set = (name: string, value: string) => async (redis: Redis) =>
  void (await redis.config("SET", name, value));

const refusals: readonly (readonly [string, Refusal])[] = [
  [
    "NOREPLICAS",
    { cause: set("min-replicas-to-write", "1"), cure: set("min-replicas-to-write", "0") },
  ],
  ["OOM", { cause: set("maxmemory", "1"), cure: set("maxmemory", "0") }],
  [
    "MISCONF",
    {
      cause: async (redis) => {
        await redis.config("SET", "save", "3600 1000000");
        // Where a directory is no file can be written.
        await mkdir(await dumpOf(redis));
        await saveInBackground(redis, "err");
      },
      cure: async (redis) => {
        await rmdir(await dumpOf(redis));
        await saveInBackground(redis, "ok");
      },
    },
  ],
];

test.each(refusals)("%s: a server that takes no writes is asked again", async (code, refusal) => {
  const { cause, cure } = refusal;
  const server = await start();
  const redis = connectionTo(server);
  const schema = storeOf(new Redis(server.url, { lazyConnect: true })).schema("geo");
  const published = await publishNext(schema);
  await cause(redis);
  const heard = hearRefusals();
  const publishing = publishNext(schema);
  await Promise.race([
    publishing,
    until("it was refused", () => heard().filter((said) => said.includes(code)).length >= 2),
  ]);
  // Reading goes on.
  expect(await headOf(schema)).toEqual(published);
  await cure(redis);
  expect((await publishing).revision).toBe(2);
});

async function dumpOf(redis: Redis): Promise<string> {
  const [, directory = ""] = await redis.config("GET", "dir");
  return join(directory, "dump.rdb");
}

async function saveInBackground(redis: Redis, status: string): Promise<void> {
  await redis.bgsave();
  await until("it is saved, or is not", async () => {
    const info = await redis.info("persistence");
    return (
      info.includes("rdb_bgsave_in_progress:0") && info.includes(`rdb_last_bgsave_status:${status}`)
    );
  });
}

test("BUSY: a server that runs somebody's script is asked again when that was killed", async () => {
  const server = await start(["--lua-time-limit", "1"]);
  const [script, killer] = [connectionTo(server), connectionTo(server)];
  const schema = storeOf(new Redis(server.url, { lazyConnect: true })).schema("geo");
  const published = await publishNext(schema);
  const running = script.eval("while true do end", 0).catch(String);
  await until("it is busy", async () => (await killer.ping().catch(String)).includes("BUSY"));
  const heard = hearRefusals();
  const checking = headOf(schema);
  const publishing = publishNext(schema);
  for (const name of ["hmget", "evalsha"]) {
    await until(`${name} was refused`, () =>
      heard().some((said) => said.startsWith(`${name} BUSY`)),
    );
  }
  await killer.script("KILL");
  expect(await running).toContain("killed");
  expect((await publishing).revision).toBe(2);
  // It may be asked again after the publication.
  expect([published.revision, 2]).toContain((await checking)?.revision);
});

/** What servers have refused to clients of this process since: `command error`. */
function hearRefusals(): () => readonly string[] {
  const channel = "tracing:ioredis:command:error";
  const heard: string[] = [];
  const listen = (message: unknown): void => {
    const { command, error } = message as { readonly command: string; readonly error: Error };
    heard.push(`${command.toLowerCase()} ${error.message}`);
  };
  subscribe(channel, listen);
  onTestFinished(() => void unsubscribe(channel, listen));
  return () => heard;
}

const TAG = "{cc:retries:geo}";

interface ClusterOfTwo {
  readonly cluster: RedisCluster;
  readonly nodes: readonly Redis[];
  /** How often its servers have given this error. */
  readonly onAll: (code: string) => Promise<number>;
  readonly schema: SchemaStore;
}

async function startCluster(): Promise<ClusterOfTwo> {
  const cluster = await RedisCluster.start(2);
  onTestFinished(async () => cluster.stop());
  const nodes = cluster.ports.map((port) => connectionTo({ url: `redis://127.0.0.1:${port}` }));
  const onAll = async (code: string): Promise<number> => {
    const counts = await Promise.all(nodes.map(async (node) => errors(node, code)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const startup = cluster.ports.map((port) => ({ host: "127.0.0.1", port }));
  const schema = storeOf(new Cluster(startup, { lazyConnect: true })).schema("geo");
  return { cluster, nodes, onAll, schema };
}

test("ASK and TRYAGAIN: on the way of a slot what has arrived is read there, and a push waits for the rest", async () => {
  const { cluster, onAll, schema } = await startCluster();
  const published = await publishNext(schema);
  expect([await onAll("ASK"), await onAll("TRYAGAIN")]).toEqual([0, 0]);
  let publishing: ReturnType<typeof publishNext> | undefined;
  await cluster.moveSlotOf(TAG, async () => {
    expect(await headOf(schema)).toEqual(published);
    expect(await onAll("ASK")).toBeGreaterThan(0);
    // A command that names a new key beside one that has moved has to wait.
    publishing = publishNext(schema);
    await until("it was refused", async () => (await onAll("TRYAGAIN")) >= 2);
  });
  expect((await publishing)?.revision).toBe(2);
});

test("MOVED and CLUSTERDOWN: a slot that has gone elsewhere is followed, one that nobody serves is awaited", async () => {
  const { cluster, nodes, onAll, schema } = await startCluster();
  await publishNext(schema);

  const moved = await onAll("MOVED");
  await cluster.moveSlotOf(TAG);
  expect((await publishNext(schema)).revision).toBe(2);
  expect(await onAll("MOVED")).toBeGreaterThan(moved);

  const slot = (await nodes[0]?.cluster("KEYSLOT", TAG)) ?? 0;
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
