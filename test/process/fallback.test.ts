/** Scenario 3: Redis down at the start, with and without a fallback on the machine. */
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CityMapping, CountryMapping, RegionMapping } from "../../generated/geo.js";
import { CHUNK_BYTES } from "../../runtime/src/bytes/segment-assembly.js";
import { FileFallback } from "../../runtime/src/store/fallback/file-fallback.js";
import type { VersionName } from "../../runtime/src/store/store.js";
import { SEED } from "../support/property.js";
import { Random } from "../support/random.js";
import { until } from "../support/until.js";
import { allServe, Fleet, type Member } from "./fleet.js";
import type { MemberSettings } from "./messages.js";
import { otherBuild } from "./other-build.js";

/** Of member processes. */
const PREFIX = "fleet";

/** How long a process waits that has nothing to serve; a command may take longer. */
const DEADLINE_MS = 2_000;
/** Clocks of two processes agree, but for the time that a message takes. */
const CLOCKS_MS = 50;

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

const joinCutOff = (settings: Partial<MemberSettings> = {}): Member =>
  fleet.join({ commandTimeoutMs: 3_000, checkIntervalMs: 500, ...settings });

type Damage = (bytes: Buffer) => Buffer;

const random = new Random(SEED);
const truncated: Damage = (bytes) => bytes.subarray(0, random.integer(bytes.length));
const flipped: Damage = (bytes) => {
  const changed = Buffer.from(bytes);
  const at = random.integer(bytes.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.integer(8));
  return changed;
};

/** A copy of what was kept, with one of its files damaged. */
async function damagedCopy(
  name: string,
  kind: "state" | "segment",
  damage: Damage,
): Promise<string> {
  const copy = fleet.path(name);
  await cp(path, copy, { recursive: true });
  const folder = new FileFallback({ path: copy }, PREFIX).folder("geo");
  // Whoever was killed while it wrote has left files beside them that nobody reads.
  const isKept = (file: string): boolean => new RegExp(`^${kind}-[0-9a-f]{32}$`).test(file);
  const files = (await readdir(folder)).filter(isKept).toSorted();
  const file = join(folder, random.pick(files));
  await writeFile(file, damage(await readFile(file)));
  return copy;
}

test("Redis is not there: ready from the fallback and marked, else a typed error; all heal", async () => {
  await keepRound();
  const keptAt = performance.now();
  const port = await fleet.killServer();
  const kept = [joinCutOff({ fallback: path, loads: true }), joinCutOff({ fallback: path })];
  const bare = joinCutOff();
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

test(`Redis is not there, and what was kept is damaged or another schema's: ignored, said, and it heals (SEED=${SEED})`, async ({
  annotate,
}) => {
  await keepRound();
  const port = await fleet.killServer();
  // Several checks fail before the deadline.
  const commandTimeoutMs = 1_000;
  const members = [
    joinCutOff({ commandTimeoutMs, fallback: await damagedCopy("a", "state", truncated) }),
    joinCutOff({ commandTimeoutMs, fallback: await damagedCopy("b", "state", flipped) }),
    joinCutOff({ commandTimeoutMs, fallback: await damagedCopy("c", "segment", truncated) }),
    joinCutOff({ commandTimeoutMs, fallback: await damagedCopy("d", "segment", flipped) }),
    joinCutOff({ commandTimeoutMs, fallback: path, build: await otherBuild(), loads: true }),
  ];
  const refused = await Promise.all(members.map(async (each) => each.tell("ready", 3_000)));
  for (const { error, events, names, revision, status } of refused) {
    expect(error).toBe("ERR_STORE_UNAVAILABLE");
    expect(events).toContain("failure ERR_FALLBACK");
    expect({ names, revision, status }).toEqual({ names: [], revision: 0, status: "failing" });
  }
  const producer = joinCutOff({ loads: true, fallback: path });
  await fleet.setRound(2);
  await fleet.restartServer(port);
  const pushing = producer.tell("push");
  const restartedAt = performance.now();
  await allServe(members, 2);
  const tookMs = performance.now() - restartedAt;
  await annotate(`five processes are ready ${tookMs.toFixed(0)} ms after Redis was back`);
  expect(await pushing).toMatchObject({ revision: 1, name: "round 2" });
  for (const member of members) {
    expect(await member.tell("report")).toMatchObject({ names: ["round 2"], readErrors: [] });
  }
  // What is kept from now on is good again.
  await isKept(1);
});

test("Redis accepts and never answers: served from the fallback after a second, else a typed error at the deadline", async () => {
  await keepRound();
  fleet.suspendServer();
  const kept = joinCutOff({ fallback: path });
  const bare = joinCutOff();
  // Their processes are up.
  for (const member of [kept, bare]) await member.tell("report");
  const started = performance.now();
  const asked = bare.tell("ready", DEADLINE_MS);
  expect(await kept.tell("ready", 20_000)).toMatchObject({ name: "round 1", status: "stale" });
  expect(performance.now() - started).toBeLessThan(8_000);
  const refused = await asked;
  expect(performance.now() - started).toBeGreaterThan(DEADLINE_MS - CLOCKS_MS);
  expect(performance.now() - started).toBeLessThan(DEADLINE_MS + 5_000);
  expect(refused).toMatchObject({ error: "ERR_STORE_UNAVAILABLE", revision: 0 });
  fleet.resumeServer();
  await until("both are fresh", async () => {
    const reports = await Promise.all([kept, bare].map(async (member) => member.tell("report")));
    return reports.every(({ status }) => status === "fresh");
  });
  for (const member of [kept, bare]) {
    expect((await member.tell("report")).names).toEqual(["round 1"]);
  }
});
