/**
 * Scenario 5: a failover that loses what the old master had acknowledged. The way to the master leads through a
 * proxy that is turned to the promoted replica, and replication through another that can be cut before.
 */
import { isDeepStrictEqual } from "node:util";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import { until } from "../support/until.js";
import { allServe, Fleet, type Member } from "./fleet.js";
import type { MemberSettings } from "./messages.js";

let fleet: Fleet;
let front: TcpProxy;
let link: TcpProxy;
let replica: RedisServer;
beforeEach(async () => {
  fleet = await Fleet.start("redis");
  await fleet.setRound(1);
  front = await startTcpProxy(fleet.server.port);
  link = await startTcpProxy(fleet.server.port);
  await on(fleet.server.port, async (redis) => redis.config("SET", "repl-diskless-sync-delay", 0));
  replica = await startRedis({ args: ["--replicaof", "127.0.0.1", String(link.port)] });
});
afterEach(async () => {
  await fleet.end();
  await front.stop();
  await link.stop();
  await replica.stop();
});

function join(settings: Partial<MemberSettings> = {}): Member {
  const store = { kind: "redis" as const, url: `redis://127.0.0.1:${front.port}` };
  return fleet.join({ store, checkIntervalMs: 300, commandTimeoutMs: 1_000, ...settings });
}

/** Runs a command on a server, with a connection of its own. */
async function on<T>(port: number, run: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ port, host: "127.0.0.1" });
  try {
    return await run(redis);
  } finally {
    redis.disconnect();
  }
}

/** Resolves when the replica has what the master has; then replication stops, unnoticed. */
async function stopReplication(): Promise<void> {
  const stateOn = async (port: number): Promise<unknown> =>
    on(port, async (redis) => [
      await redis.hgetall("{cc:fleet:geo}:state"),
      (await redis.keys("*:seg:*")).toSorted(),
    ]);
  await until("the replica is in step", async () => {
    const [there, here] = await Promise.all([stateOn(replica.port), stateOn(fleet.server.port)]);
    return isDeepStrictEqual(there, here);
  });
  link.blackHole("both");
}

/** The master dies, the replica takes its place. */
async function failOver(): Promise<void> {
  await fleet.killServer();
  await on(replica.port, async (redis) => redis.replicaof("NO", "ONE"));
  front.retarget(replica.port);
}

async function expectServedAll(members: readonly Member[]): Promise<void> {
  const reports = await Promise.all(members.map(async (member) => member.tell("report")));
  for (const report of reports) expect(report).toMatchObject({ mixed: 0, readErrors: [] });
  expect(new Set(reports.map(({ revision }) => revision)).size).toBe(1);
}

async function allFresh(members: readonly Member[]): Promise<void> {
  await until("all are fresh", async () => {
    const reports = await Promise.all(members.map(async (member) => member.tell("report")));
    return reports.every(({ status }) => status === "fresh");
  });
}

test("one that loses the last push: all converge on what the database says", async ({
  annotate,
}) => {
  const producer = join({ loads: true });
  await producer.tell("push");
  const readers = [join(), join(), join()];
  await Promise.all(readers.map(async (reader) => reader.tell("ready")));
  await stopReplication();
  await fleet.setRound(2);
  expect(await producer.tell("push")).toMatchObject({ revision: 2 });
  await allServe(readers, 2);

  await failOver();
  const failedOver = performance.now();
  await until("somebody went back, or the loss was made good first", async () => {
    const reports = await Promise.all(readers.map(async (reader) => reader.tell("report")));
    return reports.every(({ events }) =>
      events.some((event) => /went-back|reload [3-9]/.test(event)),
    );
  });
  await allServe([producer, ...readers], 2);
  await allFresh([producer, ...readers]);
  await annotate(`equal and fresh after ${(performance.now() - failedOver).toFixed(0)} ms`);
  await expectServedAll([producer, ...readers]);
});

test("one after which the same revision is given to other rows: nobody takes the one for the other", async ({
  annotate,
}) => {
  const producer = join({ loads: true });
  await producer.tell("push");
  const readers = [join(), join()];
  await Promise.all(readers.map(async (reader) => reader.tell("ready")));
  await stopReplication();
  await fleet.setRound(2);
  expect(await producer.tell("push")).toMatchObject({ revision: 2 });
  await allServe(readers, 2);

  // Nobody who saw revision 2 looks before it is given away again.
  for (const member of [producer, ...readers]) member.suspend();
  await failOver();
  await fleet.setRound(3);
  const other = join({ loads: true });
  expect(await other.tell("push")).toMatchObject({ revision: 2, name: "round 3" });
  const resumed = performance.now();
  for (const member of [producer, ...readers]) member.resume();
  await allServe([producer, other, ...readers], 3);
  await allFresh([producer, other, ...readers]);
  await annotate(`equal and fresh after ${(performance.now() - resumed).toFixed(0)} ms`);
  await expectServedAll([producer, other, ...readers]);
  for (const member of [producer, ...readers]) {
    expect((await member.tell("report")).events).toContain("went-back");
  }
  expect((await other.tell("report")).events).not.toContain("went-back");
});

test("one that loses an invalidation which somebody saw: it is raised again, and somebody loads", async () => {
  const producer = join({ loads: true });
  await producer.tell("push");
  const reader = join();
  await reader.tell("ready");
  await stopReplication();
  producer.suspend();
  await fleet.setRound(2);
  await reader.tell("invalidate");
  await until("the reader saw it", async () => (await reader.tell("report")).status === "stale");
  await failOver();
  producer.resume();
  await allServe([producer, reader], 2);
  await allFresh([producer, reader]);
});

test("a master that became a replica is no master: pushes wait for one, reads go on", async () => {
  const producer = join({ loads: true });
  await producer.tell("push");
  const reader = join();
  await reader.tell("ready");
  const { port } = fleet.server;
  await on(port, async (redis) => redis.replicaof("127.0.0.1", String(replica.port)));
  await on(replica.port, async (redis) => redis.replicaof("NO", "ONE"));
  await fleet.setRound(2);
  const pushing = producer.tell("push");
  front.retarget(replica.port);
  // It met READONLY, or the cut, or neither; what it says is true in each case.
  const { error } = await pushing;
  expect([undefined, "ERR_STORE_UNAVAILABLE", "ERR_OUTCOME_UNKNOWN"]).toContain(error);
  await producer.tell("push");
  await allServe([producer, reader], 2);
  await expectServedAll([producer, reader]);
});
