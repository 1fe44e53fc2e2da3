/** Towns loaded cold, what they weigh, and what reads of them take: one process, everything from Redis. */
import { redisStore } from "cached-collections";
import { readIds } from "../load/keys.js";
import { TownMapping, type TownSnapshot } from "../generated/bench.js";
import { child, type Numbers } from "../measure/child.js";
import { measureGets, type Pass } from "../measure/measure-gets.js";
import { median } from "../measure/median.js";
import { settledMemory } from "../measure/probe.js";
import { idsOf, missingIdsOf, prefixOf, townCount } from "./towns.js";

const ROUNDS = 7;

child(async (redis) => {
  const rows = townCount();
  const [keys, missing] = [
    await readIds(redis, idsOf(rows)),
    await readIds(redis, missingIdsOf(rows)),
  ];
  const before = await settledMemory();
  await using store = redisStore(redis, { prefix: prefixOf(rows) });
  const towns = new TownMapping(store);
  const startMs = performance.now();
  await towns.ready({ timeoutMs: 60_000 });
  const snapshot = towns.snapshot();
  const usable = snapshot.has(keys[0] ?? 0) && snapshot.byCountry.size > 0;
  const loadMs = performance.now() - startMs;
  if (!usable) throw new Error("nothing can be read after the load");
  const after = await settledMemory();
  const memory = {
    heldBytes: after.heldBytes - before.heldBytes,
    residentBytes: after.rssBytes - before.rssBytes,
  };
  return { loadMs, ...memory, ...(await lookups(snapshot, keys, missing)), ...groups(snapshot) };
});

async function lookups(
  snapshot: TownSnapshot,
  keys: Uint32Array,
  missing: Uint32Array,
): Promise<Numbers> {
  const fields: Pass = (ids) => {
    let sum = 0;
    for (const id of ids) {
      const town = snapshot.get(id);
      if (town !== undefined) sum += town.population + town.name.length;
    }
    return sum;
  };
  const present: Pass = (ids) => {
    let found = 0;
    for (const id of ids) if (snapshot.has(id)) found++;
    return found;
  };
  const firstMs = timed(() => fields(keys));
  const { hit } = await measureGets(keys, { hit: fields });
  const { has } = await measureGets(keys, { has: present });
  const { miss } = await measureGets(missing, { miss: present });
  return { firstHitNs: (firstMs * 1e6) / keys.length, hit, has, miss } as Numbers;
}

/** Every country's towns, one field of each read: the first time, which decodes them, and then again. */
function groups({ byCountry, size }: TownSnapshot): Numbers {
  const countries = [...byCountry.keys()];
  const pass = (): void => {
    let sum = 0;
    for (const country of countries) {
      for (const { population } of byCountry.get(country)) sum += population;
    }
    if (sum === 0) throw new Error("nobody lives there");
  };
  const firstMs = timed(pass);
  const againMs = median(Array.from({ length: ROUNDS }, () => timed(pass)));
  return { firstGroupNs: (firstMs * 1e6) / size, groupNs: (againMs * 1e6) / size };
}

function timed(work: () => unknown): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
