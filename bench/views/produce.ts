/** Fills Redis with the collections whose keys and views are compared, and with the same rows as one value. */
import { redisStore, type Store } from "cached-collections";
import type { CityInput } from "../../generated/geo.js";
import { cityRows, hotKeys, manyCities } from "../data/cities.js";
import { PlaceMapping, type SiteInput, SiteMapping, SpotMapping } from "../generated/bench.js";
import { HOT_KEY, PREFIX, PROTOBUF_KEY } from "../load/keys.js";
import { child } from "../measure/child.js";
import { encodeCities } from "../naive/city.js";
import { codeOf } from "./site-code.js";

child(async (redis) => {
  await using store = redisStore(redis, { prefix: PREFIX });
  await pushAll(store);
  await redis.set(PROTOBUF_KEY, Buffer.from(encodeCities(manyCities())));
  const ids = Uint32Array.from(cityRows(), ({ id }) => id);
  await redis.set(HOT_KEY, Buffer.from(hotKeys(ids).buffer));
  return {};
});

async function pushAll(store: Store): Promise<void> {
  await new PlaceMapping(store, { load: () => cityRows() }).push();
  await new SpotMapping(store, { load: () => cityRows() }).push();
  await new SiteMapping(store, { load: () => sites(cityRows()) }).push();
}

function* sites(rows: Iterable<CityInput>): Generator<SiteInput, void, undefined> {
  for (const row of rows) yield { ...row, code: codeOf(row) };
}
