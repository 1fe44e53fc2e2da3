/** Reading bytes: what is valid comes back exactly, whatever memory it lies in; what is not is refused. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BadRecordError } from "../../runtime/src/codec/bad-record.js";
import {
  readInt64,
  readInt64Number,
  readInt64Text,
  readUint64,
  readUint64Number,
  readUint64Text,
  writeInt64,
  writeUint64,
} from "../../runtime/src/codec/int64.js";
import { Reader } from "../../runtime/src/codec/reader.js";
import { Writer } from "../../runtime/src/codec/writer.js";
import { check } from "../support/property.js";

/** Text that can be written as UTF-8. */
const text = fc.string({ unit: "binary", maxLength: 40 }).filter((each) => !/\p{Cs}/u.test(each));

describe("a string", () => {
  test("of any length and any code points comes back", () => {
    check(
      fc.property(fc.array(text, { maxLength: 30 }), (strings) => {
        const writer = Writer.create();
        for (const each of strings) writer.string(each);
        const reader = new Reader(shared(writer.finish()));
        expect(strings.map(() => reader.string())).toEqual(strings);
        expect(reader.pos).toBe(reader.len);
      }),
      500,
    );
  });

  test("of up to four ASCII characters comes back, however many there are of them", () => {
    const strings = Array.from({ length: 20_000 }, (_, i) => i.toString(36).padStart(i % 5, "\0"));
    const writer = Writer.create();
    for (const each of [...strings, ...strings]) writer.string(each);
    const reader = new Reader(writer.finish());
    expect([...strings, ...strings].map(() => reader.string())).toEqual([...strings, ...strings]);
  });

  test("that holds the replacement character is valid", () => {
    expect(new Reader(Writer.create().string("a\uFFFDb").finish()).string()).toBe("a\uFFFDb");
  });

  test.each([
    ["a byte that begins nothing", [0xff]],
    ["a sequence cut short", [0x61, 0x61, 0x61, 0x61, 0xe2, 0x82]],
    ["an overlong form", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
  ])("with %s is refused", (_, bytes) => {
    const reader = new Reader(Uint8Array.from([bytes.length, ...bytes]));
    expect(() => reader.string()).toThrow(BadRecordError);
  });

  test("that would end behind the bytes is refused", () => {
    expect(() => new Reader(Uint8Array.of(5, 97, 98)).string()).toThrow(BadRecordError);
  });
});

describe("a number", () => {
  test("of floating point comes back bit by bit, at any position", () => {
    check(
      fc.property(fc.array(fc.tuple(fc.double(), fc.float())), (pairs) => {
        const writer = Writer.create().bool(true);
        for (const [double, float] of pairs) writer.double(double).float(float);
        const reader = new Reader(shared(writer.finish()));
        reader.bool();
        expect(pairs.map(() => [reader.double(), reader.float()])).toEqual(pairs);
      }),
      200,
    );
  });

  test("of floating point behind the end is refused", () => {
    expect(() => new Reader(Uint8Array.of(1, 2, 3)).double()).toThrow(RangeError);
    expect(() => new Reader(Uint8Array.of(1, 2, 3)).float()).toThrow(RangeError);
  });
});

describe("an integer", () => {
  test("of 64 bits comes back", () => {
    const pair = fc.tuple(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(0n, 2n ** 64n - 1n));
    check(
      fc.property(fc.array(pair), (pairs) => {
        const writer = Writer.create();
        for (const [signed, unsigned] of pairs) {
          writeInt64(writer, signed);
          writeUint64(writer, unsigned);
        }
        const reader = new Reader(writer.finish());
        expect(pairs.map(() => [readInt64(reader), readUint64(reader)])).toEqual(pairs);
      }),
      500,
    );
  });

  test("of 64 bits is the same bytes whether it comes as a number or as a bigint", () => {
    check(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(bytesOf((writer) => writeInt64(writer, value))).toEqual(
          bytesOf((writer) => writeInt64(writer, BigInt(value))),
        );
        const positive = Math.abs(value);
        expect(bytesOf((writer) => writeUint64(writer, positive))).toEqual(
          bytesOf((writer) => writeUint64(writer, BigInt(positive))),
        );
        const reader = new Reader(bytesOf((writer) => writeInt64(writer, value)));
        expect(readInt64Number(reader)).toBe(value);
        reader.pos = 0;
        expect(readInt64Text(reader)).toBe(String(value));
      }),
      1000,
    );
  });

  test("beyond 2^53 is refused where numbers are wanted, and text where text is", () => {
    const bytes = bytesOf((writer) => {
      writeInt64(writer, -(2n ** 53n));
      writeUint64(writer, 2n ** 53n);
    });
    const reader = new Reader(bytes);
    expect(readInt64Text(reader)).toBe("-9007199254740992");
    expect(readUint64Text(reader)).toBe("9007199254740992");
    reader.pos = 0;
    expect(() => readInt64Number(reader)).toThrow(BadRecordError);
    expect(() => readUint64Number(reader)).toThrow(BadRecordError);
  });

  test("that does not end is refused", () => {
    expect(() => new Reader(new Uint8Array(20).fill(0x80)).low()).toThrow(BadRecordError);
    expect(() => new Reader(Uint8Array.of(0x80, 0x80)).low()).toThrow(BadRecordError);
  });
});

test("bytes are a copy: the segment may change or go", () => {
  const segment = shared(
    Writer.create()
      .bytes(Uint8Array.of(1, 2, 3))
      .finish(),
  );
  const bytes = new Reader(segment).bytes();
  segment.fill(9);
  expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  expect(bytes.buffer).toBeInstanceOf(ArrayBuffer);
  expect(bytes.buffer.byteLength).toBe(3);
});

function bytesOf(write: (writer: Writer) => void): Uint8Array {
  const writer = Writer.create();
  write(writer);
  return writer.finish();
}

/** The same bytes where segments have theirs, in the middle of shared memory. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length + 7), 3, bytes.length);
  copy.set(bytes);
  return copy;
}
