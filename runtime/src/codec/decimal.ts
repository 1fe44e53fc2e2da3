/**
 * `decimal(digits)`: exact text in TypeScript, the value times 10^digits as a zig-zag 64-bit integer on the
 * wire. The canonical text always has all digits after the point and never a plus sign: "19.90", "-0.05".
 */
import { InvalidFieldError } from "./invalid-field.js";
import { readInt64OrNumber, type Int64 } from "./int64.js";
import type { Reader } from "./reader.js";

const DECIMAL_TEXT = /^(-?)([0-9]+)(?:\.([0-9]+))?$/;
const LARGEST_TEXT = 64;

/** The scaled value. More digits than the type has are refused unless they are zeros. */
export function checkDecimal(value: unknown, digits: number, path = ""): Int64 {
  const scaled = typeof value === "string" ? scale(value, digits) : undefined;
  if (scaled !== undefined) return scaled;
  const example = digits === 0 ? "19" : `19.${"90".padEnd(digits, "0").slice(0, digits)}`;
  throw new InvalidFieldError(
    path,
    `a decimal as text with ${digits} digits, such as "${example}"`,
    value,
  );
}

function scale(text: string, digits: number): Int64 | undefined {
  const match = text.length <= LARGEST_TEXT ? DECIMAL_TEXT.exec(text) : null;
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = ""] = match;
  if (/[^0]/.test(fraction.slice(digits))) return undefined;
  const magnitude = whole + fraction.slice(0, digits).padEnd(digits, "0");
  if (magnitude.length <= 15) return sign === "" ? Number(magnitude) : 0 - Number(magnitude);
  const wide = sign === "" ? BigInt(magnitude) : -BigInt(magnitude);
  if (BigInt.asIntN(64, wide) !== wide) return undefined;
  return Number.isSafeInteger(Number(wide)) ? Number(wide) : wide;
}

/** Reads a scaled value; its canonical text. */
export function readDecimal(reader: Reader, digits: number): string {
  const scaled = readInt64OrNumber(reader);
  const text = String(scaled);
  if (digits === 0) return text;
  const magnitude = (scaled < 0 ? text.slice(1) : text).padStart(digits + 1, "0");
  const point = magnitude.length - digits;
  return `${scaled < 0 ? "-" : ""}${magnitude.slice(0, point)}.${magnitude.slice(point)}`;
}
