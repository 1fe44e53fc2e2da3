/** The hash is part of the format: golden values, and a plain computation over UTF-8 bytes beside it. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addPart,
  finishHash,
  hashInteger,
  hashSingle,
  hashText,
  startHash,
} from "../../runtime/src/bytes/hash.js";
import { compareNormal, normalOf } from "../../runtime/src/bytes/scalar.js";
import { homeSlot, slotCapacity } from "../../runtime/src/bytes/slots.js";
import type { ScalarKind } from "../../runtime/src/definition.js";
import { check } from "../support/property.js";

const hex = (hash: number): string => (hash >>> 0).toString(16).padStart(8, "0");

describe("the hash of a key", () => {
  test("that is one 32-bit integer has its golden values", () => {
    expect([0, 1, -1, 2_988_507].map((value) => hex(hashInteger(value, 0)))).toEqual([
      "00000000",
      "514e28b7",
      "81f16f39",
      "155b8196",
    ]);
    expect(hex(hashInteger(1, 0x9e3779b9))).toBe("36deb503");
    expect(hashInteger(0xffffffff, 0)).toBe(hashInteger(-1, 0));
  });

  test("that is one text has its golden values", () => {
    const golden = {
      "": "b8c37e1d",
      a: "550d87cd",
      Paris: "5f9b72cc",
      é: "875a7797",
      "€": "0d55fab5",
      "😀": "1064b51d",
    };
    for (const [text, hash] of Object.entries(golden)) expect(hex(hashText(text, 0))).toBe(hash);
    expect(hex(hashText("Paris", 1))).toBe("f6f3978a");
  });

  test("of other kinds and of several parts has its golden values", () => {
    const single = (kind: ScalarKind, value: unknown): string =>
      hex(hashSingle(kind, normalOf(kind, value), 0));
    expect(single({ type: "bool" }, true)).toBe("514e28b7");
    expect(single({ type: "enum", names: ["A", "B"] }, "B")).toBe(hex(hashInteger(2, 0)));
    expect(single({ type: "date" }, "1970-01-02")).toBe("514e28b7");
    expect(GOLDEN.map(([kind, value]) => single(kind, value))).toEqual(
      GOLDEN.map(([, , hash]) => hash),
    );
    const text: ScalarKind = { type: "string" };
    let state = addPart(startHash(0), text, "FR");
    state = addPart(state, { type: "uint32" }, 11);
    expect(hex(finishHash(addPart(state, text, undefined)))).toBe("d0c18210");
  });

  test("over UTF-16 is that over UTF-8", () => {
    const property = fc.property(fc.string({ unit: "binary" }), fc.integer(), (text, seed) => {
      expect(hashText(text, seed)).toBe(plainHash(Buffer.from(text), seed));
    });
    expect(check(property, 500)).toBe(500);
    for (const point of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
      const text = String.fromCodePoint(point);
      expect(hashText(text, 0)).toBe(plainHash(Buffer.from(text), 0));
    }
  });

  test("is the same for all values that are the same key", () => {
    const double: ScalarKind = { type: "double" };
    expect(normalOf(double, -0)).toBe(0);
    const odd = new Float64Array(new BigUint64Array([0xfff8000000000001n]).buffer)[0];
    expect(hashSingle(double, normalOf(double, odd), 0)).toBe(
      hashSingle(double, normalOf(double, Number.NaN), 0),
    );
    expect(compareNormal(Number.NaN, Infinity)).toBeGreaterThan(0);
    const wide: ScalarKind = { type: "int64", as: "string" };
    expect(["5", 5, 5n].map((value) => normalOf(wide, value))).toEqual([5, 5, 5]);
    expect(normalOf({ type: "float" }, 0.1)).toBe(Math.fround(0.1));
  });
});

/** Kind, value, hash with seed 0: also in docs/snapshot-format.md. */
const GOLDEN: readonly (readonly [ScalarKind, unknown, string])[] = [
  [{ type: "int64", as: "bigint" }, -1n, "07e5a740"],
  [{ type: "uint64", as: "bigint" }, 2n ** 64n - 1n, "07e5a740"],
  [{ type: "int64", as: "number" }, 2 ** 40, "df9a7837"],
  [{ type: "decimal", digits: 2 }, "19.90", "3792caf5"],
  [{ type: "timestamp", as: "number" }, 86_400_000, "d77ee834"],
  [{ type: "double" }, 1.5, "28cea69c"],
  [{ type: "float" }, 0.1, "73ebbb13"],
  [{ type: "string" }, undefined, "25b3907c"],
];

function plainHash(bytes: Uint8Array, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const byte of [...bytes, 0xff]) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

describe("a slot table", () => {
  test("begins to look at floor(hash * capacity / 2^32), exactly, whatever its size", () => {
    const property = fc.property(
      fc.integer(),
      fc.oneof(fc.integer({ min: 2, max: 2 ** 29 }), fc.constantFrom(2 ** 21, 2 ** 21 + 1)),
      (hash, capacity) => {
        const exact = (BigInt(hash >>> 0) * BigInt(capacity)) >> 32n;
        expect(homeSlot(hash, capacity)).toBe(Number(exact));
      },
    );
    expect(check(property, 2000)).toBe(2000);
    // One below a multiple of 2^32: what rounds on the way lands in the next slot.
    for (const capacity of [3, 0x1fffff, 0x200001, 0x3ffffff, 0x1fffffff]) {
      const hash = Number(BigInt.asUintN(32, -inverse(BigInt(capacity))));
      const exact = (BigInt(hash) * BigInt(capacity)) >> 32n;
      expect(homeSlot(hash | 0, capacity)).toBe(Number(exact));
    }
  });

  test("is half full", () => {
    expect([0, 1, 2, 3, 1000].map(slotCapacity)).toEqual([0, 2, 4, 6, 2000]);
  });
});

/** The inverse of an odd number modulo 2^32, by Newton's iteration. */
function inverse(odd: bigint): bigint {
  let found = odd;
  for (let i = 0; i < 5; i++) found = BigInt.asUintN(32, found * (2n - odd * found));
  return found;
}
