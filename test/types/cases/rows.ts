/** What a loader's row may hold, field by field. */
import type { CityInput, CountryInput } from "../../../generated/geo.js";
import type { BannerInput, PriceInput, ProductInput } from "../../../generated/shop.js";

const city: CityInput = {
  id: 1,
  name: "Paris",
  country: "FR",
  featureCode: "PPLC",
  population: 2_138_551,
  location: { lat: 48.85, lon: 2.35 },
};

/** What is optional may be null, undefined or absent. */
export const cities: readonly CityInput[] = [
  city,
  { ...city, adminCode: null },
  { ...city, adminCode: undefined },
  { ...city, adminCode: "11" },
];

const price: PriceInput = { sku: "a", currency: "EUR", minQuantity: 1, amount: "1", validFrom: 0 };

/** 64-bit integers as bigint, number or text; moments as Date or milliseconds; bytes also as Buffer. */
export const products: readonly Partial<ProductInput>[] = [
  { soldTotal: 1n, updatedAt: new Date(), thumbnail: Buffer.from("x") },
  { soldTotal: 1, updatedAt: 0, thumbnail: Uint8Array.of(1) },
  { soldTotal: "1", barcode: 4_006_381_333_931n, attributes: { a: [1, null, { b: "c" }] } },
  { labels: new Map([["fr", "x"]]), rankByRegion: { 1: 2 }, categoryIds: [1] as const },
];
export const seen: BannerInput = { text: "", links: [], seenBy: new Map([[true, 1n]]) };

export const refused: readonly unknown[] = [
  // expect: TS2322
  { ...city, name: null } satisfies CityInput,
  // expect: TS2322
  { ...city, name: undefined } satisfies CityInput,
  // expect: TS2739
  { id: 1, name: "Paris" } satisfies CityInput,
  // expect: TS2322
  { ...city, location: null } satisfies CityInput,
  // expect: TS2741
  { ...city, location: { lat: 1 } } satisfies CityInput,
  // expect: TS2322
  { ...city, adminCode: 11 } satisfies CityInput,
  // expect: TS2322
  { ...city, id: "1" } satisfies CityInput,
  // expect: TS2322
  { ...city, id: 1n } satisfies CityInput,
  // expect: TS2322
  { code: Symbol("FR"), name: "France" } satisfies CountryInput,
  // A misspelt field of a literal.
  // expect: TS2561
  { ...city, populaton: 1 } satisfies CityInput,
  // Decimals are exact text: a number has lost its digits already.
  // expect: TS2322
  { ...price, amount: 19.9 } satisfies PriceInput,
  // expect: TS2322
  { ...price, amount: null } satisfies PriceInput,
  // Days are text: a Date is a moment, and another day elsewhere.
  // expect: TS2322
  { launchedOn: new Date() } satisfies Partial<ProductInput>,
  // expect: TS2322
  { updatedAt: "2024-01-01T00:00:00Z" } satisfies Partial<ProductInput>,
  // expect: TS2322
  { thumbnail: "eA==" } satisfies Partial<ProductInput>,
  // expect: TS2322
  { tags: [null] } satisfies Partial<ProductInput>,
  // expect: TS2322
  { tags: null } satisfies Partial<ProductInput>,
  // expect: TS2322
  { labels: { fr: 1 } } satisfies Partial<ProductInput>,
  // expect: TS2322
  { attributes: { at: new Date() } } satisfies Partial<ProductInput>,
  // expect: TS2322
  { attributes: 5n } satisfies Partial<ProductInput>,
];
