/** Scenarios 1, 2, 7 and 12: lost notifications and answers, black holes, processes and clocks that stand still or jump. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { CHUNK_BYTES } from "../../runtime/src/bytes/segment-assembly.js";
import { publishScript } from "../../runtime/src/store/redis/scripts/publish.js";
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
/** The deadline of a command, where it may fail. */
const COMMAND_MS = 300;
/** The same where chunks are to arrive. */
const TRANSFER_MS = 1_000;
/** How long a busy machine may keep a process waiting for its turn. */
const BUSY_MS = 2_000;
/** Clocks of two processes agree, but for the time that a message takes. */
const CLOCKS_MS = 50;

/** A member whose way to the server leads through the proxy. */
function joinBehindProxy(settings: Partial<MemberSettings> = {}): Member {
  const store = { kind: "redis" as const, url: `redis://127.0.0.1:${proxy.port}` };
  return fleet.join({
    store,
    checkIntervalMs: INTERVAL_MS,
    commandTimeoutMs: COMMAND_MS,
    ...settings,
  });
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

test.for(["goes silent", "is cut"])(
  "a process whose connection %s misses three pushes, says that it is behind, and is at the newest within an interval",
  async (how, { annotate }) => {
    const producer = fleet.join({ loads: true });
    await producer.tell("push");
    const reader = joinBehindProxy();
    await reader.tell("ready");
    if (how === "is cut") proxy.refuse();
    else proxy.blackHole("both");
    const cutAt = performance.now();
    await pushRounds(producer, 2, 3, 4);
    // It never says that it is younger than the cut, nor older than the last check before that.
    const failing = await until("it is failing, for a while", async () => {
      const askedAt = performance.now();
      const report = await reader.tell("report");
      expect(report.name).toBe("round 1");
      expect(report.ageMs).toBeGreaterThan(askedAt - cutAt - CLOCKS_MS);
      expect(report.ageMs).toBeLessThan(performance.now() - cutAt + 1.1 * INTERVAL_MS + BUSY_MS);
      const isOld = (report.ageMs ?? 0) > 2 * INTERVAL_MS + CLOCKS_MS;
      expect(isOld ? "fresh" : "empty").not.toBe(report.status);
      return report.status === "failing" && (report.ageMs ?? 0) > 3 * INTERVAL_MS && report;
    });
    expect(failing.events).toEqual(
      expect.arrayContaining(["stale", "failure ERR_STORE_UNAVAILABLE"]),
    );

    proxy.heal();
    const healedAt = performance.now();
    const healed = await until("it is fresh", async () => {
      const report = await reader.tell("report");
      // Fresh is what was confirmed; that can only be the newest.
      const isFresh = report.status === "fresh";
      expect(isFresh ? "round 4" : report.name).toBe(report.name);
      return isFresh && report;
    });
    const tookMs = performance.now() - healedAt;
    await annotate(`at the newest ${tookMs.toFixed(0)} ms after the connection was back`);
    // Its interval with jitter, which no backoff is longer than, and one command's deadline.
    expect(tookMs).toBeLessThan(1.1 * INTERVAL_MS + COMMAND_MS + BUSY_MS);
    // The check that confirmed it may have begun before, waiting for a connection.
    expect(healed.ageMs).toBeLessThan(tookMs + COMMAND_MS + CLOCKS_MS);
    expectServed(healed);
    expect(healed.names).toEqual(["round 1", "round 4"]);
    expect(healed.events).toContain("recovered");
  },
);

test("a notification lost without the connection noticing is made up for by the next check", async ({
  annotate,
}) => {
  const producer = fleet.join({ loads: true });
  await producer.tell("push");
  const [checkIntervalMs, commandTimeoutMs] = [1_500, 5_000];
  const reader = joinBehindProxy({ checkIntervalMs, commandTimeoutMs });
  await reader.tell("ready");
  // The subscription's bytes go nowhere for a moment; nothing is closed.
  proxy.blackHole("replies");
  await pushRounds(producer, 2);
  const pushedAt = performance.now();
  proxy.passAgain();
  await allServe([reader], 2);
  const tookMs = performance.now() - pushedAt;
  await annotate(`served ${tookMs.toFixed(0)} ms after the push`);
  // A check whose answer was lost, too, ends at its deadline.
  expect(tookMs).toBeLessThan(1.1 * checkIntervalMs + commandTimeoutMs + BUSY_MS);
  expectServed(await reader.tell("report"));
});

test("a connection that closes in the middle of a fetch: the revision before is read on, failing, until the whole is there", async ({
  annotate,
}) => {
  const cities = 12_000;
  const producer = fleet.join({ loads: true, cities });
  await producer.tell("push");
  const reader = joinBehindProxy({ commandTimeoutMs: TRANSFER_MS });
  await reader.tell("ready");
  // Handshakes and checks are shorter, a chunk is longer.
  proxy.truncate(CHUNK_BYTES / 2);
  proxy.cut();
  await pushRounds(producer, 2);
  await until("fetches were cut short", () => proxy.truncated > 1);
  const failing = await whenStatus(reader, "failing");
  expect(failing).toMatchObject({ name: "round 1", revision: 1, cities });
  expect(failing.events).toContain("failure ERR_STORE_UNAVAILABLE");
  expectServed(failing);

  const healedAt = performance.now();
  proxy.heal();
  await allServe([reader], 2);
  const tookMs = performance.now() - healedAt;
  await annotate(`served ${tookMs.toFixed(0)} ms after the connection was whole`);
  expect(tookMs).toBeLessThan(1.1 * INTERVAL_MS + TRANSFER_MS + BUSY_MS);
  const healed = await whenStatus(reader, "fresh");
  expectServed(healed);
  expect(healed.names).toEqual(["round 1", "round 2"]);
});

test("in a black hole reads go on, one check at a time fails at its deadline, and it heals by itself", async ({
  annotate,
}) => {
  const producer = fleet.join({ loads: true });
  await producer.tell("push");
  const reader = joinBehindProxy();
  await reader.tell("ready");
  const before = await reader.tell("report");
  // So a check looks on its way.
  expect(proxy.sentTimes("HMGET")).toBeGreaterThan(0);
  proxy.blackHole("both");
  // However many ask: one check is sent, the others share the next.
  const pulls: Promise<Report>[] = [];
  for (let asked = 0; asked < 5; asked++) {
    pulls.push(reader.tell("pull"));
    // Not within one turn of its event loop: then they would share a check anyway.
    await reader.tell("report");
  }
  for (const { error } of await Promise.all(pulls)) expect(error).toBe("ERR_STORE_UNAVAILABLE");
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
  expect(proxy.sentTimes("HMGET")).toBeLessThanOrEqual(1);
  expectServed(inside);
  const [calm, cut] = [before, inside].map(({ slowestReadMs }) => slowestReadMs.toFixed(1));
  await annotate(`slowest read ${calm} ms before, ${cut} ms until then, of ${inside.reads}`);
  expect(inside.slowestReadMs).toBeLessThan(before.slowestReadMs + 200);

  await pushRounds(producer, 2);
  proxy.heal();
  await allServe([reader], 2);
  expectServed(await whenStatus(reader, "fresh"));
});

test("a reader suspended for longer than every interval is current after one when it wakes", async ({
  annotate,
}) => {
  const producer = fleet.join({ loads: true });
  await producer.tell("push");
  const reader = joinBehindProxy();
  await reader.tell("ready");
  const before = await reader.tell("report");
  reader.suspend();
  const suspendedAt = performance.now();
  await pushRounds(producer, 2, 3);
  await until(
    "several intervals are over",
    () => performance.now() - suspendedAt > 5 * INTERVAL_MS,
  );
  reader.resume();
  const resumedAt = performance.now();
  const awake = await until("it is fresh with the newest", async () => {
    const report = await reader.tell("report");
    // What it read before it slept counts as old from the first moment on.
    const isFresh = report.status === "fresh";
    expect(isFresh ? "round 3" : report.name).toBe(report.name);
    return isFresh && report;
  });
  const tookMs = performance.now() - resumedAt;
  await annotate(
    `suspended for ${(resumedAt - suspendedAt).toFixed(0)} ms, current after ${tookMs.toFixed(0)} ms`,
  );
  expect(tookMs).toBeLessThan(1.1 * INTERVAL_MS + COMMAND_MS + BUSY_MS);
  expect(awake.reads).toBeGreaterThan(before.reads);
  expectServed(awake);
  expect(awake.names.at(-1)).toBe("round 3");
});

test.each([3_600_000, -3_600_000])(
  "a clock that jumps by %i ms changes neither status nor age, and everything goes on",
  async (byMs) => {
    const producer = fleet.join({ loads: true, checkIntervalMs: INTERVAL_MS });
    await producer.tell("push");
    const reader = joinBehindProxy({ commandTimeoutMs: 5_000 });
    await reader.tell("ready");
    for (const member of [producer, reader]) {
      const { status, ageMs } = await member.tell("shift-clock", byMs);
      expect(["fresh", "stale"]).toContain(status);
      expect(ageMs).toBeGreaterThanOrEqual(0);
      expect(ageMs).toBeLessThan(60_000);
    }
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

test("a push whose answer is lost is published once, recognised, and resolves", async () => {
  // The second: then the server knows the script, and one command carries the publication.
  const store = { kind: "redis" as const, url: `redis://127.0.0.1:${proxy.port}` };
  const producer = fleet.join({ store, loads: true, commandTimeoutMs: 2_000 });
  await producer.tell("push");
  const reader = fleet.join();
  await reader.tell("ready");
  await fleet.setRound(2);
  proxy.loseAnswersFrom(publishScript.sha1);
  const pushing = producer.tell("push");
  await allServe([reader], 2);
  const loads = await fleet.loads();
  proxy.heal();
  expect(await pushing).toMatchObject({
    name: "round 2",
    revision: 2,
    pushed: { outcome: "published", published: true, revision: 2 },
  });
  expect(await reader.tell("pull")).toMatchObject({ revision: 2, names: ["round 1", "round 2"] });
  expect(await fleet.loads()).toBe(loads);
});
