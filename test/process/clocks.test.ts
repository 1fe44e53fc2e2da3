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
