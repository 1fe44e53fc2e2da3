/** The schema of the demo as a service uses it: a few places, pushed to a store and read through every view and reference. */
import { memoryStore } from "cached-collections";
import { expect, test } from "vitest";
import {
  GeoDataset,
  type CityInput,
  type CountryInput,
  type RegionInput,
} from "../../generated/geo.js";

const country: readonly CountryInput[] = [
  { code: "FR", name: "France" },
  { code: "JP", name: "Japan" },
  { code: "MC", name: "Monaco" },
];
const region: readonly RegionInput[] = [
  { country: "FR", code: "11", cities: 2, population: 2_200_000 },
  { country: "FR", code: "84", cities: 1, population: 500_000 },
  { country: "JP", code: "40", cities: 1, population: 9_700_000 },
];
const city: readonly CityInput[] = [
  place(2988507, "Paris", { country: "FR", adminCode: "11", featureCode: "PPLC" }, 2_138_551),
  place(2995206, "Massy", { country: "FR", adminCode: "11", featureCode: "PPL" }, 50_632),
  place(2996944, "Lyon", { country: "FR", adminCode: "84", featureCode: "PPLA" }, 522_250),
  place(1850147, "Tokyo", { country: "JP", adminCode: "40", featureCode: "PPLC" }, 10_200_000),
  place(2993458, "Monaco", { country: "MC", adminCode: null, featureCode: "PPLC" }, 32_965),
];

function place(
  id: number,
  name: string,
  where: Pick<CityInput, "country" | "adminCode" | "featureCode">,
  population: number,
): CityInput {
  return { id, name, ...where, population, location: { lat: id / 1e5, lon: -0.5 } };
}

function names(list: Iterable<{ readonly name: string }>): string[] {
  return [...list].map(({ name }) => name);
}

test("places are found by id, in their country and region, by name and by size", async () => {
  const store = memoryStore();
  const load = { country: () => country, region: () => region, city: () => city };
  const page = await new GeoDataset(store, { load }).ready();

  expect(names(page.country.byName)).toEqual(["France", "Japan", "Monaco"]);
  expect(page.region.byCountry.get("FR").map(({ code }) => code)).toEqual(["11", "84"]);
  expect(names(page.city.byCountry.get("FR"))).toEqual(["Paris", "Lyon", "Massy"]);
  expect(names(page.city.byCountry.list("FR").range({ gte: 100_000 }))).toEqual(["Paris", "Lyon"]);
  const inRegion = { country: "FR", adminCode: "11" };
  expect(names(page.city.byRegion.get(inRegion))).toEqual(["Paris", "Massy"]);
  expect(names(page.city.byRegion.get({ country: "MC", adminCode: undefined }))).toEqual([
    "Monaco",
  ]);
  expect(page.city.capitals.get("FR")?.name).toBe("Paris");
  expect(page.city.capitals.get("DE")).toBe(undefined);
  expect(names(page.city.byName.range({ prefix: "M" }))).toEqual(["Massy", "Monaco"]);
  expect(names(page.city.byPopulation.slice(0, 2))).toEqual(["Tokyo", "Paris"]);
  expect(names(page.city.megacities)).toEqual(["Tokyo"]);

  const paris = page.city.getOrThrow(2988507);
  expect(page.city.homeCountry(paris)?.name).toBe("France");
  expect(page.city.region(paris)?.population).toBe(2_200_000);
  expect(page.city.region(page.city.getOrThrow(2993458))).toBe(undefined);
  expect(page.region.homeCountry(page.region.getOrThrow({ country: "JP", code: "40" }))?.name).toBe(
    "Japan",
  );
  await store.close();
});
