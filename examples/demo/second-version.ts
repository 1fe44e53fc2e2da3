/**
 * The demo's deploy: a build whose schema differs starts beside the one that runs. It finds nothing under its
 * hash, loads for itself, and neither ever reads the other's bytes; when the old build is gone, its version is
 * purged.
 */
import type { Store, VersionInfo } from "cached-collections";
import {
  CityMapping,
  CountryMapping,
  type GeoDataset as FirstGeoDataset,
  RegionMapping,
} from "../../generated/geo.js";
import type { DemoDatabase } from "./database.js";
import {
  CityMapping as NextCityMapping,
  type CityInput as NextCityInput,
  GeoDataset as NextGeoDataset,
} from "./next/generated/geo.js";
import { chapter, count, duration, fact, megabytes, table } from "./output.js";

/** Starts the next build, and shows both versions in the store. */
export async function showSecondVersion(
  store: Store,
  database: DemoDatabase,
  first: FirstGeoDataset,
): Promise<void> {
  chapter("A deploy: a build with another schema, beside the one that runs");
  const next = new NextGeoDataset(store, {
    load: { country: () => database.countries(), city: () => nextCities(database) },
  });
  const startMs = performance.now();
  const page = await next.ready({ timeoutMs: 30_000 });
  fact(
    `nothing was there under its hash, so it loaded for itself: ${duration(performance.now() - startMs)}`,
  );
  const south = count(page.city.byHemisphere.count("southern"));
  fact(`it knows that ${south} cities lie south of the equator; the first build does not ask`);
  showVersions(await NextCityMapping.versions(store));
  fact(`the first build still serves its revision ${first.city.revision}`);
  await next.close();
}

/** Removes the first build's versions, and shows what is left. */
export async function purgeFirstVersion(store: Store): Promise<void> {
  for (const mapping of [CityMapping, RegionMapping, CountryMapping]) {
    await mapping.purge(store, mapping.hash);
  }
  fact(`purged ${CityMapping.hash}`);
  showVersions(await NextCityMapping.versions(store));
}

function* nextCities(database: DemoDatabase): Generator<NextCityInput, void, undefined> {
  for (const { id, name, country, population, lat } of database.cities()) {
    yield { id, name, country, population, hemisphere: lat < 0 ? "southern" : "northern" };
  }
}

function showVersions(versions: readonly VersionInfo[]): void {
  const head = ["version of City", "build", "revision", "records", "size", "processes"];
  table(
    head,
    versions.map(({ hash, current, revision, records = 0, sizeBytes = 0, live }) => [
      hash,
      current ? "the next" : "the first",
      String(revision),
      count(records),
      megabytes(sizeBytes),
      String(live),
    ]),
  );
}
