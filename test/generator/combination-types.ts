/**
 * Every type that a view can be by, with values that rows have and that `where` and `default` name: for the
 * combinations test. The first two or three values of each can be written in a schema.
 */
import type { ScalarKind } from "../../runtime/src/definition.js";

export interface IndexedType {
  /** A part of the names of entities. */
  readonly name: string;
  /** The type in the schema. */
  readonly type: string;
  readonly as?: string;
  readonly kind: ScalarKind;
  /** As records hold them, in no order. */
  readonly values: readonly unknown[];
  /** How the first of them are written in a schema. */
  readonly texts: readonly string[];
}

type Held = "bigint" | "number" | "string";

const plain = (values: readonly unknown[]): readonly string[] => values.slice(0, 3).map(String);
const quoted = (values: readonly unknown[]): readonly string[] =>
  values.slice(0, 3).map((value) => JSON.stringify(value));

const strings = ["ab", "B", "", "a", "é", "\uFFFF", "😀", "a\0", "abc"];
const dates = ["1969-12-31", "2024-02-29", "0001-01-01", "9999-12-31", "1970-01-01"];
const moments = [-1, 1_709_210_096_250, 0, -62_135_596_800_000, 253_402_300_799_999];
const momentTexts = quoted(moments.map((ms) => new Date(ms)));
const kinds = ["zebra", "apple", "Mango"];

function wide(type: "int64" | "uint64", as: Held, values: readonly bigint[]): IndexedType {
  const convert = { bigint: BigInt, number: Number, string: String }[as];
  const name = `${type === "int64" ? "Int64" : "Uint64"}${as.charAt(0).toUpperCase()}${as.slice(1)}`;
  return {
    name,
    type,
    as,
    kind: { type, as },
    values: values.map((value) => convert(value)),
    texts: plain(values),
  };
}

function simple(
  name: string,
  type: "bool" | "int32" | "uint32" | "double",
  values: readonly unknown[],
): IndexedType {
  return { name, type, kind: { type }, values, texts: plain(values) };
}

function decimal(digits: number, values: readonly string[]): IndexedType {
  return {
    name: `Decimal${digits}`,
    type: `decimal(${digits})`,
    kind: { type: "decimal", digits },
    values,
    texts: plain(values),
  };
}

export const INDEXED_TYPES: readonly IndexedType[] = [
  simple("Bool", "bool", [false, true]),
  simple("Int32", "int32", [-1, 7, 0, -2_147_483_648, 2_147_483_647]),
  simple("Uint32", "uint32", [5, 0, 4_294_967_295, 128]),
  wide("int64", "bigint", [-1n, 9_007_199_254_740_993n, 0n, -(2n ** 63n), 2n ** 63n - 1n]),
  wide("int64", "number", [-1n, 9_007_199_254_740_991n, 0n, -9_007_199_254_740_991n]),
  wide("int64", "string", [-1n, 9n, 10n, -(2n ** 63n), 2n ** 63n - 1n]),
  wide("uint64", "bigint", [9n, 2n ** 63n, 0n, 2n ** 64n - 1n]),
  wide("uint64", "number", [9n, 10n, 0n, 9_007_199_254_740_991n]),
  wide("uint64", "string", [9n, 10n, 0n, 2n ** 64n - 1n]),
  {
    name: "Float",
    type: "float",
    kind: { type: "float" },
    values: [Math.fround(0.1), -1.5, 16_777_216, 0, -0, Infinity, -Infinity, 2 ** -149],
    texts: ["0.1", "-1.5", "16777216"],
  },
  simple("Double", "double", [0.1, -1e300, 2.5, 0, -0, Infinity, -Infinity, 5e-324]),
  {
    name: "Text",
    type: "string",
    kind: { type: "string" },
    values: strings,
    texts: quoted(strings),
  },
  { name: "Day", type: "date", kind: { type: "date" }, values: dates, texts: plain(dates) },
  {
    name: "Moment",
    type: "timestamp",
    kind: { type: "timestamp", as: "date" },
    values: moments.map((ms) => new Date(ms)),
    texts: momentTexts,
  },
  {
    name: "MomentNumber",
    type: "timestamp",
    as: "number",
    kind: { type: "timestamp", as: "number" },
    values: moments,
    texts: momentTexts,
  },
  decimal(0, ["-7", "10", "9", "9223372036854775807"]),
  decimal(2, ["-0.05", "9.90", "10.00", "0.00", "-92233720368547758.08"]),
  decimal(18, ["0.100000000000000000", "-9.223372036854775808", "0.000000000000000001"]),
  {
    name: "Choice",
    type: "Kind",
    kind: { type: "enum", names: kinds },
    values: kinds,
    texts: kinds,
  },
];

/** The declaration of the enum, for a schema that uses these types. */
export const ENUMS: string = `enums: { Kind: [${kinds.join(", ")}] }\n`;

const KEYS = new Set(["bool", "int32", "uint32", "int64", "uint64", "string", "enum"]);

/** Those that keys can be made of. */
export const KEY_TYPES: readonly IndexedType[] = INDEXED_TYPES.filter(({ kind }) =>
  KEYS.has(kind.type),
);

/** What `group` and `unique` take. */
export function canBeLookedUp({ kind }: IndexedType): boolean {
  return kind.type !== "float" && kind.type !== "double";
}

/** What has an order in `where`. */
export function isCompared({ kind }: IndexedType): boolean {
  return kind.type !== "bool" && kind.type !== "enum";
}

interface FieldOptions {
  readonly optional?: boolean;
  readonly list?: boolean;
  readonly default?: string;
}

/** A field of the type, as it stands in a schema. */
export function fieldText({ type, as }: IndexedType, options: FieldOptions = {}): string {
  const whole = `${type}${options.list === true ? "[]" : ""}${options.optional === true ? "?" : ""}`;
  const held = as === undefined ? "" : `, as: ${as}`;
  const filled = options.default === undefined ? "" : `, default: ${options.default}`;
  return `{ type: "${whole}"${held}${filled} }`;
}
