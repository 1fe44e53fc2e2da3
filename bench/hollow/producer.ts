/** The process that publishes towns and changes 1,000 of them. */
import { env } from "node:process";
import { redisStore } from "cached-collections";
import { Redis } from "ioredis";
import { CHANGED_ROWS, ChangingRows } from "../data/changes.js";
import { TownMapping } from "../generated/bench.js";
import type { Numbers } from "../measure/child.js";
import { answer } from "../measure/partner.js";
import { prefixOf, townCount } from "./towns.js";

const SEED = 0x101104;

const redis = new Redis(env["BENCH_REDIS_URL"] ?? "");
const store = redisStore(redis, { prefix: prefixOf(townCount()) });
const rows = new ChangingRows(townCount(), SEED);
const towns = new TownMapping(store, { load: () => rows.rows });

const change = async (): Promise<Numbers> => {
  rows.change(CHANGED_ROWS);
  return push();
};

answer({ push, change }, async () => {
  await store.close();
  redis.disconnect();
});

/** All rows loaded again. */
async function push(): Promise<Numbers> {
  const startMs = performance.now();
  await towns.push();
  return { pushMs: performance.now() - startMs };
}
