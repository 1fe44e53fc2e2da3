/** Order keys order as values do, and the sort orders them, keeping ties as they came. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Arena } from "../../runtime/src/bytes/arena.js";
import { OrderKeyWriter } from "../../runtime/src/bytes/order-key.js";
import { compareBytes, sortByBytes, type ByteStrings } from "../../runtime/src/bytes/radix-sort.js";
import { compareNormal, normalOf } from "../../runtime/src/bytes/scalar.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { check } from "../support/property.js";
import { anyThing, FIELDS } from "../support/thing.js";

function stringsOf(all: readonly Uint8Array[]): ByteStrings {
  const arena = new Arena("test");
  const addresses = Uint32Array.from(all, (bytes) => arena.append(bytes, bytes.length));
  return { arena, addresses, lengths: Uint32Array.from(all, ({ length }) => length) };
}

function sorted(all: readonly Uint8Array[]): number[] {
  const order = Uint32Array.from(all.keys());
  atOnce(sortByBytes(stringsOf(all), order));
  return [...order];
}

function expected(all: readonly Uint8Array[]): number[] {
  return [...all.keys()].sort((a, b) => Buffer.compare(all[a] as Uint8Array, all[b] as Uint8Array));
}

/** Bytes below 4 and a 4 at the end: no string is the beginning of another, and many are equal. */
const anyBytes = fc
  .array(fc.integer({ min: 0, max: 3 }), { maxLength: 9 })
  .map((bytes) => Uint8Array.from([...bytes, 4]));

describe("the sort of byte strings", () => {
  test("orders few and many, and keeps equal ones as they came", () => {
    for (const size of ["xsmall", "small", "large"] as const) {
      const property = fc.property(fc.array(anyBytes, { size, maxLength: 3000 }), (all) => {
        expect(sorted(all)).toEqual(expected(all));
      });
      expect(check(property, 60)).toBe(60);
    }
  });

  test("orders many thousands with long common beginnings", () => {
    const all = Array.from({ length: 9000 }, (_, i) => {
      const digits = ((i * 7919) % 4001).toString(7);
      return Buffer.from(`a common beginning of some length ${digits}!`);
    });
    expect(sorted(all)).toEqual(expected(all));
  });

  test("leaves alone what is in order, and nothing", () => {
    const all = Array.from({ length: 5000 }, (_, i) => Uint8Array.of(i >> 8, i & 255));
    expect(sorted(all)).toEqual([...all.keys()]);
    expect(sorted([])).toEqual([]);
  });

  test("gives others their turn", () => {
    const all = Array.from({ length: 50_000 }, (_, i) => Buffer.from(String((i * 7919) % 50_021)));
    let yields = 0;
    for (const step of sortByBytes(stringsOf(all), Uint32Array.from(all.keys()))) {
      expect(step).toBe(undefined);
      yields++;
    }
    expect(yields).toBeGreaterThan(50);
  });
});

describe("an order key", () => {
  test("orders as its value does, unset last in both directions", () => {
    const property = fc.property(
      fc.constantFrom(...FIELDS),
      fc.boolean(),
      anyThing,
      anyThing,
      (field, descending, a, b) => {
        const [left, right] = [a, b].map((row) => {
          const value = field.read(row);
          return value === undefined ? undefined : normalOf(field.kind, value);
        });
        const writer = new OrderKeyWriter();
        const keys = [left, right].map((value) => {
          writer.reset();
          writer.optional(field.kind, value, descending);
          return Uint8Array.from(writer.bytes.subarray(0, writer.size));
        });
        const order = Math.sign(compareBytes(stringsOf(keys), 0, 1));
        const known = left === undefined || right === undefined ? 0 : compareNormal(left, right);
        const unset = Number(left === undefined) - Number(right === undefined);
        expect(order).toBe(unset + Math.sign(descending ? -known : known));
      },
    );
    expect(check(property, 2000)).toBe(2000);
  });
});

describe("an arena", () => {
  test("takes strings longer than its chunks, and empty ones at their ends", () => {
    const sizes = [0, 1_048_576, 0, 3_000_000, 5, 1_048_575, 0, 1, 0];
    const all = sizes.map((size, i) => new Uint8Array(size).fill(i));
    const strings = stringsOf(all);
    for (const [i, bytes] of all.entries()) {
      const address = strings.addresses[i] as number;
      const start = address & 0xfffff;
      const found = strings.arena.chunkOf(address).subarray(start, start + bytes.length);
      expect(Buffer.compare(found, bytes)).toBe(0);
    }
  });
});
