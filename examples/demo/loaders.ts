/** How rows of the demo's database become rows of the collections: what a service writes once per collection. */
import type { Loader } from "cached-collections";
import type { CityInput, FeatureCode, GeoInputs } from "../../generated/geo.js";
import type { CityRow, DemoDatabase } from "./database.js";

/** Loaders over the database's cursors. `progress` hears how many cities were read. */
export function loaders(
  database: DemoDatabase,
  progress: (done: number) => void = () => undefined,
): { readonly [Name in keyof GeoInputs]: Loader<GeoInputs[Name]> } {
  return {
    country: () => database.countries(),
    region: () => database.regions(),
    city: () => cityInputs(database.cities(), progress),
  };
}

function* cityInputs(
  rows: Iterable<CityRow>,
  progress: (done: number) => void,
): Generator<CityInput, void, undefined> {
  let done = 0;
  for (const row of rows) {
    yield cityInput(row);
    done++;
    if (done % 10_000 === 0) progress(done);
  }
  progress(done);
}

/** One row of SQL as a loader's row. The push checks every value; the types are the compiler's business alone. */
export function cityInput({ lat, lon, featureCode, ...row }: CityRow): CityInput {
  return { ...row, featureCode: featureCode as FeatureCode, location: { lat, lon } };
}
