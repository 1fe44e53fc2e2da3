/** Scenarios 1, 2 and 12: lost notifications, black holes, processes and clocks that stand still or jump. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import { until } from "../support/until.js";
import { allServe, Fleet, type Member } from "./fleet.js";
import type { MemberSettings, Report } from "./messages.js";

let fleet: Fleet;
let proxy: TcpProxy;
beforeEach(async () => {
  fleet = await Fleet.start("redis");
  await fleet.setRound(1);
  proxy = await startTcpProxy(fleet.server.port);
});
afterEach(async () => {
  await proxy.stop();
  await fleet.end();
});

const INTERVAL_MS = 400;

/** A member whose way to the server leads through the proxy. */
function joinBehindProxy(settings: Partial<MemberSettings> = {}): Member {
  const store = { kind: "redis" as const, url: `redis://127.0.0.1:${proxy.port}` };
  return fleet.join({ store, checkIntervalMs: INTERVAL_MS, commandTimeoutMs: 300, ...settings });
}

/** Pushes rounds, one after another. */
async function pushRounds(producer: Member, ...rounds: number[]): Promise<void> {
  for (const round of rounds) {
    await fleet.setRound(round);
    expect(await producer.tell("push")).toMatchObject({ name: `round ${round}` });
  }
}

async function whenStatus(member: Member, status: string): Promise<Report> {
  return until(`it is ${status}`, async () => {
    const report = await member.tell("report");
    return report.status === status && report;
  });
}

/** What must hold of a process that was cut off: it read on, fast enough, and never two rounds at once. */
function expectServed({ readErrors, mixed, reads }: Report): void {
  expect({ readErrors, mixed }).toEqual({ readErrors: [], mixed: 0 });
  expect(reads).toBeGreaterThan(10);
}

test("a process that missed three pushes is at the newest within an interval, and said that it was behind", async ({
  annotate,
}) => {
  const producer = fleet.join({ loads: true });
  await producer.tell("push");
  const reader = joinBehindProxy();
  await reader.tell("ready");
  proxy.blackHole("both");
  const cutAt = performance.now();
  await pushRounds(producer, 2, 3, 4);
  const failing = await whenStatus(reader, "failing");
  expect(failing.name).toBe("round 1");
  expect(failing.ageMs).toBeGreaterThan(INTERVAL_MS / 2);
  expect(failing.ageMs).toBeLessThan(performance.now() - cutAt + 2 * INTERVAL_MS + 1_000);

  proxy.heal();
  const healedAt = performance.now();
  await allServe([reader], 4);
  const tookMs = performance.now() - healedAt;
  // Its interval with jitter, its backoff, which is never longer, and one command's deadline.
  expect(tookMs).toBeLessThan(2 * 1.1 * INTERVAL_MS + 300 + 2_000);
  await annotate(`at the newest ${tookMs.toFixed(0)} ms after the connection was back`);
  const healed = await whenStatus(reader, "fresh");
  expectServed(healed);
  expect(healed.names).toEqual(["round 1", "round 4"]);
  expect(healed.events).toContain("recovered");
});

test("a notification lost without the connection noticing is made up for by the next check", async () => {
  const producer = fleet.join({ loads: true });
  await producer.tell("push");
  const reader = joinBehindProxy({ checkIntervalMs: 1_500, commandTimeoutMs: 5_000 });
  await reader.tell("ready");
  // The subscription's bytes go nowhere for a moment; nothing is closed.
  proxy.blackHole("replies");
  await pushRounds(producer, 2);
  proxy.passAgain();
  await allServe([reader], 2);
  expectServed(await reader.tell("report"));
});

test("in a black hole reads go on, one check at a time fails at its deadline, and it heals by itself", async ({
  annotate,
}) => {
  const producer = fleet.join({ loads: true });
  await producer.tell("push");
  const reader = joinBehindProxy();
  await reader.tell("ready");
  const before = await reader.tell("report");
  proxy.blackHole("both");
  proxy.sentTimes("");
  await whenStatus(reader, "failing");
  // Several deadlines long.
  const inside = await until("some checks have failed", async () => {
    const report = await reader.tell("report");
    const failures = report.events.filter((event) => event.startsWith("failure"));
    return failures.length >= 9 && report;
  });
  expect(inside.ageMs).toBeGreaterThan(INTERVAL_MS);
  expect(new Set(inside.events.filter((event) => event.startsWith("failure")))).toEqual(
    new Set(["failure ERR_STORE_UNAVAILABLE"]),
  );
  // A connection that does not answer is given up, and nothing is asked before another one is there.
  expect(proxy.sentTimes("hmget")).toBeLessThanOrEqual(1);
  expectServed(inside);
  const [calm, cut] = [before, inside].map(({ slowestReadMs }) => slowestReadMs.toFixed(1));
  await annotate(`slowest read ${calm} ms before, ${cut} ms until then, of ${inside.reads}`);
  expect(inside.slowestReadMs).toBeLessThan(before.slowestReadMs + 200);

  await pushRounds(producer, 2);
  proxy.heal();
  await allServe([reader], 2);
  expectServed(await whenStatus(reader, "fresh"));
});

test("a reader suspended for longer than every interval is current after one when it wakes", async () => {
  const producer = fleet.join({ loads: true });
  await producer.tell("push");
  const reader = joinBehindProxy();
  await reader.tell("ready");
  reader.suspend();
  await pushRounds(producer, 2, 3);
  await producer.tell("pull");
  reader.resume();
  await allServe([reader], 3);
  const awake = await whenStatus(reader, "fresh");
  expectServed(awake);
  expect(awake.names.at(-1)).toBe("round 3");
});

test.each([3_600_000, -3_600_000])(
  "a clock that jumps by %i ms changes neither status nor age, and everything goes on",
  async (byMs) => {
    const producer = fleet.join({ loads: true, checkIntervalMs: INTERVAL_MS });
    await producer.tell("push");
    const reader = joinBehindProxy();
    await reader.tell("ready");
    for (const member of [producer, reader]) await member.tell("shift-clock", byMs);
    await pushRounds(producer, 2);
    await allServe([reader], 2);
    await fleet.setRound(3);
    await reader.tell("invalidate");
    await allServe([reader, producer], 3);
    const report = await whenStatus(reader, "fresh");
    expect(report.ageMs).toBeGreaterThanOrEqual(0);
    expect(report.ageMs).toBeLessThan(60_000);
    expectServed(report);
    expect(report.events.filter((event) => /failure|went-back/.test(event))).toEqual([]);
  },
);
