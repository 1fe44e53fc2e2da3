/** The rows of the benchmark: the cities repeated with shifted ids, and the keys that are hot. */
import { type PlainCity, plainCities } from "../../examples/data/plain-cities.js";
import type { CityInput, FeatureCode } from "../../generated/geo.js";
import { randomNumbers } from "./random.js";
import { rowCount } from "./row-count.js";

/** How many different keys the reading cases ask for. */
const HOT_KEYS = 20_000;

/** GeoNames ids are below this; copy k of a city has its id plus k times this. */
const ID_SHIFT = 16_000_000;
const SEED = 0x5eed;

/**
 * The first `rows` rows in key order, as `SELECT ... ORDER BY id` would give them. Only the first copy has
 * capitals: the schema says that a country has one.
 */
export function* manyCities(rows: number = rowCount()): Generator<PlainCity, void, undefined> {
  const cities = sortedCities();
  for (let row = 0; row < rows; row++) {
    const copy = Math.floor(row / cities.length);
    const city = cities[row % cities.length] as PlainCity;
    const featureCode = city.featureCode === "PPLC" && copy > 0 ? "PPLA" : city.featureCode;
    yield { ...city, id: city.id + copy * ID_SHIFT, featureCode };
  }
}

let sorted: readonly PlainCity[] | undefined;

/** The cities once, by id. The first call takes a while. */
export function sortedCities(): readonly PlainCity[] {
  sorted ??= [...plainCities()].sort((a, b) => a.id - b.id);
  return sorted;
}

/** The same as a loader of generated code gives them. */
export function* cityRows(rows?: number): Generator<CityInput, void, undefined> {
  for (const city of manyCities(rows)) {
    yield { ...city, featureCode: city.featureCode as FeatureCode };
  }
}

/** Different keys drawn at random from `ids`, the same ones in every run. */
export function hotKeys(ids: Uint32Array, keys: number = HOT_KEYS): Uint32Array {
  const random = randomNumbers(SEED);
  const chosen = new Set<number>();
  const wanted = Math.min(keys, ids.length >> 1);
  while (chosen.size < wanted) chosen.add(ids[Math.floor(random() * ids.length)] ?? 0);
  return Uint32Array.from(chosen);
}

/** Keys between the existing ones that no row has. */
export function missingKeys(ids: Uint32Array, keys: number = HOT_KEYS): Uint32Array {
  const existing = new Set(ids);
  const greatest = ids.at(-1) ?? 0;
  const random = randomNumbers(SEED + 1);
  const chosen = new Set<number>();
  while (chosen.size < keys) {
    const key = Math.floor(random() * greatest);
    if (!existing.has(key)) chosen.add(key);
  }
  return Uint32Array.from(chosen);
}
