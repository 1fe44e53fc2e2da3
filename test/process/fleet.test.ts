/** Several real processes over the embedded store and over a real Redis. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { allServe, Fleet, type Member } from "./fleet.js";

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
