/** Hits and misses: the collection against a Map over all rows, which is what the naive ways end with. */
import { redisStore } from "cached-collections";
import { CityMapping } from "../../generated/geo.js";
import { decodeCities } from "../naive/city.js";
import { child } from "../measure/child.js";
import { HOT_KEY, MISSING_KEY, PREFIX, PROTOBUF_KEY, readBytes, readIds } from "./keys.js";
import { measureGets, type Pass } from "../measure/measure-gets.js";

child(async (redis) => {
  await using store = redisStore(redis, { prefix: PREFIX });
  const cities = new CityMapping(store);
  await cities.ready({ timeoutMs: 60_000 });
  const map = decodeCities(await readBytes(redis, PROTOBUF_KEY));
  const snapshot = cities.snapshot();

  const mapPass: Pass = (keys) => {
    let sum = 0;
    for (const key of keys) sum += map.get(key)?.population ?? 0;
    return sum;
  };
  const snapshotPass: Pass = (keys) => {
    let sum = 0;
    for (const key of keys) sum += snapshot.get(key)?.population ?? 0;
    return sum;
  };
  const collectionPass: Pass = (keys) => {
    let sum = 0;
    for (const key of keys) sum += cities.get(key)?.population ?? 0;
    return sum;
  };
  const contestants = { map: mapPass, snapshot: snapshotPass, collection: collectionPass };
  const hits = await measureGets(await readIds(redis, HOT_KEY), contestants);
  const misses = await measureGets(await readIds(redis, MISSING_KEY), contestants);
  return { ...prefixed("hit", hits), ...prefixed("miss", misses) };
});

function prefixed(prefix: string, numbers: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [`${prefix}:${name}`, value]),
  );
}
