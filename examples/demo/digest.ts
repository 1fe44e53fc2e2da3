/** Many different reads of a snapshot, boiled down to a few letters: processes that agree on them answer alike. */
import { createHash } from "node:crypto";
import type { City, GeoSnapshot } from "../../generated/geo.js";

const PARIS = 2988507;

/** Reads by key, groups, ranges, references and iteration, all from one snapshot. */
export function digest(page: GeoSnapshot): string {
  const hash = createHash("sha256");
  const add = (...values: readonly unknown[]): void => {
    hash.update(JSON.stringify(values));
  };
  add(page.city.size, page.country.size, page.city.get(PARIS), page.city.has(-1));
  for (const country of page.country.values()) {
    const cities = page.city.byCountry.list(country.code);
    const regions = page.region.byCountry.list(country.code);
    add(country, cities.size, cities.slice(0, 3).map(summary), regions.size, regions.at(0));
  }
  add(page.city.capitals.get("FR"), page.city.megacities.toArray().map(summary));
  const large = page.city.byCountry.list("FR").range({ gte: 100_000 });
  add(large.toArray().map(summary));
  add(page.city.byName.range({ prefix: "Par" }).slice(0, 100).map(summary));
  for (const city of page.city.byPopulation.slice(0, 1_000)) {
    add(summary(city), page.city.homeCountry(city)?.name, page.city.region(city));
  }
  return hash.digest("hex").slice(0, 12);
}

function summary(city: City): readonly unknown[] {
  return [city.id, city.name, city.adminCode, city.population, city.location.lat];
}
