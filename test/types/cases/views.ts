/** Views: which lists can be asked for what. */
import type { City, CityReader, CitySnapshot } from "../../../generated/geo.js";
import type { Price, ShopSnapshot } from "../../../generated/shop.js";

export function read(city: CityReader, shop: ShopSnapshot): readonly unknown[] {
  const cities: readonly City[] = city.byName.range({ prefix: "Par", lt: "Pas" }).slice(0, 10);
  const capital: City | undefined = city.capitals.get("FR");
  const cheap: Price | undefined = shop.price.byAmount.floor("19.90");
  return [
    cities,
    capital,
    cheap,
    city.byCountry.list("US").range({ gte: 100_000, lt: 200_000 }).size,
    city.byPopulation.floor(1_000_000)?.name,
    shop.product.byTag.list("new").range({ prefix: "a" }).toArray(),
    shop.product.byCategory.list(1).range({ gt: 10n }).at(-1),
    shop.product.newest.range({ gte: "2024-01-01" }).size,
    shop.translation.byLocale.list("fr").ceiling("home."),
  ];
}

export function readWrongly(city: CitySnapshot, shop: ShopSnapshot): readonly unknown[] {
  return [
    // A prefix is text's: not a number's, a decimal's, a date's.
    // expect: TS2353
    city.byPopulation.range({ prefix: "1" }),
    // expect: TS2353
    city.byCountry.list("US").range({ prefix: "1" }),
    // expect: TS2353
    shop.price.byAmount.range({ prefix: "1" }),
    // expect: TS2353
    shop.product.newest.range({ prefix: "2024" }),
    // expect: TS2353
    shop.product.byCategory.list(1).range({ prefix: "1" }),
    // expect: TS2322
    city.byPopulation.range({ gte: "1000000" }),
    // expect: TS2322
    shop.price.byAmount.range({ gte: 19.9 }),
    // expect: TS2322
    city.byName.range({ prefix: 1 }),
    // expect: TS2322
    shop.product.byCategory.list(1).range({ gt: 10 }),
    // expect: TS2345
    city.byName.floor(1),
    // expect: TS2353
    city.byName.range({ startsWith: "Par" }),
    // Records without an order have no ranges.
    // expect: TS2339
    shop.product.byStatus.list("active").range({}),
    // expect: TS2339
    city.capitals.range({}),
    // expect: TS2339
    city.byMayor,
    // expect: TS2339
    city.byName.get("Paris"),
  ];
}
