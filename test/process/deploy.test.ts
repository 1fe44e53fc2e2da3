/** Scenario 8: two builds with different schemas alive at once, a rollback, and a purge under running processes. */
import { redisStore } from "cached-collections";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CityMapping } from "../../generated/geo.js";
import { until } from "../support/until.js";
import { allServe, Fleet, type Member } from "./fleet.js";
import type { MemberSettings } from "./messages.js";
import { otherBuild } from "./other-build.js";

let fleet: Fleet;
let build: string;
beforeEach(async () => {
  fleet = await Fleet.start("redis");
  await fleet.setRound(1);
  build = await otherBuild();
});
afterEach(async () => fleet.end());

const join = (settings: Partial<MemberSettings>): Member =>
  fleet.join({ checkIntervalMs: 500, ...settings });

async function start(count: number, settings: Partial<MemberSettings>): Promise<Member[]> {
  const members = Array.from({ length: count }, () => join(settings));
  await Promise.all(members.map(async (member) => member.tell("ready")));
  return members;
}

async function allFresh(members: readonly Member[]): Promise<void> {
  await until("all are fresh", async () => {
    const reports = await Promise.all(members.map(async (each) => each.tell("report")));
    return reports.every(({ status }) => status === "fresh");
  });
}

async function expectWhole(members: readonly Member[]): Promise<void> {
  for (const member of members) {
    expect(await member.tell("report")).toMatchObject({ mixed: 0, readErrors: [], cities: 500 });
  }
}

test("versions live beside each other, hear of each other's changes, and a rollback is current", async ({
  annotate,
}) => {
  const old = await start(2, { loads: true });
  expect(await fleet.loads()).toBe(1);

  // The deploy: the new version finds nothing of its own, and one of its processes loads.
  await fleet.setRound(2);
  const next = await start(2, { loads: true, build });
  await allServe(next, 2);
  expect(await fleet.loads()).toBe(2);
  for (const member of old) expect(await member.tell("report")).toMatchObject({ name: "round 1" });

  // "The database changed" reaches both, through a loader of each, once.
  await fleet.setRound(3);
  const changedAt = performance.now();
  await next[0]?.tell("invalidate");
  await allServe([...old, ...next], 3);
  await annotate(`both served the change after ${(performance.now() - changedAt).toFixed(0)} ms`);
  expect(await fleet.loads()).toBe(4);

  // A push of the one makes the other load, and not the first one again.
  await fleet.setRound(4);
  await old[0]?.tell("push");
  await allServe([...old, ...next], 4);
  await allFresh([...old, ...next]);
  expect(await fleet.loads()).toBe(6);

  // The rollback: the new version's processes go, the old one's go on and are current.
  await expectWhole([...old, ...next]);
  await Promise.all(next.map(async (member) => member.kill()));
  const back = await start(1, { loads: true });
  await allServe([...old, ...back], 4);
  await fleet.setRound(5);
  await back[0]?.tell("invalidate");
  await allServe([...old, ...back], 5);
  expect(await fleet.loads()).toBe(7);
  await expectWhole([...old, ...back]);
});

test("a version that nobody ran while the other went on is current after the rollback, not frozen", async ({
  annotate,
}) => {
  const old = await start(2, { loads: true });
  await fleet.setRound(2);
  const next = await start(2, { loads: true, build });
  await Promise.all(old.map(async (member) => member.kill()));
  // One change that is pushed, one that is said.
  await fleet.setRound(3);
  await next[0]?.tell("push");
  await fleet.setRound(4);
  await next[1]?.tell("invalidate");
  await allServe(next, 4);
  await Promise.all(next.map(async (member) => member.kill()));
  const loads = await fleet.loads();
  const back = [1, 2, 3].map(() => join({ loads: true }));
  // Their processes are up.
  await Promise.all(back.map(async (member) => member.tell("report")));
  const startedAt = performance.now();
  await Promise.all(back.map(async (member) => member.tell("ready")));
  await allServe(back, 4);
  await allFresh(back);
  await annotate(
    `current ${(performance.now() - startedAt).toFixed(0)} ms after three were started`,
  );
  // Once: the change was missed, whoever of them noticed first.
  expect(await fleet.loads()).toBe(loads + 1);
  await expectWhole(back);
});

test("purging a version in use leaves its readers serving, and a cold process brings it back", async () => {
  const [producer] = await start(1, { loads: true });
  const [reader] = await start(1, {});
  await using store = redisStore(new Redis(fleet.server.url, { lazyConnect: true }), {
    prefix: "fleet",
  });
  const schema = store.schema("geo");
  const state = async (): Promise<unknown> =>
    (await schema.check([`City:${CityMapping.hash}`])).versions.get(`City:${CityMapping.hash}`)
      ?.head;
  expect(await schema.purge(`City:${CityMapping.hash}`)).toBe(true);
  for (const member of [producer, reader]) {
    const report = await member?.tell("pull");
    expect(report).toMatchObject({ name: "round 1", cities: 500, mixed: 0, readErrors: [] });
  }
  expect(await state()).toBeUndefined();
  const [cold] = await start(1, { loads: true });
  expect(await cold?.tell("report")).toMatchObject({ name: "round 1", cities: 500 });
  expect(await state()).toBeDefined();
});
