/** What a record of the collection takes in memory: as it was loaded, and when every one was read and is held. */
import { redisStore } from "cached-collections";
import { CityMapping } from "../../generated/geo.js";
import { PREFIX } from "../load/keys.js";
import { child } from "../measure/child.js";
import { settledMemory } from "../measure/probe.js";

child(async (redis) => {
  const before = await settledMemory();
  await using store = redisStore(redis, { prefix: PREFIX });
  const cities = new CityMapping(store);
  await cities.ready({ timeoutMs: 60_000 });
  const cold = await settledMemory();
  const touched = cities.byPopulation.toArray();
  const warm = await settledMemory();
  return {
    coldBytes: (cold.heldBytes - before.heldBytes) / cities.size,
    touchedBytes: (warm.heldBytes - before.heldBytes) / touched.length,
  };
});
