/** The cold load of the collection, from the first command to the first read. */
import { redisStore } from "cached-collections";
import { CityMapping } from "../../generated/geo.js";
import { child } from "../measure/child.js";
import { PREFIX } from "./keys.js";
import { measureLoad } from "./measure-load.js";

child(async (redis) => {
  await using store = redisStore(redis, { prefix: PREFIX });
  const cities = new CityMapping(store);
  return await measureLoad(redis, async () => {
    await cities.ready({ timeoutMs: 60_000 });
    return cities;
  });
});
