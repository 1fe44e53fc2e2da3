/** Decimals, dates and timestamps in literals. */
import type { LiteralResult } from "./literal-result.js";
import { shorten } from "./read.js";

const DAY_MS = 86_400_000;

/** `19.9` as decimal(2) is "19.90"; more digits than the type has are refused. */
export function decimalLiteral(text: string, digits: number): LiteralResult {
  const match = /^(-?)(0|[1-9]\d{0,18})(?:\.(\d{1,30}))?$/.exec(text);
  if (match === null) {
    const fix = `write a number in plain digits, like ${exampleOf(digits)}`;
    return { fact: `"${shorten(text)}" is not a plain decimal(${String(digits)})`, fix };
  }
  const [, sign = "", whole = "", fraction = ""] = match;
  const kept = fraction.replace(/0+$/, "");
  if (kept.length > digits) {
    const fact = `${text} has more than ${String(digits)} digits after the point`;
    return { fact, fix: `write a decimal(${String(digits)}), like ${exampleOf(digits)}` };
  }
  const padded = kept.padEnd(digits, "0");
  const scaled = BigInt(sign + whole + padded);
  if (scaled < -(2n ** 63n) || scaled >= 2n ** 63n || (sign === "-" && scaled === 0n)) {
    return {
      fact: `${text} is out of the range of decimal(${String(digits)})`,
      fix: "write another number",
    };
  }
  return { kind: "decimal", text: `${sign}${whole}${digits > 0 ? `.${padded}` : ""}`, scaled };
}

function exampleOf(digits: number): string {
  return digits === 0 ? "19" : `19.${"9".repeat(Math.min(digits, 2)).padEnd(digits, "0")}`;
}

/** `1257-07-01`: a day of the proleptic Gregorian calendar from 0001-01-01 to 9999-12-31. */
export function dateLiteral(text: string): LiteralResult {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
  if (isDay && !text.startsWith("0000")) return { kind: "date", text, days: time / DAY_MS };
  return { fact: `"${shorten(text)}" is not a date`, fix: "write year-month-day: 2024-02-29" };
}

/** `2024-02-29T12:30:00Z`, with milliseconds or an offset when needed. */
export function timestampLiteral(text: string): LiteralResult {
  const match = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/.exec(
    text,
  );
  const isDay = match !== null && "days" in dateLiteral(match[1] ?? "");
  const milliseconds = isDay ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return { kind: "timestamp", milliseconds };
  const fix = "write date, time and zone: 2024-02-29T12:30:00Z";
  return { fact: `"${shorten(text)}" is not a timestamp`, fix };
}
