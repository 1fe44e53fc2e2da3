/**
 * `date`: a day without time or zone. ISO 8601 text of ten characters in TypeScript, days since 1970-01-01 on
 * the wire, in the proleptic Gregorian calendar from year 1 to 9999. The conversion is Howard Hinnant's
 * civil_from_days: years begin in March, so that leap days come last.
 */
import { BadRecordError } from "./bad-record.js";
import { InvalidFieldError } from "./invalid-field.js";
import type { Reader } from "./reader.js";

const DATE_TEXT = /^\d{4}-\d{2}-\d{2}$/;
const FIRST_DAY = -719_162; // 0001-01-01
const LAST_DAY = 2_932_896; // 9999-12-31
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_OFFSET = 719_468;
const DAYS_PER_ERA = 146_097;

/** Days since 1970-01-01. */
export function checkDate(value: unknown, path = ""): number {
  if (typeof value === "string" && DATE_TEXT.test(value)) {
    const days = daysOf(
      Number(value.slice(0, 4)),
      Number(value.slice(5, 7)),
      Number(value.slice(8)),
    );
    // A day that does not exist comes back as another.
    if (days >= FIRST_DAY && days <= LAST_DAY && textOf(days) === value) return days;
  }
  throw new InvalidFieldError(path, "a day as text, such as 2026-01-31", value);
}

/** Reads a day; its text. */
export function readDate(reader: Reader): string {
  const days = reader.sint32();
  if (days < FIRST_DAY || days > LAST_DAY)
    throw new BadRecordError(`a date is ${days} days from 1970`);
  return textOf(days);
}

function daysOf(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_OFFSET;
}

function textOf(days: number): string {
  const shifted = days + EPOCH_OFFSET;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const leaps =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const yearDays = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - yearDays;
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = ((marchMonth + 2) % 12) + 1;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
