/** Several real processes over the embedded store and over a real Redis. */
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { allServe, Fleet, type Member } from "./fleet.js";
import type { DieAt } from "./messages.js";

describe.each(["embedded", "redis"] as const)("processes on the %s store", (kind) => {
  let fleet: Fleet;
  beforeEach(async () => {
    fleet = await Fleet.start(kind);
    await fleet.setRound(1);
  });
  afterEach(async () => fleet.end());

  test("three readers converge on every push, all collections at once", async () => {
    const producer = fleet.join({ loads: true });
    expect(await producer.tell("push")).toMatchObject({ revision: 1, name: "round 1" });
    const readers = [fleet.join(), fleet.join(), fleet.join()];
    const ready = await Promise.all(readers.map(async (reader) => reader.tell("ready")));
    expect(ready.map(({ revision, cities }) => [revision, cities])).toEqual(
      Array(3).fill([1, 500]),
    );
    for (let round = 2; round <= 4; round++) {
      await fleet.setRound(round);
      expect(await producer.tell("push")).toMatchObject({ revision: round });
      expect(await readers[0]?.tell("pull")).toMatchObject({ name: `round ${round}` });
      await allServe(readers, round);
    }
  });

  test("of five processes that start at once with nothing published, one loads", async () => {
    const all = Array.from({ length: 5 }, () => fleet.join({ loads: true }));
    const reports = await Promise.all(all.map(async (member) => member.tell("ready")));
    expect(reports.map(({ name, error }) => [name, error])).toEqual(
      Array(5).fill(["round 1", undefined]),
    );
    expect(await fleet.loads()).toBe(1);
  });

  test("after invalidate one process loads, and all serve the change", async () => {
    const all = Array.from({ length: 3 }, () => fleet.join({ loads: true }));
    await Promise.all(all.map(async (member) => member.tell("ready")));
    await fleet.setRound(2);
    await all[1]?.tell("invalidate");
    await allServe(all, 2);
    expect(await fleet.loads()).toBe(2);
  });

  const deaths: readonly (readonly [string, DieAt, number])[] = [
    ["half-way through its load", { operation: "load" }, 1],
    ["when it has its ticket", { operation: "issueTicket", moment: "after", call: 1 }, 1],
    ["in the middle of its upload", { operation: "putChunk", moment: "after", call: 3 }, 1],
    ["before it publishes", { operation: "publish", moment: "before", call: 1 }, 1],
    [
      "when it has published, before it knows",
      { operation: "publish", moment: "after", call: 1 },
      2,
    ],
  ];

  test.each(deaths)("a pusher killed %s leaves a whole revision", async (_when, dieAt, round) => {
    const first = fleet.join({ loads: true, cities: 12_000 });
    await first.tell("push");
    const reader = fleet.join();
    await reader.tell("ready");
    await fleet.setRound(2);
    const doomed = fleet.join({ loads: true, cities: 12_000, dieAt });
    await expect(doomed.tell("push")).rejects.toThrow(/ended/);
    expect(doomed.signal).toBe("SIGKILL");
    const cold = fleet.join();
    const expected = { name: `round ${round}`, cities: 12_000, mixed: 0 };
    expect(await cold.tell("ready")).toMatchObject(expected);
    expect(await reader.tell("pull")).toMatchObject(expected);
    // And the next push goes through.
    await fleet.setRound(3);
    expect(await first.tell("push")).toMatchObject({ name: "round 3", revision: round + 1 });
    await allServe([reader, cold], 3);
  });
});

test("two processes that push at once, again and again, publish whole data sets in some order", async () => {
  const fleet = await Fleet.start("embedded");
  await fleet.setRound(1);
  const pushers = [fleet.join({ loads: true }), fleet.join({ loads: true })];
  const reader = fleet.join({ checkIntervalMs: 100 });
  for (let round = 1; round <= 10; round++) {
    await fleet.setRound(round);
    const reports = await Promise.all(pushers.map(async (member) => member.tell("push")));
    expect(reports.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(await reader.tell("pull")).toMatchObject({ name: `round ${round}`, mixed: 0 });
  }
  await fleet.end();
});

test("what a pusher left behind in Redis when it was killed expires", async () => {
  const fleet = await Fleet.start("redis");
  onTestFinished(async () => fleet.end());
  await fleet.setRound(1);
  const first = fleet.join({ loads: true, cities: 12_000 });
  await first.tell("push");
  const redis = new Redis(fleet.server.url);
  const keysOf = async (kind: string): Promise<string[]> => redis.keys(`{cc:fleet:geo}:${kind}:*`);
  const published = new Set(await keysOf("seg"));
  const dieAt: DieAt = { operation: "putChunk", moment: "after", call: 2 };
  await fleet.setRound(2);
  const doomed = fleet.join({ loads: true, cities: 12_000, dieAt });
  await expect(doomed.tell("push")).rejects.toThrow(/ended/);
  const left = (await keysOf("seg")).filter((key) => !published.has(key));
  expect(left.length).toBeGreaterThan(0);
  // Ten minutes from the last chunk; a ticket a day. What is published stays.
  for (const key of left) expect(await redis.pttl(key)).toBeGreaterThan(0);
  for (const key of left) expect(await redis.pttl(key)).toBeLessThanOrEqual(600_000);
  for (const key of await keysOf("ticket")) expect(await redis.pttl(key)).toBeGreaterThan(0);
  for (const key of published) expect(await redis.pttl(key)).toBe(-1);
  redis.disconnect();
});

describe("a Redis that cannot be reached", () => {
  let fleet: Fleet;
  beforeEach(async () => {
    fleet = await Fleet.start("embedded");
    await fleet.setRound(1);
  });
  afterEach(async () => fleet.end());

  test("at the start gives a typed error at the deadline, and never a hang", async () => {
    // Port 9 (discard) is closed on loopback.
    const member: Member = fleet.join({
      store: { kind: "redis", url: "redis://127.0.0.1:9" },
      loads: true,
      commandTimeoutMs: 300,
    });
    // Its process is up.
    await member.tell("report");
    const started = performance.now();
    expect(await member.tell("ready", 1_000)).toMatchObject({
      error: "ERR_STORE_UNAVAILABLE",
      revision: 0,
    });
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(await member.tell("push")).toMatchObject({ error: "ERR_STORE_UNAVAILABLE" });
  });
});
