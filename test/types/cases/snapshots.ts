/** What reads and what writes: a snapshot never changes, and alone it knows no other collection. */
import type { CityMapping, CitySnapshot, GeoDataset, GeoSnapshot } from "../../../generated/geo.js";
import {
  CityMapping as Cities,
  CitySnapshot as CityRevision,
  GeoDataset as Geo,
} from "../../../generated/geo.js";
import type { CityInput, CityReader } from "../../../generated/geo.js";
import type { BannerSnapshot } from "../../../generated/shop.js";
import {
  derive,
  NotReplicatedError,
  type AtLeast,
  type DatasetPushResult,
  type PushResult,
  type Store,
} from "cached-collections";

/** Collections and snapshots are read alike. */
export function readers(cities: CityMapping, page: GeoSnapshot): readonly CityReader[] {
  return [cities, cities.snapshot(), page.city];
}

export const initials: (city: CityReader) => ReadonlySet<string> = derive(
  (city: CityReader) => new Set([...city.values()].map(({ name }) => name.charAt(0))),
);

export async function write(geo: GeoDataset, cities: CityMapping): Promise<void> {
  await geo.push();
  await cities.pull({ maxAgeMs: 1000 });
}

/** Rows in tests are checked as a loader's are. */
export function forTests(city: CityInput): CitySnapshot {
  // expect: TS2820
  CityRevision.of([{ ...city, featureCode: "PPLY" }]);
  // expect: TS2739
  CityRevision.of([{ id: 1 }]);
  return CityRevision.of([city]);
}

/** What one process pushes another one can wait for. */
export async function passOn(
  geo: GeoDataset,
  cities: CityMapping,
): Promise<readonly CitySnapshot[]> {
  const all: DatasetPushResult = await geo.push({ replicas: 1, replicaTimeoutMs: 1000 });
  const one: PushResult = await cities.patch({ remove: [1] }, { replicas: 1 });
  await geo.patch({ city: { remove: [2] } }, { replicas: 2 });
  const passed = JSON.parse(JSON.stringify(all)) as AtLeast;
  await geo.pull({ atLeast: one, timeoutMs: 1000 });
  // expect: TS2561
  await geo.push({ replica: 1 });
  // expect: TS2322
  await cities.push({ replicas: "1" });
  // expect: TS2322
  await cities.pull({ atLeast: one.revision });
  return [await cities.pull({ atLeast: passed }), await cities.pull({ atLeast: all })];
}

export function published(error: unknown): readonly [number, number] | undefined {
  if (!(error instanceof NotReplicatedError)) return undefined;
  return [error.result.revision, error.acknowledged];
}

export async function writeWrongly(
  geo: GeoDataset,
  city: CitySnapshot,
  page: GeoSnapshot,
  banners: BannerSnapshot,
): Promise<void> {
  // expect: TS2339
  await city.push();
  // expect: TS2339
  await page.push();
  // expect: TS2339
  await page.city.pull();
  // expect: TS2339
  city.homeCountry(city.getOrThrow(1));
  // expect: TS2339
  geo.snapshot().town;
  // expect: TS2540
  geo.city = page.city;
  // A sequence has places, no keys.
  // expect: TS2339
  banners.get(1);
  // expect: TS2345
  initials(page);
}

/** Loaders give rows of their entity. */
export function open(store: Store, row: CityInput): readonly unknown[] {
  return [
    new Cities(store, { load: () => [row] }),
    new Cities(store, {
      async *load({ signal }) {
        if (!signal.aborted) yield await Promise.resolve(row);
      },
    }),
    new Geo(store, { load: { city: () => Promise.resolve(new Set([row])) } }),
    new Geo(store, { load: async (into) => into.city([row]) }),
    // expect: TS2322
    new Cities(store, { load: () => [{ ...row, population: "many" }] }),
    // expect: TS2322
    new Cities(store, { load: () => row }),
    // expect: TS2322
    new Geo(store, { load: { country: () => [row] } }),
    // expect: TS2353
    new Geo(store, { load: { town: () => [row] } }),
    // expect: TS2554
    new Geo(),
    // expect: TS2561
    new Geo(store, { refreshEverySeconds: 5 }),
  ];
}
