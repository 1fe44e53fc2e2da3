/** Scenario 5 on what operators run: a Cluster whose slot moves, and a Sentinel that fails over. */
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RedisCluster } from "../support/redis-cluster.js";
import { MASTER_NAME, RedisSentinel } from "../support/redis-sentinel.js";
import { startRedis } from "../support/redis-server.js";
import { until } from "../support/until.js";
import { allServe, Fleet, type Member } from "./fleet.js";
import type { StorePlace } from "./messages.js";

let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.start("redis");
  await fleet.setRound(1);
});
afterEach(async () => fleet.end());

async function startMembers(store: StorePlace): Promise<readonly [Member, ...Member[]]> {
  const settings = { store, checkIntervalMs: 300, commandTimeoutMs: 2_000, cities: 20_000 };
  const producer = fleet.join({ ...settings, loads: true });
  await producer.tell("push");
  const readers = [fleet.join(settings), fleet.join(settings)];
  await Promise.all(readers.map(async (reader) => reader.tell("ready")));
  return [producer, ...readers];
}

async function expectWhole(members: readonly Member[]): Promise<void> {
  for (const member of members) {
    expect(await member.tell("report")).toMatchObject({ mixed: 0, readErrors: [], cities: 20_000 });
  }
}

/** Pushes until one is published: what it meets in between is said, and nothing of it is half done. */
async function pushRound(producer: Member, round: number): Promise<void> {
  await fleet.setRound(round);
  await until(
    `round ${round} is published`,
    async () => {
      const { error, name } = await producer.tell("push");
      expect([undefined, "ERR_STORE_UNAVAILABLE", "ERR_OUTCOME_UNKNOWN"]).toContain(error);
      return error === undefined && name === `round ${round}`;
    },
    60_000,
  );
}

test("a Cluster of three masters: the schema's slot moves while processes read and push", async () => {
  const cluster = await RedisCluster.start(3);
  const members = await startMembers({ kind: "cluster", ports: cluster.ports });
  const [producer] = members;
  for (let round = 2; round <= 4; round++) {
    const moved = cluster.moveSlotOf("{cc:fleet:geo}");
    await pushRound(producer, round);
    await moved;
    await allServe(members, round);
  }
  // A cold process finds everything where it is now.
  const cold = fleet.join({ store: { kind: "cluster", ports: cluster.ports }, cities: 20_000 });
  expect(await cold.tell("ready")).toMatchObject({ name: "round 4", cities: 20_000 });
  await expectWhole(members);
  await Promise.all([...members, cold].map(async (member) => member.kill()));
  await cluster.stop();
});

test("Sentinel: the master is killed, its replica is promoted, and all go on there", async ({
  annotate,
}) => {
  const master = new Redis(fleet.server.url);
  await master.config("SET", "repl-diskless-sync-delay", 0);
  master.disconnect();
  const { port } = fleet.server;
  const replica = await startRedis({ args: ["--replicaof", "127.0.0.1", String(port)] });
  const sentinel = await RedisSentinel.watch(port);
  const members = await startMembers({
    kind: "sentinel",
    port: sentinel.port,
    master: MASTER_NAME,
  });
  const [producer, ...readers] = members;
  await pushRound(producer, 2);
  await allServe(members, 2);
  await fleet.killServer();
  const killed = performance.now();
  await until(
    "the replica is the master",
    async () => (await sentinel.masterPort()) === replica.port,
    60_000,
  );
  const promoted = performance.now();
  await pushRound(producer, 3);
  await allServe(readers, 3);
  const [toPromote, toServe] = [promoted - killed, performance.now() - promoted];
  await annotate(
    `promoted in ${toPromote.toFixed(0)} ms, the next push served ${toServe.toFixed(0)} ms later`,
  );
  await expectWhole(members);
  await Promise.all(members.map(async (member) => member.kill()));
  await sentinel.stop();
  await replica.stop();
});
