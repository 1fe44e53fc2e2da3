/** Rows at the ends of what each type holds: what proto3 leaves out, the least, the most. */
import type { ElementType, Field, FieldType, ScalarType } from "@cached-collections/generator";
import { decimalText, integerAs, type Sample } from "./random-record.js";

const EDGES = ["default", "least", "most"] as const;

type Edge = (typeof EDGES)[number];

/** One row for each edge, with optional fields set; and one in which all that may be unset is. */
export function edgeRows(fields: readonly Field[]): readonly Sample[] {
  const rows = EDGES.map((edge) => rowOf(fields, edge));
  return [...rows, rowOf(fields, "default", true)];
}

function rowOf(fields: readonly Field[], edge: Edge, unset = false): Sample {
  const samples = fields.map((field) => [field.name, fieldOf(field, edge, unset)] as const);
  return {
    input: Object.fromEntries(samples.map(([name, { input }]) => [name, input])),
    record: Object.fromEntries(samples.map(([name, { record }]) => [name, record])),
  };
}

function fieldOf({ type, optional }: Field, edge: Edge, unset: boolean): Sample {
  if (optional && unset) return same(undefined);
  const sample = valueOf(type, edge);
  // JSON's null is a value, but an optional field takes it for no value.
  return optional && sample.record === null ? same(undefined) : sample;
}

function valueOf(type: FieldType, edge: Edge): Sample {
  if (type.kind === "list") {
    const samples = edge === "default" ? [] : EDGES.map((each) => elementOf(type.element, each));
    return {
      input: samples.map(({ input }) => input),
      record: samples.map(({ record }) => record),
    };
  }
  if (type.kind !== "map") return elementOf(type, edge);
  const keys = edge === "default" ? [] : [...new Set<unknown>(KEYS[type.key])];
  const entries = keys.map((key) => [key, elementOf(type.value, edge)] as const);
  return {
    input: new Map(entries.map(([key, { input }]) => [key, input])),
    record: Object.fromEntries(entries.map(([key, { record }]) => [String(key), record])),
  };
}

const KEYS = {
  string: ["", "constructor", "a\0b", "𐍈"],
  bool: [false, true],
  int32: [0, -1, -(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [0n, -1n, -(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;

function elementOf(type: ElementType, edge: Edge): Sample {
  if (type.kind === "message") return rowOf(type.type.fields, edge);
  if (type.kind !== "enum") return scalarOf(type, edge);
  const { values } = type.enum;
  return same(values.at(edge === "most" ? -1 : 0)?.name);
}

const LONG = "𐍈 and so on; ".repeat(300);
const FIRST_DAY = "0001-01-01";
const LAST_DAY = "9999-12-31";

function scalarOf(type: ScalarType, edge: Edge): Sample {
  const choose = <T>(zero: T, least: T, most: T): T => ({ default: zero, least, most })[edge];
  switch (type.kind) {
    case "bool":
      return same(edge === "most");
    case "int32":
      return same(choose(0, -(2 ** 31), 2 ** 31 - 1));
    case "uint32":
      return same(choose(0, 1, 2 ** 32 - 1));
    case "float":
      return same(choose(0, -Infinity, Number.NaN));
    case "double":
      return same(choose(0, -0, Number.MAX_VALUE));
    case "string":
      return same(choose("", "\0", LONG));
    case "bytes":
      return same(choose(new Uint8Array(), Uint8Array.of(0), new Uint8Array(300).fill(255)));
    case "date":
      return same(choose("1970-01-01", FIRST_DAY, LAST_DAY));
    case "json":
      return same(choose<unknown>(null, [[]], { "": [{ a: LONG }, -1e300, "\0"] }));
    case "int64":
      return integer(
        choose(0n, -(2n ** 63n), 2n ** 63n - 1n),
        choose(0n, -(2n ** 53n) + 1n, 2n ** 53n - 1n),
        type.as,
      );
    case "uint64":
      return integer(choose(0n, 1n, 2n ** 64n - 1n), choose(0n, 1n, 2n ** 53n - 1n), type.as);
    case "decimal":
      return same(decimalText(choose(0n, -(2n ** 63n), 2n ** 63n - 1n), type.digits));
    case "timestamp": {
      const day = choose(
        "1970-01-01T00:00:00",
        `${FIRST_DAY}T00:00:00`,
        `${LAST_DAY}T23:59:59.999`,
      );
      const ms = Date.parse(`${day}Z`);
      return { input: ms, record: type.as === "date" ? new Date(ms) : ms };
    }
  }
}

function integer(wide: bigint, safe: bigint, as: "bigint" | "number" | "string"): Sample {
  const value = as === "number" ? safe : wide;
  return { input: value, record: integerAs(value, as) };
}

function same(value: unknown): Sample {
  return { input: value, record: value };
}
