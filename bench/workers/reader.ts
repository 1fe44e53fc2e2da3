/** One reader, a thread or a process: it opens the cities when it is told to, and reads 20,000 of them. */
import { argv } from "node:process";
import { isMainThread, workerData } from "node:worker_threads";
import { attachedStore, redisStore, type Store } from "cached-collections";
import { CityMapping } from "../../generated/geo.js";
import { PREFIX } from "../load/keys.js";
import type { Numbers } from "../measure/child.js";
import { answer } from "../measure/partner.js";
import { settledMemory } from "../measure/probe.js";

/** Where it finds the cities: a store that another thread shares, or a Redis. */
export type ReaderPlace = { readonly shared: string } | { readonly url: string };

const READS = 20_000;

const place = (isMainThread ? JSON.parse(argv[2] ?? "") : workerData) as ReaderPlace;
const store = await openStore();

answer({ settle, open }, async () => store.close());

async function openStore(): Promise<Store> {
  if ("shared" in place) return attachedStore(place.shared);
  const { Redis } = await import("ioredis");
  return redisStore(new Redis(place.url, { lazyConnect: true }), { prefix: PREFIX });
}

async function settle(): Promise<Numbers> {
  const { rssBytes } = await settledMemory();
  return { rssBytes };
}

async function open(): Promise<Numbers> {
  const cities = new CityMapping(store);
  await cities.ready({ timeoutMs: 60_000 });
  const step = Math.floor(cities.size / READS);
  let read = 0;
  for (let at = 0; at < cities.size; at += step) if (cities.byName.at(at) !== undefined) read++;
  return { read };
}
