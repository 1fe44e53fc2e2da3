/** How each contestant writes all rows to Redis. */
import { redisStore } from "cached-collections";
import type { Redis } from "ioredis";
import { cityRows, manyCities } from "../data/cities.js";
import { PlaceMapping } from "../generated/bench.js";
import { JSON_KEY, PREFIX, PROTOBUF_KEY } from "../load/keys.js";
import { encodeCities } from "../naive/city.js";
import type { ContestantName } from "./results.js";

type Producer = (redis: Redis, rows: number) => Promise<unknown>;

export const PRODUCERS: Readonly<Record<ContestantName, Producer>> = {
  collection: async (redis, rows) => {
    await using store = redisStore(redis, { prefix: PREFIX });
    await new PlaceMapping(store, { load: () => cityRows(rows) }).push();
  },
  protobuf: (redis, rows) => redis.set(PROTOBUF_KEY, Buffer.from(encodeCities(manyCities(rows)))),
  json: (redis, rows) => redis.set(JSON_KEY, JSON.stringify([...manyCities(rows)])),
};
