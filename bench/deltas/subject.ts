/**
 * The collections whose small changes are measured: `geo`, the city of schema/geo.yaml with six views and two
 * references, in its data set; `place`, with a view of each kind.
 */
import type { PushResult, RedisClient, Rows } from "cached-collections";
import { redisStore } from "cached-collections";
import { plainCountries, plainRegions } from "../../examples/data/plain-cities.js";
import { type CityInput, GeoDataset } from "../../generated/geo.js";
import { PlaceMapping } from "../generated/bench.js";

export type SubjectName = "geo" | "place";

export interface Subject {
  readonly cities: PlaceMapping | GeoDataset["city"];
  push(): Promise<PushResult>;
  close(): Promise<void>;
}

/** Opens it; `load` gives all rows, and is left out by processes that only read. */
export function openSubject(
  name: SubjectName,
  client: RedisClient,
  load?: () => Rows<CityInput>,
): Subject {
  const store = redisStore(client, { prefix: "bench" });
  const close = (): Promise<void> => store.close();
  if (name === "place") {
    const cities = new PlaceMapping(store, { load });
    return { cities, push: () => cities.push(), close };
  }
  // Held, as the cities are: finding them among 135,233 cities is not what a push costs.
  const [countries, regions] = [plainCountries(), plainRegions()];
  const loaders = { country: () => countries, region: () => regions, city: load };
  const geo = new GeoDataset(store, load === undefined ? {} : { load: loaders });
  const push = async (): Promise<PushResult> => cityOf((await geo.push()).collections);
  return { cities: geo.city, push, close };
}

function cityOf(results: Readonly<Record<string, PushResult>>): PushResult {
  const result = results["city"];
  if (result === undefined) throw new Error("the push says nothing of cities");
  return result;
}
