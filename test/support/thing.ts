/**
 * An entity with a field of every kind that can be a key or sorted by, written by hand, and arbitrary
 * definitions and rows of it: for property tests of segments and snapshots.
 */
import * as fc from "fast-check";
import { missing } from "../../runtime/src/codec/bad-record.js";
import { checkString } from "../../runtime/src/codec/check-scalar.js";
import { checkDate, readDate } from "../../runtime/src/codec/date.js";
import { checkDecimal, readDecimal } from "../../runtime/src/codec/decimal.js";
import {
  checkInt64,
  checkUint64,
  readInt64,
  readUint64Text,
  writeInt64,
  writeUint64,
} from "../../runtime/src/codec/int64.js";
import { FieldNames } from "../../runtime/src/codec/names.js";
import { checkEnd, type Reader } from "../../runtime/src/codec/reader.js";
import {
  checkTimestamp,
  readTimestamp,
  writeTimestamp,
} from "../../runtime/src/codec/timestamp.js";
import type { Writer } from "../../runtime/src/codec/writer.js";
import type { EntityDefinition, IndexField, ViewDefinition } from "../../runtime/src/definition.js";

export const SIZES = ["small", "medium", "large"] as const;

export interface Thing {
  readonly id: number;
  readonly text: string;
  readonly wide: bigint;
  readonly size: (typeof SIZES)[number];
  readonly real: number;
  readonly flag: boolean;
  readonly label: string | undefined;
  readonly level: number | undefined;
  readonly price: string | undefined;
  readonly day: string | undefined;
  readonly at: Date | undefined;
  readonly serial: string | undefined;
  readonly tags: readonly string[];
}

/** Fields that every row has: they may be keys. */
export const SURE_FIELDS: readonly IndexField<Thing>[] = [
  { name: "id", kind: { type: "int32" }, read: (r) => r.id },
  { name: "text", kind: { type: "string" }, read: (r) => r.text },
  { name: "wide", kind: { type: "int64", as: "bigint" }, read: (r) => r.wide },
  { name: "size", kind: { type: "enum", names: SIZES }, read: (r) => r.size },
  { name: "real", kind: { type: "double" }, read: (r) => r.real },
  { name: "flag", kind: { type: "bool" }, read: (r) => r.flag },
];

/** All fields that views may use. */
export const FIELDS: readonly IndexField<Thing>[] = [
  ...SURE_FIELDS,
  { name: "label", kind: { type: "string" }, read: (r) => r.label },
  { name: "level", kind: { type: "uint32" }, read: (r) => r.level },
  { name: "price", kind: { type: "decimal", digits: 2 }, read: (r) => r.price },
  { name: "day", kind: { type: "date" }, read: (r) => r.day },
  { name: "at", kind: { type: "timestamp", as: "date" }, read: (r) => r.at },
  { name: "serial", kind: { type: "uint64", as: "string" }, read: (r) => r.serial },
];

const TAGS: IndexField<Thing> = {
  name: "tags",
  kind: { type: "string" },
  read: () => missing("an element"),
};

function encodeThing(writer: Writer, row: Thing): void {
  writer.uint32(8).sint32(row.id);
  writer.uint32(18).string(checkString(row.text, "text"));
  writeInt64(writer.uint32(24), checkInt64(row.wide, "wide"));
  writer.uint32(32).uint32(SIZES.indexOf(row.size) + 1);
  writer.uint32(41).double(row.real);
  if (row.flag) writer.uint32(48).bool(true);
  if (row.label !== undefined) writer.uint32(58).string(row.label);
  if (row.level !== undefined) writer.uint32(64).uint32(row.level);
  if (row.price !== undefined) writeInt64(writer.uint32(72), checkDecimal(row.price, 2, "price"));
  if (row.day !== undefined) writer.uint32(80).sint32(checkDate(row.day, "day"));
  if (row.at !== undefined) writeTimestamp(writer.uint32(90), checkTimestamp(row.at, "at"));
  if (row.serial !== undefined) writeUint64(writer.uint32(96), checkUint64(row.serial, "serial"));
  for (const tag of row.tags) writer.uint32(106).string(tag);
}

type Draft = { -readonly [K in keyof Thing]: Thing[K] };

const READERS: Readonly<Record<number, (reader: Reader, thing: Draft) => void>> = {
  8: (reader, thing) => (thing.id = reader.sint32()),
  18: (reader, thing) => (thing.text = reader.string()),
  24: (reader, thing) => (thing.wide = readInt64(reader)),
  32: (reader, thing) => (thing.size = SIZES[reader.uint32() - 1] ?? missing("size")),
  41: (reader, thing) => (thing.real = reader.double()),
  48: (reader, thing) => (thing.flag = reader.bool()),
  58: (reader, thing) => (thing.label = reader.string()),
  64: (reader, thing) => (thing.level = reader.uint32()),
  72: (reader, thing) => (thing.price = readDecimal(reader, 2)),
  80: (reader, thing) => (thing.day = readDate(reader)),
  90: (reader, thing) => (thing.at = readTimestamp(reader)),
  96: (reader, thing) => (thing.serial = readUint64Text(reader)),
  106: (reader, thing) => (thing.tags = [...thing.tags, reader.string()]),
};

/** A thing of which nothing is set. */
export const BLANK_THING: Thing = {
  id: 0,
  text: "",
  wide: 0n,
  size: "small",
  real: 0,
  flag: false,
  label: undefined,
  level: undefined,
  price: undefined,
  day: undefined,
  at: undefined,
  serial: undefined,
  tags: [],
};

function decodeThing(reader: Reader, end: number): Thing {
  const thing: Draft = { ...BLANK_THING };
  while (reader.pos < end) {
    const tag = reader.tag();
    const read = READERS[tag];
    if (read === undefined) reader.skipType(tag & 7);
    else read(reader, thing);
  }
  checkEnd(reader, end);
  return Object.freeze(thing);
}

export type ThingDefinition = EntityDefinition<Thing, Thing>;

export function thingDefinition(
  key: readonly IndexField<Thing>[],
  views: readonly ViewDefinition<Thing>[],
): ThingDefinition {
  return {
    format: 1,
    package: "test",
    entity: "Thing",
    hash: "fedcba9876543210",
    fields: new FieldNames(FIELDS.map((field) => field.name)),
    key,
    views,
    references: [],
    encode: encodeThing,
    decode: decodeThing,
  };
}

/** Text that sorts differently by UTF-16 units, has NULs, and is often equal or a beginning of another. */
const text = fc.string({
  unit: fc.constantFrom("a", "b", "B", "é", "\u0000", "\uffff", "\ufffd", "\ue000", "😀", "𐀀", "z"),
  maxLength: 6,
});

const wide = fc.oneof(
  fc.bigInt({ min: -3n, max: 3n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

export const anyThing: fc.Arbitrary<Thing> = fc.record({
  id: fc.oneof(fc.integer({ min: -5, max: 40 }), fc.integer()),
  text,
  wide,
  size: fc.constantFrom(...SIZES),
  real: fc.oneof(
    fc.constantFrom(0, -0, 1.5, -1.5, Infinity, -Infinity),
    fc.double({ noNaN: true }),
  ),
  flag: fc.boolean(),
  label: fc.option(text, { nil: undefined }),
  level: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
  price: fc.option(fc.integer({ min: -300, max: 300 }).map(priceText), { nil: undefined }),
  day: fc.option(fc.constantFrom("0001-01-01", "1969-12-31", "1970-01-01", "2024-02-29"), {
    nil: undefined,
  }),
  at: fc.option(
    fc.integer({ min: -2e12, max: 2e12 }).map((ms) => new Date(ms)),
    { nil: undefined },
  ),
  serial: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String), { nil: undefined }),
  tags: fc.array(fc.constantFrom("red", "green", "blue", "😀"), { maxLength: 4 }),
});

function priceText(cents: number): string {
  return `${cents < 0 ? "-" : ""}${(Math.abs(cents) / 100).toFixed(2)}`;
}

const orders: readonly IndexField<Thing>[] = [...FIELDS, ...FIELDS.map(falling)];

function falling(field: IndexField<Thing>): IndexField<Thing> {
  return { ...field, descending: true };
}

const sort = fc.uniqueArray(fc.constantFrom(...orders), {
  maxLength: 2,
  selector: ({ name }) => name,
});
const by = fc.uniqueArray(fc.constantFrom(...FIELDS), {
  minLength: 1,
  maxLength: 2,
  selector: ({ name }) => name,
});
const where = fc.constantFrom<(record: Thing) => boolean>(
  (record) => record.flag,
  (record) => record.level !== undefined && record.level > 2,
);
const limit = fc.constantFrom(1, 4, 30);

export const anyView: fc.Arbitrary<ViewDefinition<Thing>> = fc.oneof(
  fc.record(
    { view: fc.constant("group" as const), name: fc.constant("group"), by, sort, where, limit },
    { requiredKeys: ["view", "name", "by", "sort"] },
  ),
  fc.record(
    {
      view: fc.constant("group" as const),
      name: fc.constant("list"),
      by: fc.constant([TAGS]),
      each: fc.constant((record: Thing): readonly string[] => record.tags),
      sort,
      where,
      limit,
    },
    { requiredKeys: ["view", "name", "by", "each", "sort"] },
  ),
  fc.record(
    {
      view: fc.constant("unique" as const),
      name: fc.constant("unique"),
      by,
      sort,
      duplicates: fc.constantFrom("error" as const, "first" as const, "last" as const),
      where,
    },
    { requiredKeys: ["view", "name", "by", "sort", "duplicates"] },
  ),
  fc.record(
    {
      view: fc.constant("sorted" as const),
      name: fc.constant("sorted"),
      sort: sort.filter(({ length }) => length > 0),
      where,
      limit,
    },
    { requiredKeys: ["view", "name", "sort"] },
  ),
);

/** A key of one to three fields, or none: a sequence. */
export const anyKey: fc.Arbitrary<readonly IndexField<Thing>[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...SURE_FIELDS).map((field) => [field]) },
  {
    weight: 2,
    arbitrary: fc.uniqueArray(fc.constantFrom(...SURE_FIELDS), {
      minLength: 2,
      maxLength: 3,
      selector: ({ name }) => name,
    }),
  },
  { weight: 1, arbitrary: fc.constant([]) },
);
