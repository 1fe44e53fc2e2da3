/** The process that publishes: it holds all rows, changes some, and pushes or patches. */
import { argv, env } from "node:process";
import { Redis } from "ioredis";
import { CHANGED_ROWS, ChangingRows } from "../data/changes.js";
import { rowCount } from "../data/row-count.js";
import { definitionOf } from "../data/definition.js";
import { encodeRows } from "../data/encode-rows.js";
import { clockMs } from "../measure/clock.js";
import type { Numbers } from "../measure/child.js";
import { median } from "../measure/median.js";
import { answer } from "../measure/partner.js";
import { openSubject, type SubjectName } from "./subject.js";

const SEED = 0xde17a;
/** How often each kind of push is measured, the kinds in turns. */
const TURNS = 3;

const name = argv[2] as SubjectName;
const redis = new Redis(env["BENCH_REDIS_URL"] ?? "");
const rows = new ChangingRows(rowCount(), SEED);
const definition = definitionOf(name);
let loaded = rows.rows;
const subject = openSubject(name, redis, () => loaded);

answer({ push, patch, changeAll, compare }, async () => {
  await subject.close();
  redis.disconnect();
});

/** All rows as they are now. */
async function push(): Promise<Numbers> {
  const startMs = performance.now();
  const { sizeBytes } = await subject.push();
  return { pushMs: performance.now() - startMs, sizeBytes };
}

/** Some rows changed, and only these given. */
async function patch(): Promise<Numbers> {
  const upsert = rows.change(CHANGED_ROWS);
  const encodedBytes = encodeRows(definition, upsert);
  const startedAt = clockMs();
  const { sizeBytes } = await subject.cities.patch({ upsert });
  return { startedAt, patchedAt: clockMs(), sizeBytes, encodedBytes };
}

/** Every row changed, so that readers fetch all of it. */
async function changeAll(): Promise<Numbers> {
  rows.changeAll();
  return push();
}

/** Pushes of all rows when few or none have changed, beside what it takes to encode them. */
async function compare(): Promise<Numbers> {
  const kinds = ["encode", "same", "changed", "encodeRandom", "random"];
  const times: Record<string, number[]> = Object.fromEntries(kinds.map((kind) => [kind, []]));
  for (let turn = 0; turn < TURNS; turn++) {
    times["encode"]?.push(await timed(() => encodeRows(definition, rows.rows)));
    times["same"]?.push(await timed(() => subject.push()));
    loaded = rows.shuffled();
    times["encodeRandom"]?.push(await timed(() => encodeRows(definition, loaded)));
    times["random"]?.push(await timed(() => subject.push()));
    loaded = rows.rows;
    rows.change(CHANGED_ROWS);
    times["changed"]?.push(await timed(() => subject.push()));
  }
  return Object.fromEntries(Object.entries(times).map(([kind, ms]) => [kind, median(ms)]));
}

async function timed(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}
