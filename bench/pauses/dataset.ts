/** The data set that is served while it changes: every city of every load has other people in it. */
import { type RedisClient, redisStore } from "cached-collections";
import { plainCountries, plainRegions } from "../../examples/data/plain-cities.js";
import { type CityInput, GeoDataset } from "../../generated/geo.js";
import { cityRows } from "../data/cities.js";

export interface Served {
  readonly geo: GeoDataset;
  close(): Promise<void>;
}

export interface ServedOptions {
  readonly prefix: string;
  /** How many loads there were, which the rows depend on. */
  readonly loads: () => number;
  /** Awaited when everything is built and nothing is sent yet. */
  readonly beforePublishing?: () => Promise<void>;
}

export function openServed(
  client: RedisClient,
  { prefix, loads, beforePublishing }: ServedOptions,
): Served {
  const store = redisStore(client, { prefix });
  const [countries, regions] = [plainCountries(), plainRegions()];
  const geo = new GeoDataset(store, {
    load: { country: () => countries, region: () => regions, city: () => changedRows(loads()) },
    validate: beforePublishing,
  });
  return { geo, close: () => store.close() };
}

export function* changedRows(load: number): Generator<CityInput, void, undefined> {
  for (const row of cityRows()) yield { ...row, population: row.population + load };
}
