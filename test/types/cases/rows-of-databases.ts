/** Rows as Drizzle, Prisma and pg type them: what fits as it is, and what a loader has to convert. */
import type { Decimal } from "decimal.js";
import {
  bigint,
  customType,
  date,
  doublePrecision,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import type { PriceInput, ProductInput } from "../../../generated/shop.js";

const statuses = pgEnum("status", ["draft", "active", "discontinued"]);
const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

const products = pgTable("products", {
  sku: text().primaryKey(),
  status: statuses().notNull(),
  tags: text().array().notNull(),
  weight: doublePrecision(),
  soldTotal: bigint({ mode: "bigint" }).notNull(),
  barcode: bigint({ mode: "number" }),
  launchedOn: date(),
  updatedAt: timestamp().notNull(),
  attributes: jsonb().$type<JsonObject>(),
  thumbnail: bytea(),
});

/** What Drizzle selects, null for what is unset included. */
export function fromDrizzle(
  row: typeof products.$inferSelect,
): Pick<ProductInput, keyof typeof row> {
  return row;
}

const otherModes = pgTable("products", {
  launchedOn: date({ mode: "date" }),
  updatedAt: timestamp({ mode: "string" }).notNull(),
  attributes: jsonb(),
  price: numeric().notNull(),
  priceAsNumber: numeric({ mode: "number" }).notNull(),
});

export function fromOtherModes(
  row: typeof otherModes.$inferSelect,
): Partial<ProductInput & PriceInput> {
  const { launchedOn, updatedAt, attributes, price, priceAsNumber } = row;
  return [
    // expect: TS2322
    { launchedOn } satisfies Partial<ProductInput>,
    // expect: TS2322
    { updatedAt } satisfies Partial<ProductInput>,
    // expect: TS2322
    { attributes } satisfies Partial<ProductInput>,
    // expect: TS2322
    { amount: priceAsNumber } satisfies Partial<PriceInput>,
    { amount: price, updatedAt: new Date(updatedAt) },
  ].reduce((all, each) => ({ ...all, ...each }), {});
}

/** As Prisma declares them; its Decimal is decimal.js's, its enums are unions of texts. */
type JsonObject = { [Key in string]?: JsonValue };
interface JsonArray extends Array<JsonValue> {}
type JsonValue = string | number | boolean | JsonObject | JsonArray | null;

/** TypeScript lets a type stand for a JSON object, and no interface. */
type ColorType = { readonly color: string };
interface Color {
  readonly color: string;
}

export function fromType(attributes: ColorType): Pick<ProductInput, "attributes"> {
  return { attributes };
}

export function fromInterface(attributes: Color): Pick<ProductInput, "attributes"> {
  // expect: TS2322
  return { attributes };
}

interface PrismaProduct {
  sku: string;
  status: "draft" | "active" | "discontinued";
  tags: string[];
  weight: number | null;
  soldTotal: bigint;
  updatedAt: Date;
  attributes: JsonValue;
  thumbnail: Uint8Array<ArrayBuffer> | null;
}

export function fromPrisma(row: PrismaProduct): Pick<ProductInput, keyof PrismaProduct> {
  return row;
}

interface PrismaPrice {
  amount: Decimal;
  taxPercent: Decimal | null;
  validFrom: Date;
  validUntil: Date | null;
}

/** toString() would give "1e+21" for what is large; toFixed() without a number gives all digits. */
export function fromPrismaPrice(row: PrismaPrice): Pick<PriceInput, keyof PrismaPrice> {
  return { ...row, amount: row.amount.toFixed(), taxPercent: row.taxPercent?.toFixed() };
}

export function fromPrismaPriceAsItIs(row: PrismaPrice): Pick<PriceInput, "amount"> {
  // expect: TS2322
  return { amount: row.amount };
}

/** A column of the type date: Prisma gives a moment in UTC, pg one in local time. */
export function fromPrismaDay(row: { launchedOn: Date }): Pick<ProductInput, "launchedOn"> {
  // expect: TS2322
  if (Number.isNaN(row.launchedOn.getTime())) return row;
  return { launchedOn: row.launchedOn.toISOString().slice(0, 10) };
}

/** pg gives text for int8 and numeric, a Buffer for bytea; columns are renamed in the query. */
interface PgProduct {
  sku: string;
  soldTotal: string;
  barcode: string | null;
  updatedAt: Date;
  thumbnail: Buffer | null;
}

export function fromPg(row: PgProduct): Pick<ProductInput, keyof PgProduct> {
  return row;
}

export function fromPgUnnamed(row: { sku: string; sold_total: string }): ProductInput {
  // expect: TS2740
  return row;
}
