/** Keys: of the entity, of views, of references; what they are made of is told apart by name and type. */
import { CitySnapshot, type GeoSnapshot, type RegionKey } from "../../../generated/geo.js";
import { PriceSnapshot, type PriceKey, type ShopSnapshot } from "../../../generated/shop.js";

export function read(geo: GeoSnapshot, shop: ShopSnapshot): readonly unknown[] {
  const key: RegionKey = { country: "FR", code: "11" };
  const price: PriceKey = { sku: "a", currency: "EUR", minQuantity: 1 };
  return [
    geo.city.get(1)?.name,
    geo.region.getOrThrow(key).cities,
    shop.price.has(price),
    geo.city.byRegion.get({ country: "FR", adminCode: undefined }),
    shop.category.children.get(undefined),
    shop.product.byBarcode.get("4006381333931"),
    shop.price.cheapest.get({ sku: "a", currency: "USD" })?.amount,
    shop.flag.byPlatform.count("point-of-sale"),
  ];
}

export function readWrongly(geo: GeoSnapshot, shop: ShopSnapshot): readonly unknown[] {
  return [
    // expect: TS2345
    geo.city.get("1"),
    // expect: TS2345
    geo.city.get(1n),
    // expect: TS2345
    geo.city.has(undefined),
    // expect: TS2353
    geo.region.get({ country: "FR", adminCode: "11" }),
    // expect: TS2741
    geo.region.get({ country: "FR" }),
    // expect: TS2739
    geo.region.get(["FR", "11"]),
    // expect: TS2345
    geo.region.get("FR"),
    // Swapped: the values stand under each other's names.
    // expect: TS2322
    shop.price.get({ sku: "a", currency: 1, minQuantity: 3 }),
    // expect: TS2322
    shop.price.get({ sku: "EUR", currency: "a", minQuantity: 1 }),
    // expect: TS2322
    shop.stockLevel.get({ warehouse: true, reserved: true }),
    // expect: TS2741
    geo.city.byRegion.get({ country: "FR" }),
    // expect: TS2345
    geo.city.byCountry.get(undefined),
    // expect: TS2345
    shop.product.byBarcode.get(undefined),
    // expect: TS2345
    shop.product.byBarcode.get(4_006_381_333_931n),
    // expect: TS2345
    shop.flag.byPlatform.count("windows"),
    // The key of another entity.
    // expect: TS2739
    shop.price.get(geo.region.getOrThrow({ country: "FR", code: "11" })),
    // expect: TS2740
    geo.city.homeCountry(geo.country.getOrThrow("FR")),
  ];
}

/** Keys come back in the same types. */
export function keysOf(prices: PriceSnapshot, cities: CitySnapshot): readonly [PriceKey, number][] {
  const pairs: [PriceKey, number][] = [];
  for (const [key, record] of prices) pairs.push([key, record.minQuantity]);
  // expect: TS2322
  for (const [key, record] of cities) pairs.push([key, record.population]);
  return pairs;
}
