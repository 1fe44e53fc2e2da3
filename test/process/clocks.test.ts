/** Scenario 12: what hangs on a time of day goes on when a clock was set: a process's own, or the server's. */
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CityMapping, CountryMapping, RegionMapping } from "../../generated/geo.js";
import { redisKeys } from "../../runtime/src/store/redis/redis-keys.js";
import { acquireLeaseScript } from "../../runtime/src/store/redis/scripts/lease.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import { until } from "../support/until.js";
import { Fleet } from "./fleet.js";

const INTERVAL_MS = 150;
const HOUR_MS = 3_600_000;
const LEASE_MS = 30_000;
/** How long a busy machine may keep a process waiting for its turn. */
const BUSY_MS = 2_000;

let fleet: Fleet;
let redis: Redis;
let proxy: TcpProxy;
beforeEach(async () => {
  fleet = await Fleet.start("redis");
  redis = new Redis(fleet.server.url);
  proxy = await startTcpProxy(fleet.server.port);
  await fleet.setRound(1);
});
afterEach(async () => {
  await proxy.stop();
  redis.disconnect();
  await fleet.end();
});

test("refreshEveryMs is neither missed nor repeated when the process's clock jumps by an hour", async ({
  annotate,
}) => {
  const refreshEveryMs = 500;
  const member = fleet.join({ loads: true, checkIntervalMs: INTERVAL_MS, refreshEveryMs });
  await member.tell("push");
  const tookMs: number[] = [];
  let round = 1;
  const nextRefresh = async (): Promise<void> => {
    await fleet.setRound(++round);
    const changedAt = performance.now();
    // A load that is under way when the round changes reads both.
    const name = `round ${round}`;
    await until(`${name} is served`, async () => (await member.tell("report")).name === name);
    tookMs.push(performance.now() - changedAt);
  };
  for (const byMs of [HOUR_MS, -2 * HOUR_MS]) {
    await member.tell("shift-clock", byMs);
    // It was due at a moment known before the jump. Those after it are by the clock that jumped.
    await nextRefresh();
    const since = performance.now();
    const loads = await fleet.loads();
    await nextRefresh();
    await nextRefresh();
    const newLoads = (await fleet.loads()) - loads;
    expect(newLoads - 1).toBeLessThanOrEqual((performance.now() - since) / refreshEveryMs);
  }
  await annotate(`refreshed after ${tookMs.map((ms) => ms.toFixed(0)).join(", ")} ms`);
  // A tenth of jitter, and once more when the store has said that it is too early.
  expect(Math.max(...tookMs)).toBeLessThan(1.3 * refreshEveryMs + INTERVAL_MS + BUSY_MS);
});

test("a dead process's leases would last an hour, for the server's clock was set back: all are replaced when one was watched for its length", async () => {
  const holder = fleet.join({ loads: true, loadMs: 60_000 });
  const store = { kind: "redis" as const, url: `redis://127.0.0.1:${proxy.port}` };
  const waiter = fleet.join({ loads: true, store, checkIntervalMs: INTERVAL_MS });
  await waiter.tell("report");
  void holder.tell("ready").catch(() => undefined);
  await until("it loads", async () => (await fleet.loads()) === 1);
  await holder.kill();
  const keys = redisKeys("fleet", "geo");
  const leases = Object.entries({
    City: CityMapping,
    Country: CountryMapping,
    Region: RegionMapping,
  }).map(([entity, { hash }]) => keys.lease(`${entity}:${hash}`));
  for (const lease of leases) expect(await redis.pexpire(lease, HOUR_MS)).toBe(1);
  const values = await redis.mget(leases);
  await fleet.setRound(2);
  const taken = waiter.tell("ready");
  /** What it was told before the last of them, it knows. The first may be from a moment ago. */
  const asksThrice = async (): Promise<void> => {
    for (let times = 0; times < 3; times++) await proxy.sent(acquireLeaseScript.sha1);
  };
  await asksThrice();
  await waiter.tell("pass-time", LEASE_MS / 2);
  await asksThrice();
  expect(await redis.mget(leases)).toEqual(values);
  await waiter.tell("pass-time", LEASE_MS / 2);
  expect(await taken).toMatchObject({ name: "round 2", revision: 1 });
  expect(await fleet.loads()).toBe(2);
});
