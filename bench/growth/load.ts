/** One cold load in one contestant's way: how long, the longest stall, what stays in memory, and hot gets. */
import { argv } from "node:process";
import { HOT_KEY, readIds } from "../load/keys.js";
import { child } from "../measure/child.js";
import { measureGets, type Pass } from "../measure/measure-gets.js";
import { settledMemory, watchEventLoop } from "../measure/probe.js";
import { LOADERS } from "./loaders.js";
import type { ContestantName } from "./results.js";

child(async (redis) => {
  const probe = watchEventLoop();
  const startMs = performance.now();
  const loaded = await LOADERS[argv[2] as ContestantName](redis);
  const loadMs = performance.now() - startMs;
  const stallMs = probe.stop();
  const keys = await readIds(redis, HOT_KEY);
  const { rssBytes } = await settledMemory();
  const pass: Pass = (ids) => {
    let sum = 0;
    for (const id of ids) sum += loaded.get(id)?.id ?? 0;
    return sum;
  };
  const { get = 0 } = await measureGets(keys, { get: pass });
  return { loadMs, stallMs, memoryMB: rssBytes / 1e6, getNs: get };
});
