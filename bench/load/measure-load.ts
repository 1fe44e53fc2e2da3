/**
 * One cold load in this process: how long until everything can be read, for how long the event loop was kept,
 * and what stays in memory when 20,000 records are in use.
 */
import type { Redis } from "ioredis";
import type { Numbers } from "../measure/child.js";
import { HOT_KEY, readIds } from "./keys.js";
import { settledMemory, watchEventLoop } from "../measure/probe.js";

interface Loaded {
  readonly size: number;
  get(id: number): object | undefined;
}

/** `load` starts with a connected client and ends when every row can be read. */
export async function measureLoad(redis: Redis, load: () => Promise<Loaded>): Promise<Numbers> {
  const probe = watchEventLoop();
  const startMs = performance.now();
  const loaded = await load();
  const loadMs = performance.now() - startMs;
  const stallMs = probe.stop();
  const inUse = use(loaded, await readIds(redis, HOT_KEY));
  const memory = await settledMemory();
  return { loadMs, stallMs, ...memory, rows: loaded.size, inUse: inUse.length };
}

/** The records that a service would be holding on to. */
function use(loaded: Loaded, ids: Uint32Array): object[] {
  return Array.from(ids, (id) => {
    const record = loaded.get(id);
    if (record === undefined) throw new Error(`no city ${id} after the load`);
    return record;
  });
}
