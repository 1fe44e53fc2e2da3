/**
 * A program that reads far more records than may be kept decoded, and reports how many are alive and whether
 * what somebody holds is still the same object. The bound comes as its argument.
 */
import { setImmediate as turn } from "node:timers/promises";
import { memoryStore } from "cached-collections";
import { GeoDataset, type City, type CityInput, type CityMapping } from "../../generated/geo.js";
import { collect, Watch } from "./collector.js";
import type { DecodedReport } from "./messages.js";

const CITIES = 6_000;
const countries = ["FR", "DE", "FI", "IT"].map((code) => ({ code, name: code }));

const watch = new Watch();
const watched = new WeakSet<City>();
const rows = new Map<number, CityInput>();
for (let id = 0; id < CITIES; id++) rows.set(id, rowOf(id, 0));

function rowOf(id: number, population: number): CityInput {
  const country = countries[id % 4]?.code ?? "";
  const location = { lat: 0, lon: 0 };
  return { id, name: `City ${id}`, country, featureCode: "PPL", population, location };
}

/** Counts a record, once. */
function note(record: City | undefined): void {
  if (record === undefined || watched.has(record)) return;
  watched.add(record);
  watch.add("record", record);
}

/** Reads every city, with turns of the event loop as a service has them. */
async function readAll(cities: CityMapping): Promise<void> {
  for (let id = 0; id < CITIES; id++) {
    note(cities.get(id));
    if (id % 250 === 0) await turn();
  }
}

async function aliveAfterReading(cities: CityMapping): Promise<number> {
  await readAll(cities);
  await collect();
  return watch.alive("record");
}

/** Records and arrays that somebody holds, while all others are read again and again. */
class Holder {
  readonly #cities: CityMapping;
  readonly #records: readonly (City | undefined)[];
  readonly #group: readonly City[];
  readonly #sorted: readonly City[];

  constructor(cities: CityMapping) {
    this.#cities = cities;
    this.#records = Array.from({ length: 100 }, (_, i) => cities.get(i * 50));
    this.#group = cities.byCountry.get("FR");
    this.#sorted = cities.byPopulation.toArray();
  }

  get records(): boolean {
    return this.#records.every((record, i) => record === this.#cities.get(i * 50));
  }

  get arrays(): boolean {
    const { byCountry, byPopulation } = this.#cities;
    return byCountry.get("FR") === this.#group && byPopulation.toArray() === this.#sorted;
  }
}

async function holdThrough(geo: GeoDataset): Promise<DecodedReport["held"]> {
  const cities = geo.city;
  const holder = new Holder(cities);
  await readAll(cities);
  await collect();
  const afterReading = { records: holder.records, arrays: holder.arrays };
  // A city that is not held changes: a delta, and then so many that there is a new base.
  await cities.patch({ upsert: [rowOf(1, 7)] });
  await collect();
  const afterDelta = holder.records;
  for (let id = 1; id < CITIES / 2; id += 50) rows.set(id, rowOf(id, 3));
  for (let id = CITIES; id < CITIES * 1.5; id++) rows.set(id, rowOf(id, 1));
  await geo.push();
  await readAll(cities);
  await collect();
  return { afterReading, afterDelta, afterBase: holder.records };
}

async function report(bound: number): Promise<DecodedReport> {
  const load = { country: () => countries, city: () => rows.values() };
  const geo = new GeoDataset(memoryStore(), { load, maxDecodedRecords: bound });
  await geo.push();
  const alive = [await aliveAfterReading(geo.city), await aliveAfterReading(geo.city)];
  const held = await holdThrough(geo);
  const afterHolding = await aliveAfterReading(geo.city);
  await geo.close();
  return { alive, held, afterHolding };
}

process.send?.(await report(Number(process.argv[2])));
process.disconnect?.();
