/**
 * Random rows for an entity of any schema, with the record that each of them must become: written from the
 * model alone, as a second opinion on what generated code does.
 */
import * as fc from "fast-check";
import type {
  ElementType,
  Field,
  FieldType,
  Literal,
  ScalarType,
} from "@cached-collections/generator";

/** What a loader gives, and what readers must get. */
export interface Sample {
  readonly input: unknown;
  readonly record: unknown;
}

/** Rows of an entity or a value type. */
export function randomRow(fields: readonly Field[]): fc.Arbitrary<Sample> {
  const samples = fields.map((field) =>
    randomField(field).map((sample) => [field.name, sample] as const),
  );
  return fc.tuple(...samples).map((entries) => {
    const given = entries.filter(([, { input }]) => input !== ABSENT);
    return {
      input: Object.fromEntries(given.map(([name, { input }]) => [name, input])),
      record: Object.fromEntries(entries.map(([name, { record }]) => [name, record])),
    };
  });
}

/** Stands for a property that the row lacks. */
const ABSENT = Symbol("absent");

function randomField(field: Field): fc.Arbitrary<Sample> {
  const value = randomValue(field.type);
  if (!field.optional && field.default === undefined) return value;
  const record = field.default === undefined ? undefined : literalValue(field.type, field.default);
  // JSON's null is a value, but an optional field takes it for no value.
  const set = value.map((sample) =>
    sample.record === null ? { input: sample.input, record } : sample,
  );
  const unset = fc.constantFrom(ABSENT, null, undefined).map((input) => ({ input, record }));
  return fc.oneof({ arbitrary: set, weight: 3 }, { arbitrary: unset, weight: 1 });
}

function randomValue(type: FieldType): fc.Arbitrary<Sample> {
  if (type.kind === "list")
    return fc.array(randomElement(type.element), { maxLength: 4 }).map(listOf);
  if (type.kind !== "map") return randomElement(type);
  const entry = fc.tuple(randomKey(type.key), randomElement(type.value));
  const entries = fc.uniqueArray(entry, { maxLength: 4, selector: ([key]) => String(key) });
  return fc.tuple(entries, fc.boolean()).map(([each, asMap]) => ({
    input: asMap
      ? new Map(each.map(([key, { input }]) => [key, input]))
      : objectOf(each.map(([key, { input }]) => [key, input])),
    record: objectOf(each.map(([key, { record }]) => [key, record])),
  }));
}

type Key = string | number | bigint | boolean;

function objectOf(
  entries: readonly (readonly [Key, unknown])[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(entries.map(([key, value]) => [String(key), value]));
}

function listOf(samples: readonly Sample[]): Sample {
  return {
    input: samples.map(({ input }) => input),
    record: samples.map(({ record }) => record),
  };
}

function randomElement(type: ElementType): fc.Arbitrary<Sample> {
  if (type.kind === "message") return randomRow(type.type.fields);
  if (type.kind === "enum")
    return same(fc.constantFrom(...type.enum.values.map(({ name }) => name)));
  return randomScalar(type);
}

const MOST_DAYS = 2_932_896;
const LEAST_DAYS = -719_162;
const DAY_MS = 86_400_000;
const MOST_MS = (MOST_DAYS + 1) * DAY_MS - 1;

function randomScalar(type: ScalarType): fc.Arbitrary<Sample> {
  switch (type.kind) {
    case "bool":
      return same(fc.boolean());
    case "int32":
      return same(fc.integer());
    case "uint32":
      return same(fc.nat().map((value) => value * 2 + (value % 2)));
    case "float":
      return fc
        .oneof(fc.float(), fc.double({ min: -1e38, max: 1e38 }))
        .map((input) => ({ input, record: Math.fround(input) }));
    case "double":
      return same(fc.double());
    case "string":
      return same(randomText);
    case "bytes":
      return same(fc.uint8Array({ maxLength: 200 }));
    case "date":
      return same(fc.integer({ min: LEAST_DAYS, max: MOST_DAYS }).map(dayText));
    case "json":
      // JSON has no -0.
      return fc
        .jsonValue()
        .map((input) => ({ input, record: JSON.parse(JSON.stringify(input)) as unknown }));
    case "int64":
      return fc
        .bigInt(-(2n ** 63n), 2n ** 63n - 1n)
        .chain((value) => randomInteger(value, type.as));
    case "uint64":
      return fc.bigInt(0n, 2n ** 64n - 1n).chain((value) => randomInteger(value, type.as));
    case "timestamp":
      return fc
        .tuple(fc.integer({ min: LEAST_DAYS * DAY_MS, max: MOST_MS }), fc.boolean())
        .map(([ms, asDate]) => ({
          input: asDate ? new Date(ms) : ms,
          record: type.as === "date" ? new Date(ms) : ms,
        }));
    case "decimal":
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((scaled) => {
        const record = decimalText(scaled, type.digits);
        return {
          input: scaled % 3n === 0n ? `${record}${type.digits > 0 ? "0" : ""}` : record,
          record,
        };
      });
  }
}

const same = (values: fc.Arbitrary<unknown>): fc.Arbitrary<Sample> =>
  values.map((value) => ({ input: value, record: value }));

/** Text without lone surrogates: short and long, ASCII and beyond. */
const randomText: fc.Arbitrary<string> = fc
  .oneof(fc.string({ maxLength: 5 }), fc.string({ unit: "binary", maxLength: 200 }))
  .filter((text) => !/\p{Cs}/u.test(text));

/** In any form that a loader may give it. */
function randomInteger(wide: bigint, as: "bigint" | "number" | "string"): fc.Arbitrary<Sample> {
  const value = as === "number" ? BigInt.asIntN(50, wide) : wide;
  const positive = as === "number" && wide >= 0n && value < 0n ? -value : value;
  const forms: unknown[] = [positive, String(positive)];
  if (Number.isSafeInteger(Number(positive))) forms.push(Number(positive));
  return fc.constantFrom(...forms).map((input) => ({ input, record: integerAs(positive, as) }));
}

/** A 64-bit integer as records hold it. */
export function integerAs(value: bigint, as: "bigint" | "number" | "string"): unknown {
  if (as === "bigint") return value;
  return as === "number" ? Number(value) : String(value);
}

export function dayText(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** Canonical text of a scaled integer. */
export function decimalText(scaled: bigint, digits: number): string {
  const magnitude = (scaled < 0n ? -scaled : scaled).toString().padStart(digits + 1, "0");
  const [whole, fraction] = [
    magnitude.slice(0, magnitude.length - digits),
    magnitude.slice(-digits),
  ];
  return `${scaled < 0n ? "-" : ""}${whole}${digits === 0 ? "" : `.${fraction}`}`;
}

function randomKey(key: string): fc.Arbitrary<Key> {
  switch (key) {
    case "bool":
      return fc.boolean();
    case "int32":
      return fc.integer();
    case "uint32":
      return fc.nat();
    case "int64":
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
    case "uint64":
      return fc.bigInt(0n, 2n ** 64n - 1n);
    default:
      // An object literal would make this one its prototype.
      return randomText.filter((text) => text !== "__proto__");
  }
}

function literalValue(type: FieldType, literal: Literal): unknown {
  switch (literal.kind) {
    case "integer":
      return integerAs(literal.value, "as" in type && type.as !== "date" ? type.as : "bigint");
    case "enum":
      return literal.value.name;
    case "decimal":
    case "date":
      return literal.text;
    case "timestamp":
      return "as" in type && type.as === "number"
        ? literal.milliseconds
        : new Date(literal.milliseconds);
    case "emptyList":
      return [];
    case "emptyMap":
      return {};
    default:
      return literal.value;
  }
}
