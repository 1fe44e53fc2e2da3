/** Scenario 4: the store loses everything, the process that loads is killed, the loader fails. */
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CityMapping, CountryMapping, RegionMapping } from "../../generated/geo.js";
import { redisKeys } from "../../runtime/src/store/redis/redis-keys.js";
import { until } from "../support/until.js";
import { allServe, Fleet, type Member } from "./fleet.js";
import type { MemberSettings, Report } from "./messages.js";

/** In the long searches leases run to their end, half a minute; else the test cuts what a dead holder has left. */
const IS_LONG = process.env["RUNS_FACTOR"] !== undefined;
const LEASE_MS = 30_000;
const CUT_LEASE_MS = 1_500;

let fleet: Fleet;
let redis: Redis;
beforeEach(async () => {
  fleet = await Fleet.start("redis");
  redis = new Redis(fleet.server.url);
  await fleet.setRound(1);
});
afterEach(async () => {
  redis.disconnect();
  await fleet.end();
});

async function reportsOf(members: readonly Member[]): Promise<readonly Report[]> {
  return Promise.all(members.map(async (member) => member.tell("report")));
}

function expectServed({ readErrors, mixed, reads }: Report): void {
  expect({ readErrors, mixed }).toEqual({ readErrors: [], mixed: 0 });
  expect(reads).toBeGreaterThan(10);
}

test("FLUSHALL with 20 processes at revision 57: one load, no read fails, all converge", async ({
  annotate,
}) => {
  const producer = fleet.join({ loads: true });
  for (let round = 1; round <= 57; round++) {
    await fleet.setRound(round);
    expect(await producer.tell("push")).toMatchObject({ revision: round });
  }
  const members = [producer, ...Array.from({ length: 19 }, () => fleet.join({ loads: true }))];
  await Promise.all(members.map(async (member) => member.tell("ready", 60_000)));
  await allServe(members, 57);
  const loads = await fleet.loads();
  const flushedAt = performance.now();
  await redis.flushall();
  await until("all serve the new revision 1", async () => {
    const reports = await reportsOf(members);
    return reports.every(({ revision, status }) => revision === 1 && status === "fresh");
  });
  await annotate(`converged after ${(performance.now() - flushedAt).toFixed(0)} ms`);
  expect(await fleet.loads()).toBe(loads + 1);
  for (const report of await reportsOf(members)) {
    expectServed(report);
    expect(report.events).not.toContain("went-back");
    expect(report.names.at(-1)).toBe("round 57");
  }
});

/** What a dead holder's leases have left, as if the rest of their time had passed. */
async function passLeases(): Promise<void> {
  if (IS_LONG) return;
  const keys = redisKeys("fleet", "geo");
  for (const [entity, { hash }] of Object.entries({
    City: CityMapping,
    Country: CountryMapping,
    Region: RegionMapping,
  })) {
    const lease = keys.lease(`${entity}:${hash}`);
    // It was taken or renewed less than a third of its length ago, or a moment more.
    const leftMs = await redis.pttl(lease);
    expect(leftMs).toBeGreaterThan(LEASE_MS - 10_000);
    expect(leftMs).toBeLessThanOrEqual(LEASE_MS);
    expect(await redis.pexpire(lease, CUT_LEASE_MS)).toBe(1);
  }
}

/** A process that is half-way through its load, and one that waits for it. */
async function holderAndWaiter(
  holds: Partial<MemberSettings> = { loadMs: 2_000 },
  waits: Partial<MemberSettings> = {},
): Promise<readonly [holder: Member, waiter: Member]> {
  const [holder, waiter] = [
    fleet.join({ loads: true, ...holds }),
    fleet.join({ loads: true, ...waits }),
  ];
  // Starting a process may take longer than the load.
  await Promise.all([holder, waiter].map(async (member) => member.tell("report")));
  const loading = holder.tell("ready");
  loading.catch(() => undefined);
  await until("it loads", async () => (await fleet.loads()) === 1);
  return [holder, waiter];
}

test("the process that loads is killed: another takes over when its lease is over", async () => {
  const [holder, waiter] = await holderAndWaiter();
  const taken = waiter.tell("ready", 60_000);
  await holder.kill();
  const killedAt = performance.now();
  await passLeases();
  expect(await taken).toMatchObject({ name: "round 1", revision: 1 });
  const tookMs = performance.now() - killedAt;
  expect(tookMs).toBeLessThan((IS_LONG ? LEASE_MS : CUT_LEASE_MS) + 5_000);
  expect(await fleet.loads()).toBe(2);
});

test("the process that loads is suspended: another takes over, and what the first loaded is not published", async () => {
  const [holder, waiter] = await holderAndWaiter();
  holder.suspend();
  await passLeases();
  await fleet.setRound(2);
  expect(await waiter.tell("ready", 60_000)).toMatchObject({ name: "round 2", revision: 1 });
  // A push waits for the load under way, whose rows were of round 1, and finds its own published already.
  const woken = holder.tell("push");
  await untilAwake(holder, woken);
  expect(await woken).toMatchObject({ name: "round 2", revision: 1 });
  expect((await holder.tell("report")).names).toEqual(["round 2"]);
  expectServed(await waiter.tell("report"));
  expect((await waiter.tell("pull")).names).toEqual(["round 2"]);
});

test("it is suspended right before it publishes and wakes while another one loads: it has lost its lease, and publishes nothing", async () => {
  const stopAt = { operation: "publish", moment: "before", call: 1, signal: "SIGSTOP" } as const;
  const [holder, waiter] = await holderAndWaiter({ loadMs: 0, stopAt }, { loadMs: 2_000 });
  const reader = fleet.join({ checkIntervalMs: 100 });
  const following = reader.tell("ready", 60_000);
  const uploads = async (): Promise<number> => (await redis.keys("*:seg:*")).length;
  await until("it has uploaded everything", async () => (await uploads()) === 3);
  await passLeases();
  await fleet.setRound(2);
  const taken = waiter.tell("ready", 60_000);
  await until("the other one loads", async () => (await fleet.loads()) === 2);
  const woken = holder.tell("ready", 60_000);
  await untilAwake(holder, woken);
  for (const ready of [taken, woken, following]) {
    expect(await ready).toMatchObject({ names: ["round 2"], revision: 1 });
  }
});

/** Resumes it until it has done that: where it stops itself, it may be about to do so only now. */
async function untilAwake(member: Member, report: Promise<Report>): Promise<void> {
  let isDone = false;
  void report.finally(() => (isDone = true));
  await until("it goes on", () => {
    member.resume();
    return isDone;
  });
}

test("a loader that fails: whoever asked is told, those that have data read on, and it is tried again after a pause", async ({
  annotate,
}) => {
  await fleet.setRound("broken");
  const asking = fleet.join({ loads: true });
  expect(await asking.tell("ready")).toMatchObject({ error: "ERR_LOADER", revision: 0 });
  expect(await asking.tell("push")).toMatchObject({ error: "ERR_LOADER" });
  await fleet.setRound(1);
  const members = [asking, fleet.join({ loads: true }), fleet.join()];
  await Promise.all(members.map(async (member) => member.tell("ready")));
  await allServe(members, 1);
  await fleet.setRound("broken");
  const failures = async (): Promise<number> => {
    const events = (await reportsOf(members)).flatMap((report) => report.events);
    // Each collection of the data set tells of it.
    return events.filter((event) => event === "failure ERR_LOADER").length / 3;
  };
  const before = await failures();
  const brokenAt = performance.now();
  await members[2]?.tell("invalidate");
  await until("it was tried three times", async () => (await failures()) >= before + 3, 20_000);
  const failedMs = performance.now() - brokenAt;
  // The pauses begin with half a second to a second, and grow in each process.
  expect(failedMs).toBeGreaterThan(900);
  for (const report of await reportsOf(members)) {
    expectServed(report);
    expect(report).toMatchObject({ name: "round 1", status: "stale" });
  }
  await fleet.setRound(2);
  const mendedAt = performance.now();
  await allServe(members, 2);
  await annotate(
    `three failures in ${failedMs.toFixed(0)} ms, current ${(performance.now() - mendedAt).toFixed(0)} ms after the database was back`,
  );
});
