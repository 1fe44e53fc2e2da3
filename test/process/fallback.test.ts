/** Scenario 3: Redis down at the start, with and without a fallback on the machine. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { CityMapping, CountryMapping, RegionMapping } from "../../generated/geo.js";
import { CHUNK_BYTES } from "../../runtime/src/bytes/segment-assembly.js";
import { FileFallback } from "../../runtime/src/store/fallback/file-fallback.js";
import type { VersionName } from "../../runtime/src/store/store.js";
import { until } from "../support/until.js";
import { allServe, Fleet, type Member } from "./fleet.js";

/** Of member processes. */
const PREFIX = "fleet";

const VERSIONS: readonly VersionName[] = [
  `Country:${CountryMapping.hash}`,
  `Region:${RegionMapping.hash}`,
  `City:${CityMapping.hash}`,
];

let fleet: Fleet;
let path: string;
beforeEach(async () => {
  fleet = await Fleet.start("redis");
  path = fleet.path("fallback");
  await fleet.setRound(1);
});
afterEach(async () => fleet.end());

/** Resolves when the fallback holds cities of this revision. */
async function isKept(revision: number): Promise<void> {
  const fallback = new FileFallback({ path }, PREFIX);
  await until(`revision ${revision} is kept`, async () => {
    const state = await fallback
      .schema("geo", CHUNK_BYTES)
      .find(VERSIONS)
      .catch(() => undefined);
    return state?.heads.get(`City:${CityMapping.hash}`)?.revision === revision;
  });
}

/** A round that two processes have kept at once, in the same directory. */
async function keepRound(): Promise<void> {
  const members = [
    fleet.join({ fallback: path, loads: true, cities: 12_000 }),
    fleet.join({ fallback: path }),
  ];
  await members[0]?.tell("push");
  await members[1]?.tell("ready");
  await isKept(1);
  await Promise.all(members.map(async (member) => member.kill()));
}

const joinCutOff = (fallback: string | undefined, loads = false): Member =>
  fleet.join({
    commandTimeoutMs: 3_000,
    checkIntervalMs: 500,
    loads,
    ...(fallback !== undefined && { fallback }),
  });

test("Redis is not there: ready from the fallback and marked, else a typed error; all heal", async () => {
  await keepRound();
  const keptAt = performance.now();
  const port = await fleet.killServer();
  const kept = [joinCutOff(path, true), joinCutOff(path)];
  const bare = joinCutOff(undefined);
  const [refused, ...served] = await Promise.all([
    bare.tell("ready", 2_000),
    ...kept.map(async (member) => member.tell("ready", 10_000)),
  ]);
  expect(refused).toMatchObject({ error: "ERR_STORE_UNAVAILABLE", revision: 0 });
  for (const report of served) {
    expect(report).toMatchObject({ name: "round 1", cities: 12_000, mixed: 0, readErrors: [] });
    expect(report.error).toBeUndefined();
    expect(["stale", "failing"]).toContain(report.status);
    expect(report.events).toContain("reload 1 from the fallback");
    expect(report.ageMs).toBeGreaterThan(0);
    expect(report.ageMs).toBeLessThan(performance.now() - keptAt + 5_000);
  }
  expect(await kept[1]?.tell("pull")).toMatchObject({ error: "ERR_STORE_UNAVAILABLE" });
  await fleet.setRound(2);
  await fleet.restartServer(port);
  // The server is empty: one process loads, nobody publishes what it had kept.
  await allServe([...kept, bare], 2);
  expect((await kept[1]?.tell("report"))?.names).toEqual(["round 1", "round 2"]);
  expect((await bare.tell("report")).names).toEqual(["round 2"]);
});

test("Redis accepts and never answers: served from the fallback after a second", async () => {
  await keepRound();
  fleet.suspendServer();
  const kept = joinCutOff(path);
  // Its process is up.
  await kept.tell("report");
  const started = performance.now();
  expect(await kept.tell("ready", 20_000)).toMatchObject({ name: "round 1", status: "stale" });
  expect(performance.now() - started).toBeLessThan(8_000);
  fleet.resumeServer();
  await until("it is fresh", async () => (await kept.tell("report")).status === "fresh");
  expect((await kept.tell("report")).names).toEqual(["round 1"]);
});
