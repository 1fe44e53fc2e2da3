/** What each type takes from a loader, in the form in which it is written, and what it refuses. */
import { describe, expect, test } from "vitest";
import {
  checkBool,
  checkBytes,
  checkDouble,
  checkFloat,
  checkInt32,
  checkString,
  checkUint32,
} from "../../runtime/src/codec/check-scalar.js";
import { checkDate } from "../../runtime/src/codec/date.js";
import { checkDecimal } from "../../runtime/src/codec/decimal.js";
import { checkEnum, enumNumbers } from "../../runtime/src/codec/enum.js";
import {
  checkInt64,
  checkSafeInt64,
  checkSafeUint64,
  checkUint64,
} from "../../runtime/src/codec/int64.js";
import { InvalidFieldError } from "../../runtime/src/codec/invalid-field.js";
import { checkJson } from "../../runtime/src/codec/json.js";
import { putDouble, putFloat } from "../../runtime/src/codec/put.js";
import { checkTimestamp } from "../../runtime/src/codec/timestamp.js";
import { Writer } from "../../runtime/src/codec/writer.js";

type Check = (value: unknown, path: string) => unknown;

interface Case {
  readonly check: Check;
  /** Values, and what they become. */
  readonly takes: readonly (readonly [given: unknown, checked: unknown])[];
  readonly refuses: readonly unknown[];
}

/** The same value. */
const same = (...values: readonly unknown[]): [unknown, unknown][] =>
  values.map((value) => [value, value]);

const numbers = enumNumbers(["red", "green"]);
const instant = new Date(Date.UTC(2026, 0, 31));

const CASES: Readonly<Record<string, Case>> = {
  bool: { check: checkBool, takes: same(true, false), refuses: [0, 1, "true"] },
  int32: {
    check: checkInt32,
    takes: [...same(0, 2 ** 31 - 1, -(2 ** 31)), [-0, 0]],
    refuses: [2 ** 31, -(2 ** 31) - 1, 1.5, Number.NaN, Infinity, "1", 1n],
  },
  uint32: {
    check: checkUint32,
    takes: [...same(0, 2 ** 32 - 1), [-0, 0]],
    refuses: [2 ** 32, -1, 0.5, Number.NaN, "1", 1n, true],
  },
  float: {
    check: checkFloat,
    takes: [...same(1.5, -0, Number.NaN, Infinity, -Infinity), [0.1, Math.fround(0.1)], [1e-60, 0]],
    refuses: [1e39, -1e39, "1", 1n],
  },
  double: { check: checkDouble, takes: same(0.1, -0, Number.NaN, Infinity), refuses: ["1", 1n] },
  string: {
    check: checkString,
    takes: same("", "a\0b", "\u{1f600}"),
    refuses: ["\ud83d", "a\ude00", 1],
  },
  bytes: {
    check: checkBytes,
    takes: same(new Uint8Array(2), Buffer.from("ab")),
    refuses: ["ab", [1, 2], new Uint16Array(2), new ArrayBuffer(2)],
  },
  int64: {
    check: checkInt64,
    takes: [
      ...same(5, -(2 ** 53) + 1, 2n ** 63n - 1n, -(2n ** 63n)),
      ["-9223372036854775808", -(2n ** 63n)],
      ["007", 7],
      [5n, 5],
      [-0, 0],
    ],
    refuses: [2 ** 53, 2n ** 63n, "9223372036854775808", "", "1e3", "0x10", " 1", "1.0", 1.5, true],
  },
  uint64: {
    check: checkUint64,
    takes: [...same(0, 2n ** 64n - 1n), ["18446744073709551615", 2n ** 64n - 1n]],
    refuses: [-1, -1n, "-1", 2n ** 64n, 2 ** 53],
  },
  "int64 as number": {
    check: checkSafeInt64,
    takes: [
      [2n ** 53n - 1n, 2 ** 53 - 1],
      ["-5", -5],
    ],
    refuses: [2n ** 53n, "9007199254740992", 2 ** 53],
  },
  "uint64 as number": { check: checkSafeUint64, takes: [["5", 5]], refuses: [-1, "-1", 2n ** 53n] },
  timestamp: {
    check: checkTimestamp,
    takes: [[instant, instant.getTime()], ...same(0, -1, -62_135_596_800_000, 253_402_300_799_999)],
    refuses: [
      new Date(Number.NaN),
      0.5,
      Number.NaN,
      253_402_300_800_000,
      -62_135_596_800_001,
      "2026-01-31",
      1n,
    ],
  },
  date: {
    check: checkDate,
    takes: [
      ["1970-01-01", 0],
      ["1969-12-31", -1],
      ["2000-02-29", 11_016],
      ["0001-01-01", -719_162],
      ["9999-12-31", 2_932_896],
    ],
    refuses: [
      "1900-02-29",
      "2026-02-30",
      "2026-13-01",
      "2026-00-10",
      "0000-01-01",
      "2026-1-1",
      instant,
      0,
      "2026-01-31T00:00",
    ],
  },
  "decimal(2)": {
    check: (value, path) => checkDecimal(value, 2, path),
    takes: [
      ["19.90", 1990],
      ["19.9", 1990],
      ["19", 1900],
      ["-0.05", -5],
      ["-0.00", 0],
      ["19.9000", 1990],
      ["000000000000000000019.90", 1990],
      ["92233720368547758.07", 2n ** 63n - 1n],
      ["-92233720368547758.08", -(2n ** 63n)],
    ],
    refuses: [
      "19.905",
      "92233720368547758.08",
      "",
      ".5",
      "5.",
      "+1",
      "1e2",
      "1,5",
      " 1",
      19.9,
      19n,
      "0".repeat(65),
    ],
  },
  "decimal(0)": {
    check: (value, path) => checkDecimal(value, 0, path),
    takes: [
      ["19", 19],
      ["19.000", 19],
    ],
    refuses: ["19.5"],
  },
  enum: {
    check: (value, path) => checkEnum(value, numbers, path),
    takes: [
      ["red", 1],
      ["green", 2],
    ],
    refuses: ["RED", "blue", 1, "constructor"],
  },
  json: {
    check: checkJson,
    takes: [
      [null, "null"],
      [
        { b: 1, a: [true, "x", null, -1.5e-7], c: undefined },
        '{"b":1,"a":[true,"x",null,-1.5e-7]}',
      ],
      [JSON.parse('{"__proto__":{"x":1}}'), '{"__proto__":{"x":1}}'],
      [Object.create(null), "{}"],
      ["\ud83d", '"\\ud83d"'],
    ],
    refuses: [
      undefined,
      Number.NaN,
      Infinity,
      1n,
      instant,
      new Map(),
      [undefined],
      { f: checkBool },
      cyclic(),
    ],
  },
};

describe.each(Object.entries(CASES))("%s", (_, { check, takes, refuses }) => {
  test("takes what it can hold", () => {
    for (const [given, checked] of takes) expect(check(given, "field")).toEqual(checked);
  });

  test("refuses the rest and says what it takes", () => {
    for (const given of [...refuses, undefined, Symbol("s"), () => 1]) {
      const error = caught(() => check(given, "field"));
      expect(error.message).toMatch(/^field.*: expected .+, got .+$/);
      expect(error.path).toMatch(/^field/);
    }
  });
});

test("null is no value of any type but json", () => {
  const others = Object.entries(CASES).filter(([name]) => name !== "json");
  for (const [, { check }] of others) expect(() => check(null, "f")).toThrow(InvalidFieldError);
});

test("only zero itself is left out of a message, not -0", () => {
  const sizes = [0, -0, 1, Number.NaN].map((value) => {
    const writer = Writer.create();
    putDouble(writer, 9, value, "field");
    putFloat(writer, 21, value, "field");
    return writer.finish().length;
  });
  expect(sizes).toEqual([0, 14, 14, 14]);
});

test("a value in a message is short, on one line, and tells text from numbers", () => {
  const shown = (value: unknown): string => caught(() => checkBool(value, "f")).message;
  expect(shown("1")).toBe('f: expected true or false, got "1"');
  expect(shown(1n)).toBe("f: expected true or false, got 1n");
  expect(shown("x\n".repeat(1000)).length).toBeLessThan(250);
  expect(shown(Object.create(null))).toBe("f: expected true or false, got an object");
  expect(shown([1, 2])).toBe("f: expected true or false, got an array of 2");
  expect(shown(new Date(Number.NaN))).toBe("f: expected true or false, got Date (invalid)");
});

function cyclic(): object {
  const object: { self?: object } = {};
  object.self = object;
  return object;
}

function caught(run: () => unknown): InvalidFieldError {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidFieldError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
