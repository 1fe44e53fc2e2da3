/**
 * A program that follows many revisions, deltas and bases, reads every view of each, and reports what is left of
 * them when nobody holds them any more. Two stores over the same file: one publishes, the other follows.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { derive, embeddedStore, type Store } from "cached-collections";
import {
  CityMapping,
  CountryMapping,
  type CityInput,
  type CountryInput,
  type CitySnapshot,
} from "../../generated/geo.js";
import { collect, Watch } from "./collector.js";
import type { RevisionsReport } from "./messages.js";

const REVISIONS = 200;
const CITIES = 500;
/** The revision that is held until the end. */
const HELD = 57;

const watch = new Watch();
let made = 0;
const SystemBuffer = SharedArrayBuffer;
/** Segments lie in buffers of this kind: each is watched from its first moment. */
globalThis.SharedArrayBuffer = class extends SystemBuffer {
  constructor(byteLength?: number) {
    super(byteLength);
    made++;
    watch.add("buffer", this);
  }
};

function cityOf(id: number, revision: number): CityInput {
  const country = ["FR", "DE", "FI", "IT"][id % 4] ?? "";
  const location = { lat: id % 90, lon: id % 180 };
  const population = id * 10 + revision;
  return { id, name: `City ${id}`, country, featureCode: "PPL", population, location };
}

/** Most revisions change a few cities, every twentieth all of them. */
function changesOf(revision: number): CityInput[] {
  const ids = Array.from({ length: revision % 20 === 0 ? CITIES : 7 }, (_, index) => index);
  return ids.map((index) => cityOf((revision * 31 + index) % CITIES, revision));
}

const byName = derive((cities: CitySnapshot) => {
  const names = new Map([...cities.values()].map((city) => [city.name, city]));
  watch.add("derived", names);
  return names;
});

/** Reads everything in it, and returns a number over what it found. */
function readAll(cities: CitySnapshot): number {
  let sum = cities.size + byName(cities).size;
  for (const { population } of cities.values()) sum += population;
  for (const country of cities.byCountry.keys()) sum += cities.byCountry.get(country).length;
  for (const key of cities.byRegion.keys()) sum += cities.byRegion.count(key);
  for (const city of cities.byPopulation.toArray()) sum = (sum * 31 + city.population) % 1e9;
  return sum + cities.byName.range({ prefix: "City 1" }).size;
}

/** Counts what belongs to this revision alone, or to a few. */
function watchAll(cities: CitySnapshot): void {
  watch.add("snapshot", cities);
  watch.add("array", cities.byPopulation.toArray());
  watch.add("list", cities.byName);
}

interface Both {
  readonly stores: readonly Store[];
  readonly writer: CityMapping;
  readonly reader: CityMapping;
}

async function openBoth(path: string): Promise<Both> {
  const [first, second] = [embeddedStore({ path }), embeddedStore({ path })];
  await publishCountries(first);
  const load = (): CityInput[] => Array.from({ length: CITIES }, (_, id) => cityOf(id, 0));
  const writer = new CityMapping(first, { load });
  const reader = new CityMapping(second);
  await writer.push();
  for (const store of [first, second]) watch.add("store", store);
  for (const each of [writer, reader]) watch.add("collection", each);
  return { stores: [first, second], writer, reader };
}

/** Cities refer to them. */
async function publishCountries(store: Store): Promise<void> {
  const load = (): CountryInput[] => ["FR", "DE", "FI", "IT"].map((code) => ({ code, name: code }));
  const countries = new CountryMapping(store, { load });
  await countries.push();
  await countries.close();
}

/** Follows all revisions; returns how many of what is left when only one snapshot is held, and then none. */
async function follow(path: string): Promise<Omit<RevisionsReport, "afterStores" | "reopened">> {
  const { stores, writer, reader } = await openBoth(path);
  let held: { readonly cities: CitySnapshot; readonly answers: number } | undefined;
  const heapBytes: number[] = [];
  for (let revision = 1; revision <= REVISIONS; revision++) {
    await writer.patch({ upsert: changesOf(revision) });
    const cities = await reader.pull();
    watchAll(cities);
    const answers = readAll(cities);
    if (revision === HELD) held = { cities, answers };
    if (revision % 100 === 0) heapBytes.push(await settledBytes());
  }
  const withHeld = watch.counts;
  const heldAnswers = held !== undefined && readAll(held.cities) === held.answers;
  held = undefined;
  await collect();
  const withoutHeld = watch.counts;
  await Promise.all([writer.close(), reader.close()]);
  await Promise.all(stores.map(async (store) => store.close()));
  return { followed: reader.revision, made, withHeld, withoutHeld, heldAnswers, heapBytes };
}

/** Bytes of heap and buffers once everything collectable is collected. */
async function settledBytes(): Promise<number> {
  await collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Opens and closes collections over one store that stays open; returns what is left of them. */
async function reopen(path: string): Promise<RevisionsReport["reopened"]> {
  const store = embeddedStore({ path });
  for (let times = 0; times < 3; times++) await useOnce(store, times);
  await collect();
  const { collection = 0, buffer = 0 } = watch.counts;
  await store.close();
  return { collection, buffer };
}

async function useOnce(store: Store, times: number): Promise<void> {
  const cities = new CityMapping(store, { load: () => [cityOf(1, times)] });
  watch.add("collection", cities);
  await cities.push();
  readAll(cities.snapshot());
  await cities.close();
}

async function report(): Promise<RevisionsReport> {
  const folder = mkdtempSync(join(tmpdir(), "cached-collections-memory-"));
  try {
    const followed = await follow(join(folder, "store"));
    await collect();
    const afterStores = watch.counts;
    return { ...followed, afterStores, reopened: await reopen(join(folder, "store")) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

process.send?.(await report());
process.disconnect?.();
