/** How each contestant loads all rows from Redis, into something that answers gets. */
import { redisStore } from "cached-collections";
import type { Redis } from "ioredis";
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { PlaceMapping } from "../generated/bench.js";
import { JSON_KEY, PREFIX, PROTOBUF_KEY, readBytes } from "../load/keys.js";
import { decodeCityList } from "../naive/protobufjs-city.js";
import type { ContestantName } from "./results.js";

interface Loaded {
  get(id: number): { readonly id: number } | undefined;
}

export const LOADERS: Readonly<Record<ContestantName, (redis: Redis) => Promise<Loaded>>> = {
  collection: async (redis) => {
    await using store = redisStore(redis, { prefix: PREFIX });
    const places = new PlaceMapping(store);
    await places.ready({ timeoutMs: 300_000 });
    return places.snapshot();
  },
  protobuf: async (redis) => decodeCityList(await readBytes(redis, PROTOBUF_KEY)),
  json: async (redis) => {
    const cities = JSON.parse((await redis.get(JSON_KEY)) ?? "") as readonly PlainCity[];
    const byId = new Map<number, PlainCity>();
    for (const city of cities) byId.set(city.id, city);
    return byId;
  },
};
