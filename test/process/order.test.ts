/** Scenario 7 between processes: a load that began earlier and ends later never hides a newer one. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RUNS_FACTOR } from "../support/property.js";
import { until } from "../support/until.js";
import { allServe, Fleet } from "./fleet.js";

const TIMES = RUNS_FACTOR > 1 ? 100 : 20;

describe.each(["embedded", "redis"] as const)("on the %s store", (kind) => {
  let fleet: Fleet;
  beforeEach(async () => {
    fleet = await Fleet.start(kind);
    await fleet.setRound(1);
  });
  afterEach(async () => fleet.end());

  test("A loads, B loads newer rows, B publishes, A publishes: A's rows are dropped or loaded again", async () => {
    const slow = fleet.join({ loads: true, loadMs: 1_500 });
    const fast = fleet.join({ loads: true });
    await fast.tell("push");
    const reader = fleet.join({ checkIntervalMs: 100 });
    await reader.tell("ready");
    await fleet.setRound(2);
    const loads = await fleet.loads();
    const pushing = slow.tell("push");
    await until("A has begun to load", async () => (await fleet.loads()) > loads);
    await fleet.setRound(3);
    expect(await fast.tell("push")).toMatchObject({ name: "round 3" });
    expect(await pushing).toMatchObject({ name: "round 3" });
    await allServe([reader, slow, fast], 3);
    const { names } = await reader.tell("report");
    expect(names).toEqual(["round 1", "round 3"]);
  });

  test("two processes that push at once lose nothing, many times", async () => {
    const pushers = [fleet.join({ loads: true }), fleet.join({ loads: true })];
    const reader = fleet.join({ checkIntervalMs: 100 });
    for (let round = 1; round <= TIMES; round++) {
      await fleet.setRound(round);
      const reports = await Promise.all(pushers.map(async (member) => member.tell("push")));
      expect(reports.map(({ error, name }) => [error, name])).toEqual(
        Array(2).fill([undefined, `round ${round}`]),
      );
      expect(await reader.tell("pull")).toMatchObject({ name: `round ${round}`, mixed: 0 });
    }
  });
});
