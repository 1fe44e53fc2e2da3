/** Fills Redis with towns, and with ids to ask for: drawn at random from all, and from the gaps between them. */
import { redisStore } from "cached-collections";
import { cityRows, hotKeys, missingKeys } from "../data/cities.js";
import { TownMapping } from "../generated/bench.js";
import { child } from "../measure/child.js";
import { idsOf, missingIdsOf, prefixOf, townCount } from "./towns.js";

/** More than stay in any cache of ours or the processor's. */
const KEYS = 100_000;

child(async (redis) => {
  const rows = townCount();
  await using store = redisStore(redis, { prefix: prefixOf(rows) });
  await new TownMapping(store, { load: () => cityRows(rows) }).push();
  const ids = Uint32Array.from(cityRows(rows), ({ id }) => id);
  await redis.set(idsOf(rows), Buffer.from(hotKeys(ids, KEYS).buffer));
  await redis.set(missingIdsOf(rows), Buffer.from(missingKeys(ids, KEYS).buffer));
  return { rows };
});
