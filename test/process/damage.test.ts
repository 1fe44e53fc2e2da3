/** Scenario 6: what is in Redis is damaged. Who has data serves it on, one repair happens, nobody installs a part. */
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CityMapping } from "../../generated/geo.js";
import { decodeManifest } from "../../runtime/src/bytes/manifest.js";
import { headField, historyField } from "../../runtime/src/store/state/state-fields.js";
import {
  decodeStoredManifest,
  encodeStoredManifest,
} from "../../runtime/src/store/stored-manifest.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import { until } from "../support/until.js";
import { Fleet, type Member } from "./fleet.js";

const TAG = "{cc:fleet:geo}";
const STATE = `${TAG}:state`;
const VERSION = `City:${CityMapping.hash}` as const;
const CITIES = 18_000;

// Each repair starts two processes.

let fleet: Fleet;
let redis: Redis;
let witness: Member;
let proxy: TcpProxy;
/** How long each repair took, from the start of the processes that found the damage. */
let repairs: number[];
beforeEach(async () => {
  repairs = [];
  fleet = await Fleet.start("redis");
  await fleet.setRound(1);
  redis = new Redis(fleet.server.url);
  const producer = fleet.join({ loads: true, cities: CITIES });
  await producer.tell("push");
  await producer.kill();
  proxy = await startTcpProxy(fleet.server.port);
  const store = { kind: "redis" as const, url: `redis://127.0.0.1:${proxy.port}` };
  witness = fleet.join({ store, checkIntervalMs: 200 });
  await witness.tell("ready");
});
afterEach(async () => {
  await proxy.stop();
  redis.disconnect();
  await fleet.end();
});

/** The chunks of the cities' one segment. */
async function segment(): Promise<{ readonly key: string; readonly chunks: readonly Buffer[] }> {
  const head = decodeStoredManifest(
    (await redis.hgetBuffer(STATE, headField(VERSION))) ?? undefined,
  );
  const id = head?.segments[0]?.id ?? "";
  const key = `${TAG}:seg:${id}`;
  const chunks: Buffer[] = [];
  for (let index = 0; index < (head?.segments[0]?.chunks ?? 0); index++) {
    chunks.push((await redis.hgetBuffer(key, String(index))) ?? Buffer.alloc(0));
  }
  return { key, chunks };
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 0x10;
  return changed;
}

/** Two processes that can load start with nothing: whoever is elected repairs, once, and all follow. */
async function expectOneRepair(): Promise<void> {
  const began = performance.now();
  const loads = await fleet.loads();
  const { revision } = await witness.tell("report");
  const cold = [1, 2].map(() => fleet.join({ loads: true, cities: CITIES, checkIntervalMs: 200 }));
  const ready = await Promise.all(cold.map(async (member) => member.tell("ready")));
  for (const report of ready) {
    expect(report).toMatchObject({ name: "round 1", cities: CITIES, mixed: 0, readErrors: [] });
    // A damaged header counts as nothing published, so that numbers may begin anew.
    expect(report.revision).toBeGreaterThanOrEqual(revision);
  }
  await until("who has data follows", async () => {
    const seen = await witness.tell("report");
    expect(seen).toMatchObject({ readErrors: [], mixed: 0, cities: CITIES, names: ["round 1"] });
    return seen.revision === ready[0]?.revision && seen.status === "fresh";
  });
  expect(await fleet.loads()).toBe(loads + 1);
  repairs.push(performance.now() - began);
  await Promise.all(cold.map(async (member) => member.kill()));
}

test("one bit in any chunk: refused by its checksum, repaired once", async ({ annotate }) => {
  const { length } = (await segment()).chunks;
  expect(length).toBeGreaterThan(1);
  for (let index = 0; index < length; index++) {
    const { key, chunks } = await segment();
    const chunk = chunks[index] ?? Buffer.alloc(0);
    await redis.hset(
      key,
      String(index),
      flipped(chunk, Math.floor((chunk.length * index) / length)),
    );
    await expectOneRepair();
  }
  await annotate(`repaired after ${repairs.map((ms) => ms.toFixed(0)).join(", ")} ms`);
});

test("a chunk that is shorter, a chunk that is gone, a segment that was evicted: repaired once each", async () => {
  const short = await segment();
  await redis.hset(short.key, "1", short.chunks[1]?.subarray(0, 1_000) ?? Buffer.alloc(0));
  await expectOneRepair();
  await redis.hdel((await segment()).key, "0");
  await expectOneRepair();
  await redis.del((await segment()).key);
  await expectOneRepair();
});

test("one bit anywhere in the manifest, or its header: refused or not followed, repaired once", async () => {
  const stored = (await redis.hgetBuffer(STATE, headField(VERSION))) ?? Buffer.alloc(0);
  for (const part of [0.1, 0.5, 0.9]) {
    const now = (await redis.hgetBuffer(STATE, headField(VERSION))) ?? stored;
    await redis.hset(STATE, headField(VERSION), flipped(now, Math.floor(now.length * part)));
    await expectOneRepair();
  }
});

test("another schema's manifest under our name is refused, and repaired once", async () => {
  const head = decodeStoredManifest(
    (await redis.hgetBuffer(STATE, headField(VERSION))) ?? undefined,
  );
  const other = Buffer.from(head?.bytes ?? []);
  const at = other.indexOf(CityMapping.hash);
  expect(at).toBeGreaterThan(0);
  other.write("f".repeat(CityMapping.hash.length), at, "latin1");
  expect(decodeManifest(other).hash).toBe("f".repeat(CityMapping.hash.length));
  const { id = "", revision = 1, epoch = "", segments = [] } = head ?? {};
  const stored = encodeStoredManifest({
    id,
    revision: revision + 1,
    epoch,
    segments,
    bytes: other,
  });
  await redis.hset(STATE, headField(VERSION), stored);
  await expectOneRepair();
});

test("everything but the heads is gone: who has data serves on, one process repairs", async () => {
  const { key } = await segment();
  await redis.hdel(STATE, historyField(VERSION, 1));
  await redis.del(key, `${TAG}:live`, `${TAG}:segments`);
  await expectOneRepair();
});

test("an upload whose time ran out before its publication is refused there, and sent again whole", async () => {
  const published = new Set(await redis.keys(`${TAG}:seg:*`));
  const settings = { loads: true, cities: CITIES, checkIntervalMs: 200 };
  const stopAt = { operation: "publish", moment: "before", call: 1, signal: "SIGSTOP" } as const;
  const slow = fleet.join({ ...settings, stopAt });
  await fleet.setRound(2);
  const pushing = slow.tell("push");
  const isUploaded = async (): Promise<string[] | false> => {
    const keys = (await redis.keys(`${TAG}:seg:*`)).filter((key) => !published.has(key));
    const chunks = await Promise.all(keys.map(async (key) => redis.hlen(key)));
    return keys.length === 3 && chunks.some((count) => count > 1) && keys;
  };
  await until("everything is uploaded", isUploaded);
  for (const key of (await isUploaded()) || []) await redis.pexpire(key, 1);
  await until("it is gone", async () => (await isUploaded()) === false);
  let isDone = false;
  void pushing.finally(() => (isDone = true));
  // It may be about to stop itself only now.
  await until("it goes on", () => {
    slow.resume();
    return isDone;
  });
  expect(await pushing).toMatchObject({ name: "round 2", revision: 2, cities: CITIES });
  // Not one load more: the rows are there, their bytes are sent again.
  expect(await fleet.loads()).toBe(2);
  expect(await witness.tell("pull")).toMatchObject({ name: "round 2", mixed: 0, readErrors: [] });
  const cold = fleet.join(settings);
  expect(await cold.tell("ready")).toMatchObject({ name: "round 2", cities: CITIES, mixed: 0 });
});

test("a running reader that was cut off meets a new revision whose bytes are damaged: it reads on, and one repair heals it", async () => {
  proxy.refuse();
  const producer = fleet.join({ loads: true, cities: CITIES });
  await fleet.setRound(2);
  expect(await producer.tell("push")).toMatchObject({ name: "round 2", revision: 2 });
  await producer.kill();
  const { key, chunks } = await segment();
  await redis.hset(key, "1", flipped(chunks[1] ?? Buffer.alloc(0), 1_000));
  proxy.heal();
  const damaged = await until("it has found the damage", async () => {
    const report = await witness.tell("report");
    expect(report).toMatchObject({ name: "round 1", revision: 1, cities: CITIES });
    return report.events.includes("failure ERR_BAD_SEGMENT") && report;
  });
  expect(damaged).toMatchObject({ status: "failing", mixed: 0, readErrors: [] });
  expect(await witness.tell("pull")).toMatchObject({ error: "ERR_BAD_SEGMENT" });
  const loads = await fleet.loads();
  const cold = [1, 2].map(() => fleet.join({ loads: true, cities: CITIES, checkIntervalMs: 200 }));
  await Promise.all(cold.map(async (member) => member.tell("ready")));
  const healed = await until("it is fresh", async () => {
    const report = await witness.tell("report");
    return report.status === "fresh" && report;
  });
  expect(healed).toMatchObject({ mixed: 0, readErrors: [], cities: CITIES });
  expect(healed.names).toEqual(["round 1", "round 2"]);
  expect(healed.revision).toBe(3);
  expect(await fleet.loads()).toBe(loads + 1);
});
