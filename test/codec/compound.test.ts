/** Lists, maps, value types, timestamps and JSON: how they are written, what readers get, what is refused. */
import { describe, expect, test } from "vitest";
import { BadRecordError } from "../../runtime/src/codec/bad-record.js";
import { checkString, checkUint32 } from "../../runtime/src/codec/check-scalar.js";
import { InvalidFieldError } from "../../runtime/src/codec/invalid-field.js";
import { readJson, type Json } from "../../runtime/src/codec/json.js";
import { frozenList, readPacked, writeList, writePacked } from "../../runtime/src/codec/list.js";
import { frozenMap, readEntry, writeMap, type GrowingMap } from "../../runtime/src/codec/map.js";
import {
  boolKeys,
  int32Keys,
  int64Keys,
  stringKeys,
  uint64Keys,
  type MapKeys,
} from "../../runtime/src/codec/map-keys.js";
import { writeMessage } from "../../runtime/src/codec/message.js";
import { FieldNames, refusal } from "../../runtime/src/codec/names.js";
import { Reader } from "../../runtime/src/codec/reader.js";
import {
  readTimestamp,
  readTimestampMs,
  writeTimestamp,
} from "../../runtime/src/codec/timestamp.js";
import { Writer } from "../../runtime/src/codec/writer.js";

describe("a list", () => {
  test("names the element that is wrong", () => {
    const write = (list: readonly string[]): void => {
      const writer = Writer.create();
      writeList(list, "links", (value) => writer.uint32(10).string(checkString(value)));
    };
    expect(() => write(["a", 3 as never])).toThrow("links[1]: expected a string, got 3");
    expect(() => write("ab" as never)).toThrow('links: expected an array, got "ab"');
    const sparse: string[] = ["a"];
    sparse[2] = "c";
    expect(() => write(sparse)).toThrow("links[1]: expected a string, got undefined");
  });

  test("of numbers is read packed and one by one", () => {
    const packed = Writer.create();
    writePacked(packed, 10, [1, 300], "list", (value) => packed.uint32(checkUint32(value)));
    const reader = new Reader(packed.uint32(8).uint32(7).finish());
    let list: number[] | undefined;
    while (reader.pos < reader.len) {
      list = readPacked(reader, reader.tag(), list, () => reader.uint32());
    }
    expect(list).toEqual([1, 300, 7]);
  });

  test("whose packed run ends inside an element is refused", () => {
    const reader = new Reader(Uint8Array.of(10, 1, 0x80, 1));
    const tag = reader.tag();
    expect(() => readPacked(reader, tag, undefined, () => reader.uint32())).toThrow(BadRecordError);
  });

  test("that is empty writes nothing and is one frozen array for all", () => {
    const writer = Writer.create();
    writePacked(writer, 10, [], "list", () => undefined);
    expect(writer.pos).toBe(0);
    expect(frozenList(undefined)).toBe(frozenList([]));
    expect(Object.isFrozen(frozenList([1]))).toBe(true);
  });
});

describe("a map", () => {
  test("is the same bytes in whatever order and form it comes", () => {
    const one = writtenMap({ b: "1", a: "2", "\u{10000}": "3", "\uFFFF": "4" }, stringKeys);
    const other = writtenMap(
      new Map([
        ["\uFFFF", "4"],
        ["\u{10000}", "3"],
        ["a", "2"],
        ["b", "1"],
      ]),
      stringKeys,
    );
    expect(other).toEqual(one);
    expect(Object.keys(readMap(one, stringKeys))).toEqual(["a", "b", "\uFFFF", "\u{10000}"]);
  });

  test.each([
    ["int32", int32Keys, { 10: "a", 9: "b", "-1": "c" }, ["9", "10", "-1"]],
    [
      "int64",
      int64Keys,
      new Map<unknown, string>([
        [-5n, "a"],
        ["7", "b"],
        [6, "c"],
      ]),
      ["6", "7", "-5"],
    ],
    ["uint64", uint64Keys, { "18446744073709551615": "a" }, ["18446744073709551615"]],
    [
      "bool",
      boolKeys,
      new Map<unknown, string>([
        [true, "a"],
        ["false", "b"],
      ]),
      ["false", "true"],
    ],
  ])("may have %s keys", (_, keys, map, names) => {
    expect(Object.keys(readMap(writtenMap(map, keys), keys))).toEqual(names);
  });

  test("is frozen, without a prototype, and takes any key", () => {
    const map = readMap(
      writtenMap(JSON.parse('{"__proto__":"x","constructor":"y"}') as object, stringKeys),
      stringKeys,
    );
    expect(Object.getPrototypeOf(map)).toBe(null);
    expect(Object.entries(map)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(map["toString"]).toBe(undefined);
    expect(Object.isFrozen(map)).toBe(true);
    expect(readMap(new Uint8Array(0), stringKeys)).toBe(readMap(new Uint8Array(0), stringKeys));
  });
});

describe("an entry of a map", () => {
  test("that is wrong is named", () => {
    expect(() => writtenMap({ fr: 3 }, stringKeys)).toThrow(
      'labels["fr"]: expected a string, got 3',
    );
    expect(() => writtenMap({ x: "a" }, int32Keys)).toThrow(
      'labels: expected an integer of 32 bits as each key, got "x"',
    );
    expect(() =>
      writtenMap(
        new Map([
          [1, "a"],
          ["1", "b"],
        ] as never),
        int32Keys,
      ),
    ).toThrow("labels: expected each key once, got 1");
    expect(() => writtenMap([["a", "b"]], stringKeys)).toThrow(
      "labels: expected an object or a Map",
    );
  });

  test("may leave its key or its value out, as protobuf says", () => {
    expect(readMap(Uint8Array.of(10, 0), stringKeys)).toEqual({ "": "" });
    const reader = new Reader(Uint8Array.of(0));
    expect(() => readEntry(reader, undefined, stringKeys, () => 1)).toThrow(BadRecordError);
  });
});

describe("a value type", () => {
  const names = new FieldNames(["lat", "note"]);
  const encode = (writer: Writer, row: { lat: number; note?: string }): void => {
    writer.uint32(8).uint32(checkUint32(row.lat, "lat"));
    if (row.note === undefined) names.check(row);
  };
  const write = (value: unknown): unknown =>
    writeMessage(Writer.create(), value, encode, "location");

  test("names the path to what is wrong", () => {
    expect(() => write({ lat: "x" })).toThrow("location.lat: expected a whole number");
    expect(() => write(null)).toThrow("location: expected an object, got null");
    expect(() => write("text")).toThrow('location: expected an object, got "text"');
  });

  test("names a misspelt property, of a required field and of an optional one", () => {
    expect(() => write({ Lat: 5 })).toThrow("location has Lat; the field is lat");
    expect(() => write({ lat: 5, n_ote: "x" })).toThrow("location has n_ote; the field is note");
    expect(() => write({ lat: 5, note: undefined, NOTE: "x" })).toThrow("location has NOTE");
    expect(() => write({ lat: 5, note: "x", NOTE: "y", other: 1 })).not.toThrow();
    expect(() => write({ lat: 5, other: 1 })).not.toThrow();
  });

  test("leaves errors alone that are none of a field", () => {
    const error = new TypeError("a getter threw");
    expect(refusal(error, {})).toBe(error);
    expect(refusal(new InvalidFieldError("a", "a number", undefined), {})).toBeInstanceOf(
      InvalidFieldError,
    );
  });

  test("finds a misspelt property however many harmless ones there are", () => {
    for (let i = 0; i < 1000; i++) names.check({ [`other${i}`]: 1 });
    expect(() => names.check({ LAT: 1 })).toThrow("row has LAT; the field is lat");
  });
});

describe("a timestamp", () => {
  const bytesOf = (ms: number): Uint8Array => {
    const writer = Writer.create();
    writeTimestamp(writer, ms);
    return writer.finish();
  };

  test("comes back to the millisecond, before 1970 too", () => {
    for (const ms of [0, 1, 999, 1000, -1, -1000, -62_135_596_800_000, 253_402_300_799_999]) {
      expect(readTimestampMs(new Reader(bytesOf(ms)))).toBe(ms);
    }
  });

  test("is a Date that cannot be set, and whose copy can", () => {
    const date = readTimestamp(new Reader(bytesOf(1000)));
    expect(date).toBeInstanceOf(Date);
    expect(date.toISOString()).toBe("1970-01-01T00:00:01.000Z");
    const setters = Object.getOwnPropertyNames(Date.prototype).filter((name) =>
      name.startsWith("set"),
    );
    expect(setters.length).toBeGreaterThan(15);
    for (const setter of setters) {
      expect(() => (Reflect.get(date, setter) as (value: number) => void).call(date, 5)).toThrow(
        TypeError,
      );
    }
    expect(new Date(date).setUTCFullYear(2000)).toBeGreaterThan(0);
    expect(date.getTime()).toBe(1000);
    expect(Object.isFrozen(date)).toBe(true);
  });

  test("with a fraction of a millisecond is cut, out of range refused", () => {
    const message = (seconds: number, nanos: number): Reader =>
      new Reader(
        Writer.create().fork().uint32(8).int64(seconds).uint32(16).uint32(nanos).ldelim().finish(),
      );
    expect(readTimestampMs(message(1, 1_999_999))).toBe(1001);
    expect(() => readTimestampMs(message(1, 1_000_000_000))).toThrow(BadRecordError);
    expect(() => readTimestampMs(message(253_402_300_800, 0))).toThrow(BadRecordError);
  });
});

describe("JSON", () => {
  const read = (text: string): Json => readJson(new Reader(Writer.create().string(text).finish()));

  test("is frozen at every depth, and __proto__ in it means nothing", () => {
    const value = read('{"a":[{"b":1}],"__proto__":{"polluted":true}}') as {
      readonly a: readonly object[];
      readonly polluted?: true;
    };
    expect([value, value.a, value.a[0]].every(Object.isFrozen)).toBe(true);
    expect(value.polluted).toBe(undefined);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("that is none, or too deep, is refused", () => {
    expect(() => read("{")).toThrow(BadRecordError);
    expect(() => read("[".repeat(1000) + "]".repeat(1000))).toThrow(BadRecordError);
  });
});

function writtenMap(map: object, keys: MapKeys): Uint8Array {
  const writer = Writer.create();
  writeMap(writer, 10, map as never, "labels", keys, (value) =>
    writer.uint32(18).string(checkString(value)),
  );
  return writer.finish();
}

function readMap(bytes: Uint8Array, keys: MapKeys): Readonly<Record<string, string>> {
  const reader = new Reader(bytes);
  let map: GrowingMap<string> | undefined;
  while (reader.pos < reader.len) {
    reader.tag();
    map = readEntry(reader, map, keys, () => reader.string(), "");
  }
  return frozenMap(map);
}
