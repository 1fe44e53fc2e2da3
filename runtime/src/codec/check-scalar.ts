/**
 * Checks of what a loader gives for a field of one plain value. Each returns the value as the wire takes it
 * and throws InvalidFieldError otherwise; nothing is converted, so that a mistake is found at push.
 */
/// <reference lib="es2024.string" />
import { types } from "node:util";
import { InvalidFieldError } from "./invalid-field.js";

export function checkBool(value: unknown, path = ""): boolean {
  if (typeof value !== "boolean") throw new InvalidFieldError(path, "true or false", value);
  return value;
}

export function checkUint32(value: unknown, path = ""): number {
  if (typeof value !== "number" || value >>> 0 !== value) {
    throw new InvalidFieldError(path, "a whole number from 0 to 4294967295", value);
  }
  return value >>> 0; // not -0
}

export function checkInt32(value: unknown, path = ""): number {
  if (typeof value !== "number" || (value | 0) !== value) {
    throw new InvalidFieldError(path, "a whole number from -2147483648 to 2147483647", value);
  }
  return value | 0; // not -0
}

/** Rounds to the nearest 32-bit float; a finite number beyond all of them is refused. */
export function checkFloat(value: unknown, path = ""): number {
  const rounded = typeof value === "number" ? Math.fround(value) : undefined;
  if (rounded === undefined || (Number.isFinite(value) && !Number.isFinite(rounded))) {
    throw new InvalidFieldError(path, "a number within ±3.4028234663852886e38", value);
  }
  return rounded;
}

export function checkDouble(value: unknown, path = ""): number {
  if (typeof value !== "number") throw new InvalidFieldError(path, "a number", value);
  return value;
}

export function checkString(value: unknown, path = ""): string {
  if (typeof value !== "string") throw new InvalidFieldError(path, "a string", value);
  if (!value.isWellFormed()) {
    throw new InvalidFieldError(path, "a string without lone surrogates", value);
  }
  return value;
}

export function checkBytes(value: unknown, path = ""): Uint8Array {
  if (!types.isUint8Array(value)) throw new InvalidFieldError(path, "a Uint8Array", value);
  return value;
}
