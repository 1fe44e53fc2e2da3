/**
 * Entities that between them have every type and every kind of view, each with a good base and a good delta:
 * what hostile bytes begin from.
 */
import { CitySnapshot, RegionSnapshot } from "../../generated/geo.js";
import {
  BannerSnapshot,
  CategorySnapshot,
  FlagSnapshot,
  PriceSnapshot,
  ProductSnapshot,
  StockLevelSnapshot,
} from "../../generated/shop.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import type { AnyEntityDefinition } from "../../runtime/src/definition.js";

export interface Subject {
  readonly definition: AnyEntityDefinition;
  /** What the base was made of. */
  readonly rows: readonly object[];
  readonly base: Uint8Array;
  /** Changes, adds and removes records of the base; of a sequence, another base. */
  readonly delta: Uint8Array;
}

const AT = new Date(1_700_000_000_000);
/** Names to which JavaScript gives a meaning. */
const SPECIAL = ["__proto__", "constructor", "prototype"];
/** An object that has each of them for a property of its own. */
const special = (value: unknown): object =>
  Object.fromEntries(SPECIAL.map((name) => [name, value]));

const product = {
  sku: "A-1",
  name: "Chair",
  status: "active",
  categoryIds: [1, 2],
  tags: ["wood", "é😀"],
  labels: { en: "chair", ...special("y") },
  images: [{ url: "a", checksum: Uint8Array.of(1, 2), size: { width: 1, height: 2 } }],
  imagesByRole: special({ url: "b", checksum: new Uint8Array() }),
  packaging: { width: 3, height: 4, depth: 5 },
  weight: 1.5,
  rating: 4.25,
  rankByRegion: { 5: 0.5, "-1": 1 },
  barcode: "4006381333931",
  soldTotal: -5n,
  launchedOn: "2024-02-29",
  updatedAt: AT,
  attributes: { colour: ["red", null, { deep: true }], ...special([special(1)]) },
  thumbnail: Uint8Array.of(9),
};
const bare = {
  sku: "A-2",
  name: "",
  categoryIds: [],
  tags: [],
  labels: {},
  images: [],
  imagesByRole: {},
  rankByRegion: {},
  updatedAt: new Date(0),
};
const city = (id: number): object => ({
  id,
  name: ["Lyon", "Åbo", "Brno", "Oulu"][id % 4],
  country: id % 2 === 0 ? "FR" : "FI",
  adminCode: id % 3 === 0 ? null : `0${id % 3}`,
  featureCode: "PPL",
  population: id * 1000,
  location: { lat: id, lon: -id },
});
const price = (minQuantity: number): object => ({
  sku: "A-1",
  currency: minQuantity % 2 === 0 ? "EUR" : "USD",
  minQuantity,
  amount: `${minQuantity}.50`,
  validFrom: 1_700_000_000_000,
  validUntil: AT,
});
const region = (country: string): object => ({
  country,
  code: "11",
  cities: 3,
  population: 2 ** 32 - 1,
});
const flag = (name: string): object => ({
  name,
  enabled: true,
  platforms: ["web", "ios"],
  rolloutPercent: "12.5",
  rules: [special({ a: 1 }), null, "x"],
});
const stock = (warehouse: number): object => ({
  warehouse,
  reserved: warehouse < 0,
  pieces: { a: 1, ...special(2) },
  countedAt: AT,
});
const category = (id: number): object => ({
  id,
  slug: `category-${id}`,
  names: { en: `Category ${id}` },
  ...(id > 2 ? { parentId: id % 3 } : {}),
  position: -id,
});
const banner = (text: string): object => ({ text, links: [text], seenBy: { true: 1n, false: 2n } });

interface AnySnapshot {
  readonly definition: object;
}

function subject(
  snapshotClass: AnySnapshot,
  rows: readonly object[],
  changed: readonly object[],
): Subject {
  const definition = snapshotClass.definition as AnyEntityDefinition;
  const build = (of: readonly object[], removed: readonly object[]): Uint8Array => {
    const builder = new SegmentBuilder<object, object>(definition, { seed: 77 });
    for (const row of of) builder.add(row);
    const [only] = definition.key;
    for (const row of removed) {
      builder.remove(definition.key.length === 1 ? Reflect.get(row, only?.name ?? "") : row);
    }
    return atOnce(builder.finish()).bytes;
  };
  const removed = definition.key.length === 0 ? [] : rows.slice(0, 1);
  return { definition, rows, base: build(rows, []), delta: build(changed, removed) };
}

export const SUBJECTS: readonly Subject[] = [
  subject(CitySnapshot, [1, 2, 3, 4, 5, 6, 7].map(city), [5, 9].map(city)),
  subject(
    ProductSnapshot,
    [product, bare],
    [
      { ...bare, name: "new" },
      { ...bare, sku: "A-3" },
    ],
  ),
  subject(PriceSnapshot, [1, 2, 3, 4].map(price), [4, 6].map(price)),
  subject(RegionSnapshot, ["FI", "FR"].map(region), ["DE"].map(region)),
  subject(FlagSnapshot, ["a", "b"].map(flag), ["b"].map(flag)),
  subject(StockLevelSnapshot, [-1, 0, 2 ** 40].map(stock), [7].map(stock)),
  subject(CategorySnapshot, [1, 2, 3, 4, 5].map(category), [4, 6].map(category)),
  subject(BannerSnapshot, ["x", "y"].map(banner), ["z"].map(banner)),
];
