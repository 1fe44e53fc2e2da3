/**
 * The same hot keys through what Node.js services use today, each holding exactly these records: lru-cache,
 * bentocache's memory layer, and node-redis with client-side caching (RESP3, where Redis announces changes).
 * node-redis returns the text it cached; it is measured without and with parsing it.
 */
import { BasicClientSideCache, createClient } from "@redis/client";
import { redisStore } from "cached-collections";
import { LRUCache } from "lru-cache";
import { type City, CityMapping } from "../../generated/geo.js";
import { openBentoCache } from "../naive/bento.js";
import { child } from "../measure/child.js";
import { HOT_KEY, PREFIX, readIds } from "./keys.js";
import { measureGets, type Pass } from "../measure/measure-gets.js";

child(async (redis, url) => {
  await using store = redisStore(redis, { prefix: PREFIX });
  const cities = new CityMapping(store);
  await cities.ready({ timeoutMs: 60_000 });
  const keys = await readIds(redis, HOT_KEY);
  const records = Array.from(keys, (key) => cities.getOrThrow(key));
  const bento = await bentoPass(records);
  const clientSide = await clientSidePasses(url, records);
  const numbers = await measureGets(keys, {
    snapshot: snapshotPass(cities),
    lruCache: lruCachePass(records),
    bentocache: bento.pass,
    nodeRedis: clientSide.text,
    nodeRedisParsed: clientSide.parsed,
  });
  await bento.close();
  await clientSide.close();
  return numbers;
});

function snapshotPass(cities: CityMapping): Pass {
  return (keys) => {
    const snapshot = cities.snapshot();
    let sum = 0;
    for (const key of keys) sum += snapshot.get(key) === undefined ? 0 : 1;
    return sum;
  };
}

function lruCachePass(records: readonly City[]): Pass {
  const cache = new LRUCache<number, City>({ max: records.length });
  for (const record of records) cache.set(record.id, record);
  return (keys) => {
    let sum = 0;
    for (const key of keys) sum += cache.get(key) === undefined ? 0 : 1;
    return sum;
  };
}

async function bentoPass(records: readonly City[]) {
  const cache = await openBentoCache(records.length);
  for (const record of records) {
    await cache.set({ key: String(record.id), value: record, ttl: "1h" });
  }
  const pass: Pass = async (keys) => {
    let sum = 0;
    for (const key of keys) sum += (await cache.get({ key: String(key) })) === undefined ? 0 : 1;
    return sum;
  };
  return { pass, close: () => cache.disconnectAll() };
}

async function clientSidePasses(url: string, records: readonly City[]) {
  const clientSideCache = new BasicClientSideCache({ maxEntries: 0, ttl: 0 });
  const client = createClient({ url, RESP: 3, clientSideCache });
  await client.connect();
  for (const record of records) await client.set(`city:${record.id}`, JSON.stringify(record));
  const text: Pass = async (keys) => {
    let sum = 0;
    for (const key of keys) sum += (await client.get(`city:${key}`)) === null ? 0 : 1;
    return sum;
  };
  const parsed: Pass = async (keys) => {
    let sum = 0;
    for (const key of keys) {
      const city = JSON.parse((await client.get(`city:${key}`)) ?? "null") as City | null;
      sum += city === null ? 0 : 1;
    }
    return sum;
  };
  return { text, parsed, close: () => client.close() };
}
