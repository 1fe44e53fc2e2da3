/**
 * `json`: any JSON value, as text on the wire. What JSON cannot hold is refused, never changed: undefined in
 * an array, NaN, a bigint, a Date. A property whose value is undefined counts as absent. Property order is kept.
 */
import { BadRecordError } from "./bad-record.js";
import { InvalidFieldError, within } from "./invalid-field.js";
import type { Reader } from "./reader.js";

/** A JSON value as records hold it: deeply frozen. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What a loader may give for JSON. */
export type JsonInput =
  | null
  | boolean
  | number
  | string
  | readonly JsonInput[]
  | { readonly [name: string]: JsonInput | undefined };

const DEEPEST = 200;

/** The value's text. */
export function checkJson(value: unknown, path = ""): string {
  try {
    checkValue(value, 0);
    return JSON.stringify(value);
  } catch (error) {
    throw within(error, path);
  }
}

function checkValue(value: unknown, depth: number): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (depth > DEEPEST)
    throw new InvalidFieldError("", `JSON at most ${DEEPEST} levels deep`, value);
  if (Array.isArray(value)) checkItems(value, depth + 1);
  else if (isPlainObject(value)) checkProperties(value, depth + 1);
  else throw new InvalidFieldError("", "a JSON value", value);
}

function checkItems(items: readonly unknown[], depth: number): void {
  for (let i = 0; i < items.length; i++) {
    try {
      checkValue(items[i], depth);
    } catch (error) {
      throw within(error, `[${i}]`);
    }
  }
}

function checkProperties(object: Readonly<Record<string, unknown>>, depth: number): void {
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    try {
      checkValue(value, depth);
    } catch (error) {
      throw within(error, name);
    }
  }
}

/** Also true for plain objects of another realm, whose Object.prototype is another. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Reads text and returns the value, deeply frozen. `__proto__` in it is a property like any other. */
export function readJson(reader: Reader): Json {
  const text = reader.string();
  try {
    const value = JSON.parse(text) as Json;
    freezeJson(value, 0);
    return value;
  } catch (error) {
    throw new BadRecordError("a json field is not JSON", { cause: error });
  }
}

function freezeJson(value: Json, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > DEEPEST) throw new RangeError("too deep");
  for (const inner of Object.values(value)) freezeJson(inner, depth + 1);
  Object.freeze(value);
}
