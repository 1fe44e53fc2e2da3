/**
 * Scenarios 10 and 11: many readers and a push every second, references read across collections all along. Fifty
 * readers for a minute in the long searches, a few for some seconds here. What it costs the server is reported.
 */
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RUNS_FACTOR } from "../support/property.js";
import { until } from "../support/until.js";
import { allServe, Fleet } from "./fleet.js";

const [READERS, PUSHES] = RUNS_FACTOR > 1 ? [50, 60] : [6, 8];
const PUSH_EVERY_MS = 1_000;
const CITIES = 20_000;

vi.setConfig({ testTimeout: 600_000 });

let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.start("redis");
  await fleet.setRound(1);
});
afterEach(async () => fleet.end());

interface Cost {
  readonly egressBytes: number;
  readonly cpuSeconds: number;
}

async function costOf(redis: Redis): Promise<Cost> {
  const info = await redis.info();
  const number = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  const cpuSeconds = number("used_cpu_sys") + number("used_cpu_user");
  return { egressBytes: number("total_net_output_bytes"), cpuSeconds };
}

test(`${READERS} readers, ${PUSHES} pushes: every look is of one revision, and all end equal`, async ({
  annotate,
}) => {
  const redis = new Redis(fleet.server.url);
  const producer = fleet.join({ loads: true, cities: CITIES });
  await producer.tell("push");
  const readers = Array.from({ length: READERS }, () => fleet.join({ checkIntervalMs: 2_000 }));
  await Promise.all(readers.map(async (reader) => reader.tell("ready", 120_000)));
  const before = await costOf(redis);
  const began = performance.now();
  for (let round = 2; round <= PUSHES + 1; round++) {
    // On time where the machine keeps up, at once where it is behind.
    await until("it is time", () => performance.now() - began >= (round - 2) * PUSH_EVERY_MS);
    await fleet.setRound(round);
    expect(await producer.tell("push")).toMatchObject({ name: `round ${round}` });
  }
  await allServe(readers, PUSHES + 1);
  const seconds = (performance.now() - began) / 1000;
  const after = await costOf(redis);
  redis.disconnect();

  const reports = await Promise.all(readers.map(async (reader) => reader.tell("report")));
  let looks = 0;
  for (const { reads, mixed, readErrors, names, cities } of reports) {
    looks += reads;
    expect({ mixed, readErrors, cities }).toEqual({ mixed: 0, readErrors: [], cities: CITIES });
    // Never back: rounds rise.
    const rounds = names.map((name) => Number(name.replace("round ", "")));
    expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
  }
  expect(new Set(reports.map(({ revision }) => revision)).size).toBe(1);
  const egress = (after.egressBytes - before.egressBytes) / 1e6;
  await annotate(
    `${READERS} readers, ${PUSHES} pushes of ${CITIES} rows in ${seconds.toFixed(1)} s: ${looks} looks; ` +
      `egress ${egress.toFixed(1)} MB, server's processor time ${(after.cpuSeconds - before.cpuSeconds).toFixed(2)} s`,
  );
});

/** What the readers draw, each one number for all that it leaves to chance. */
const DRAWS = [0.1, 0.4, 0.7, 0.99];
/** The product gives a process a millisecond for so many bytes, and its draw is a part of that. */
const SPREAD_BYTES_PER_MS = 50_000;

test("fetches of a large change are spread: each reader waits for the part of the time that it drew", async ({
  annotate,
}) => {
  const producer = fleet.join({ loads: true, cities: 8 * CITIES });
  await producer.tell("push");
  const readers = DRAWS.map((draw) => fleet.join({ checkIntervalMs: 4_000, draw }));
  await Promise.all(readers.map(async (reader) => reader.tell("ready", 120_000)));
  // By connection: when it looked last, and how long after that it began to fetch.
  const looked = new Map<string, number>();
  const waits = new Map<string, number>();
  const redis = new Redis(fleet.server.url);
  // A second connection beside that of the client.
  const monitor = await redis.monitor();
  monitor.on("monitor", (time: string, [command = ""]: string[], source: string) => {
    const at = Number(time) * 1000;
    if (/^HMGET$/i.test(command) && !waits.has(source)) looked.set(source, at);
    const isFetch = /^HSTRLEN$/i.test(command) && looked.has(source) && !waits.has(source);
    if (isFetch) waits.set(source, at - (looked.get(source) ?? at));
  });
  await fleet.setRound(2);
  const pushed = await producer.tell("push");
  await allServe(readers, 2);
  await until("all fetches were seen", () => waits.size >= readers.length);
  monitor.disconnect();
  redis.disconnect();
  const { collections = {} } = pushed.pushed ?? {};
  const bytes = Object.values(collections).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const mostMs = bytes / SPREAD_BYTES_PER_MS;
  expect(mostMs).toBeGreaterThan(150);
  // A busy machine makes them later, nothing makes them earlier.
  const sorted = [...waits.values()].toSorted((a, b) => a - b);
  for (const [index, draw] of DRAWS.entries()) {
    expect(sorted[index]).toBeGreaterThan(0.95 * draw * mostMs - 1);
  }
  await annotate(
    `${(bytes / 1e6).toFixed(1)} MB: after ${sorted.map((ms) => ms.toFixed(0)).join(", ")} ms`,
  );
});
