/** Fills Redis for all measuring processes: the collection, the two naive values, and the lists of keys. */
import type { Redis } from "ioredis";
import { redisStore } from "cached-collections";
import { plainCountries, plainRegions } from "../../examples/data/plain-cities.js";
import { GeoDataset } from "../../generated/geo.js";
import { cityRows, hotKeys, manyCities, missingKeys } from "../data/cities.js";
import { encodeCities } from "../naive/city.js";
import { child, type Numbers } from "../measure/child.js";
import { HOT_KEY, JSON_KEY, MISSING_KEY, PREFIX, PROTOBUF_KEY } from "./keys.js";

child(async (redis): Promise<Numbers> => {
  const pushMs = await pushCollection(redis);
  const cities = [...manyCities()];
  await redis.set(PROTOBUF_KEY, Buffer.from(encodeCities(cities)));
  await redis.set(JSON_KEY, JSON.stringify(cities));
  const ids = Uint32Array.from(cities, (city) => city.id);
  await redis.set(HOT_KEY, Buffer.from(hotKeys(ids).buffer));
  await redis.set(MISSING_KEY, Buffer.from(missingKeys(ids).buffer));
  return { pushMs, rows: cities.length };
});

async function pushCollection(redis: Redis): Promise<number> {
  await using store = redisStore(redis, { prefix: PREFIX });
  const load = { country: plainCountries, region: plainRegions, city: () => cityRows() };
  const geo = new GeoDataset(store, { load });
  const startMs = performance.now();
  await geo.push();
  return performance.now() - startMs;
}
