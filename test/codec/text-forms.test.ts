/** Values that are text in TypeScript and numbers on the wire: there and back, and their order. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BadRecordError } from "../../runtime/src/codec/bad-record.js";
import { compareDecimals, compareText } from "../../runtime/src/codec/compare-text.js";
import { checkDate, readDate } from "../../runtime/src/codec/date.js";
import { checkDecimal, readDecimal } from "../../runtime/src/codec/decimal.js";
import { writeInt64 } from "../../runtime/src/codec/int64.js";
import { Reader } from "../../runtime/src/codec/reader.js";
import { Writer } from "../../runtime/src/codec/writer.js";
import { check } from "../support/property.js";

const DAY_MS = 86_400_000;

test("every day is the one that JavaScript counts, and its text comes back", () => {
  check(
    fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (days) => {
      const text = new Date(days * DAY_MS).toISOString().slice(0, 10);
      expect(checkDate(text)).toBe(days);
      expect(readDate(readerOf((writer) => writer.sint32(days)))).toBe(text);
    }),
    2000,
  );
});

test("a day outside the years 1 to 9999 is no date", () => {
  for (const days of [-719_163, 2_932_897, 2 ** 31 - 1]) {
    expect(() => readDate(readerOf((writer) => writer.sint32(days)))).toThrow(BadRecordError);
  }
});

const scaled = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-100_000n, 100_000n));

test("decimals come back in canonical text, with all their digits", () => {
  check(
    fc.property(scaled, fc.integer({ min: 0, max: 18 }), (value, digits) => {
      const text = readDecimal(
        readerOf((writer) => writeInt64(writer, value)),
        digits,
      );
      expect(text).toMatch(digits === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${digits}}$`));
      expect(BigInt(text.replace(".", ""))).toBe(value);
      expect(BigInt(checkDecimal(text, digits))).toBe(value);
    }),
    2000,
  );
});

test("decimals are ordered as numbers", () => {
  check(
    fc.property(scaled, scaled, fc.integer({ min: 0, max: 18 }), (a, b, digits) => {
      const [left, right] = [a, b].map((value) =>
        readDecimal(
          readerOf((writer) => writeInt64(writer, value)),
          digits,
        ),
      );
      expect(Math.sign(compareDecimals(left ?? "", right ?? ""))).toBe(a < b ? -1 : Number(a > b));
    }),
    1000,
  );
});

test("text is ordered as its UTF-8 bytes are", () => {
  const unit = fc.constantFrom("a", "b", "\uD7FF", "\uE000", "\uFFFF", "\u{10000}", "\u{10FFFF}");
  const text = fc.array(unit, { maxLength: 4 }).map((units) => units.join(""));
  check(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    1000,
  );
});

function readerOf(write: (writer: Writer) => unknown): Reader {
  const writer = Writer.create();
  write(writer);
  return new Reader(writer.finish());
}
