/**
 * The normal form of key and sort values: what is hashed and ordered, whatever TypeScript type holds them.
 * A number wherever it is exact, a bigint for integers beyond 2^53, text for strings. Two values of one kind
 * are the same key exactly when their normal forms are equal.
 */
import { compareText } from "../codec/compare-text.js";
import { checkDate } from "../codec/date.js";
import { checkDecimal } from "../codec/decimal.js";
import { checkInt64, checkUint64 } from "../codec/int64.js";
import type { ScalarKind } from "../definition.js";

export type Normal = number | bigint | string;

/** The normal form of a value; undefined when it is no value of this kind (no record can have it). */
export function normalOf(kind: ScalarKind, value: unknown): Normal | undefined {
  switch (kind.type) {
    case "string":
      return typeof value === "string" ? value : undefined;
    case "bool":
      return typeof value === "boolean" ? Number(value) : undefined;
    case "enum":
      return typeof value === "string" ? enumNumber(kind.names, value) : undefined;
    case "float":
      // What a loader gave as 0.1 is found by 0.1.
      return typeof value === "number" ? numberOf(Math.fround(value)) : undefined;
    case "timestamp":
      return value instanceof Date ? numberOf(value.getTime()) : numberOf(value);
    case "date":
      return orUndefined(() => checkDate(value, ""));
    case "decimal":
      return orUndefined(() => checkDecimal(value, kind.digits, ""));
    case "int64":
      return orUndefined(() => checkInt64(value, ""));
    case "uint64":
      return orUndefined(() => checkUint64(value, ""));
    default:
      return numberOf(value);
  }
}

/** Orders two normal forms of one kind: text by code point, NaN after all numbers. */
export function compareNormal(a: Normal, b: Normal): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Whether two normal forms of one kind are the same key; NaN equals itself, as in a Map. */
export function sameNormal(a: Normal | undefined, b: Normal | undefined): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** Whether they are the same key, of one or several components; what is no key is none. */
export function sameKey(
  a: readonly Normal[] | undefined,
  b: readonly Normal[] | undefined,
): boolean {
  if (a === undefined || b === undefined) return false;
  for (let i = 0; i < a.length; i++) if (!sameNormal(a[i], b[i])) return false;
  return true;
}

/** Whether values of this kind are 32-bit integers in normal form. */
export function isNarrow(kind: ScalarKind): boolean {
  const { type } = kind;
  return (
    type === "bool" || type === "int32" || type === "uint32" || type === "date" || type === "enum"
  );
}

/** Adding 0 makes -0 the same key as 0, as in a Map; NaNs differ in bits, but only one may be hashed. */
function numberOf(value: unknown): number | undefined {
  if (typeof value !== "number") return undefined;
  return Number.isNaN(value) ? Number.NaN : value + 0;
}

const enumNumbers = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

function enumNumber(names: readonly string[], name: string): number | undefined {
  let numbers = enumNumbers.get(names);
  if (numbers === undefined) {
    numbers = new Map(names.map((each, index) => [each, index + 1]));
    enumNumbers.set(names, numbers);
  }
  return numbers.get(name);
}

/** A lookup by what is no value of the kind finds nothing: the check's complaint is not wanted. */
function orUndefined<T>(check: () => T): T | undefined {
  try {
    return check();
  } catch {
    return undefined;
  }
}
