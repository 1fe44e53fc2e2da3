/** The generated code of the golden cases at work: what it reads, follows, refuses and answers. */
import { memoryStore } from "cached-collections";
import { describe, expect, test } from "vitest";
import { BookSnapshot, type BookInput } from "./emit/absent/generated.js";
import {
  ClashDataset,
  ClashSnapshot,
  HeaderSnapshot,
  ReaderSnapshot,
  type HeaderInput,
  type ReaderInput,
} from "./emit/clash/generated.js";
import { DefaultSnapshot, KeyedSnapshot, PlainSnapshot } from "./emit/everything/generated.js";
import { LinksSnapshot } from "./emit/references/generated.js";
import { ThingSnapshot, type ThingInput } from "./emit/where/generated.js";

const nothing = { cc: null, r: 0, w: "class", row: [] } as const;
const reader: ReaderInput = {
  end: 4_294_967_295,
  field: "f",
  class: "c",
  default: "d",
  then: "t",
  toString: nothing,
  value: new Map([["k", "v"]]),
  undefined: -0,
  message: [{ cc: "x", r: 1, w: "point-of-sale", row: [true, false] }],
  encodeReader: "e",
  readerDefinition: "r",
  valueOf: ["v"],
};

const header: HeaderInput = {
  hasOwnProperty: 1,
  // To the compiler every object has these two.
  isPrototypeOf: null,
  propertyIsEnumerable: undefined,
  toLocaleString: [1, 7],
  toJSON: { __proto__: null, constructor: 1 },
  prototype: "constructor",
  labels: new Map([
    ["__proto__", { x: 1 }],
    ["constructor", { x: 2 }],
  ]),
  kinds: { [-1]: "hasOwnProperty" },
  other: { x: 3, google: 0 },
  others: [{ labels: { toString: { x: 4 } } }],
  google: [0],
  arguments: true,
  eval: "e",
  await: "y",
  yield: "1",
  typeof: -1n,
  enum: "valueOf",
  repeated: [],
  map: { true: "foo-1" },
  inf: Infinity,
};

describe("a schema of names that clash", () => {
  test("keeps fields, enum values and map keys that every object seems to have", () => {
    const snapshot = HeaderSnapshot.of([header]);
    const record = snapshot.key.get(1);
    expect(record?.hasOwnProperty).toBe(1);
    expect(record?.isPrototypeOf).toBe(undefined);
    expect(record?.propertyIsEnumerable).toBe(undefined);
    expect(Object.entries(record?.labels ?? {})).toEqual([
      ["__proto__", { x: 1, google: undefined }],
      ["constructor", { x: 2, google: undefined }],
    ]);
    expect(record?.others[0]?.labels["toString"]?.x).toBe(4);
    expect(record?.kinds[-1]).toBe("hasOwnProperty");
    expect(record?.map).toEqual({ true: "foo-1" });
    expect(record?.toJSON).toEqual({ constructor: 1 });
  });

  test("reads views and follows references called by reserved words", () => {
    const page = ClashSnapshot.of({
      header: [header, { ...header, hasOwnProperty: 7, eval: "f" }],
    });
    const record = page.header.getOrThrow(1);
    expect(page.header.delete(record)).toBe(record);
    expect(page.header.import(record)).toEqual([record, page.header.get(7)]);
    expect(page.header.removed.count("constructor")).toBe(2);
    expect(page.header.prototype.get(7)).toHaveLength(2);
    expect(page.header.default.count({ hasOwnProperty: 1, isPrototypeOf: undefined })).toBe(1);
    expect(page.header.arguments.get({ eval: "e", true: "t" })).toBe(undefined);
    expect(page.header.yield.size).toBe(0);
    expect(page.header.header.at(0)?.hasOwnProperty).toBe(7);
  });

  test("reads back what was given", () => {
    const snapshot = ReaderSnapshot.of([reader]);
    expect({ ...snapshot.get({ class: "c", end: 4_294_967_295 }) }).toEqual({
      ...reader,
      toString: { ...nothing, cc: undefined },
      tag: -5,
      value: { k: "v" },
    });
    expect(snapshot.class.count("d")).toBe(1);
    expect(snapshot.message.range({ prefix: "t" }).size).toBe(1);
  });

  test("tells a missing field from what every object has", () => {
    const { toString: _, ...rest } = reader;
    // To the compiler too, every object has one.
    const row = { ...rest, then: undefined } as ReaderInput;
    const [record] = ReaderSnapshot.of([row]).values();
    expect(record?.toString).toBe(undefined);
    const { valueOf: __, ...withoutList } = row;
    expect(() => ReaderSnapshot.of([withoutList as ReaderInput])).toThrow(
      "valueOf: expected an array, got undefined",
    );
  });

  test("goes through a store", async () => {
    await using store = memoryStore();
    const dataset = new ClashDataset(store, {
      load: {
        reader: () => [reader],
        date: () => [{ r: 1, end: new Date(5) }],
        map: () => [{ string: "c", key: 4_294_967_295, object: { a: [1] } }],
        object: () => [{ option: Buffer.from("b"), optional: "7", package: "2026-01-31" }],
        header: () => [header, { ...header, hasOwnProperty: 7 }],
        timestamp: () => [{ timestamp: 1, at: 0 }],
        uint8Array: () => [],
        symbol: () => [{ symbol: { a: 1 } }],
        error: () => [{ error: null }],
      },
    });
    const page = await dataset.ready();
    expect(page.map.reader(page.map.getOrThrow("c"))).toBe(
      page.reader.get({ class: "c", end: 4_294_967_295 }),
    );
    expect(page.date.getOrThrow(1).end?.getTime()).toBe(5);
    expect(page.object.at(0)).toEqual({
      option: Uint8Array.of(98),
      optional: 7n,
      package: "2026-01-31",
    });
  });
});

describe("references", () => {
  const home = { node: 2, nodes: [] };
  const node = (id: number, more: object = {}): object => ({
    id,
    others: [],
    homeOf: home,
    ...more,
  });
  const page = LinksSnapshot.of({
    node: [
      node(1, { parent: 2, others: [2, 9, 1], place: { node: 1, nodes: [2], next: 2 } }),
      node(2),
    ] as never,
    edge: [
      { from: 1, to: 2, nextFrom: 2, nextTo: 1 },
      { from: 2, to: 1, nextTo: 1 },
    ],
  });
  const one = page.node.getOrThrow(1);
  const two = page.node.getOrThrow(2);

  test("lead to records, or to undefined when they are unset", () => {
    expect(page.node.self(one)).toBe(one);
    expect(page.node.above(one)).toBe(two);
    expect(page.node.above(two)).toBe(undefined);
    expect(page.node.near(one)).toBe(one);
    expect(page.node.near(two)).toBe(undefined);
    expect(page.node.home(two)).toBe(two);
  });

  test("of a list lead to all that exist, in its order", () => {
    expect(page.node.related(one)).toEqual([two, one]);
    expect(page.node.around(one)).toEqual([two]);
    expect(page.node.around(two)).toEqual([]);
    expect(Object.isFrozen(page.node.related(one))).toBe(true);
  });

  test("by composite keys lead there too", () => {
    const edge = page.edge.getOrThrow({ from: 1, to: 2 });
    expect(page.edge.following(edge)).toBe(page.edge.get({ from: 2, to: 1 }));
    expect(page.edge.following(page.edge.getOrThrow({ from: 2, to: 1 }))).toBe(undefined);
    expect(page.edge.start(edge)).toBe(one);
    expect(page.node.way(one)).toBe(edge);
    expect(page.node.way(two)).toBe(undefined);
  });
});

describe("where", () => {
  const start = Date.UTC(2020, 0, 1);
  const thing: ThingInput = {
    id: 1,
    kind: "a",
    on: true,
    maybe: false,
    text: "x\\y\n",
    big: 9_007_199_254_740_993n,
    wide: 5n,
    safe: 5,
    price: "1.5",
    day: "2020-02-29",
    at: start,
    ms: start,
    inner: { n: null, at: start + 1 },
    ratio: 0.5,
    tags: [],
  };
  /** The views that show the record with these values. */
  const shown = (changes: Partial<ThingInput>): string[] => {
    const snapshot = ThingSnapshot.of([{ ...thing, ...changes }]);
    const lists = ["equal", "unlike", "among", "amongMore", "above", "below", "moments"] as const;
    const views = lists.filter((view) => snapshot[view].size === 1) as string[];
    if (snapshot.thatMoment.has(1)) views.push("thatMoment");
    if (snapshot.present.size === 1) views.push("present");
    return views;
  };

  test("shows exactly the records for which all tests hold", () => {
    expect(shown({})).toEqual(["equal", "among", "amongMore", "moments", "thatMoment", "present"]);
    expect(shown({ big: 9_007_199_254_740_992n })).not.toContain("equal");
    expect(shown({ wide: "15" })).not.toContain("equal");
    expect(shown({ price: "1.51" })).not.toContain("equal");
    expect(shown({ kind: "c", on: false, maybe: null, text: "y", day: null })).toEqual([
      "unlike",
      "moments",
      "thatMoment",
    ]);
    expect(shown({ text: "p" })).not.toContain("amongMore");
  });

  test("compares decimals as numbers, text by code point, and unset values never", () => {
    const above = { text: "m\0", big: -10, wide: "10000001", safe: 2, price: "-0.04", ratio: 0.25 };
    expect(shown(above)).toContain("above");
    for (const change of [
      { text: "m" },
      { big: -11 },
      { wide: 9_999_999 },
      { safe: 1 },
      { price: "-0.05" },
      { price: "-10.00" },
      { ratio: 0.2 },
    ]) {
      expect(shown({ ...above, ...change })).not.toContain("above");
    }
    const below = { text: "m", day: "1999-12-31", inner: { n: -1 }, price: "9.99" };
    expect(shown(below)).toContain("below");
    for (const change of [{ day: null }, { inner: null }, { inner: { n: 0 } }, { price: "10" }]) {
      expect(shown({ ...below, ...change })).not.toContain("below");
    }
  });

  test("compares moments, and an unset one is no moment", () => {
    expect(shown({ at: start - 1 })).not.toContain("moments");
    expect(shown({ inner: { at: start } })).toEqual(["equal", "among", "amongMore", "present"]);
    expect(shown({ inner: null })).toEqual(["equal", "among", "amongMore", "thatMoment"]);
  });

  test("asks once what several tests need to know", () => {
    const size = (view: "between" | "narrowed" | "anyValue" | "always", row: object): number =>
      ThingSnapshot.of([{ ...thing, ...row }])[view].size;
    expect(size("between", { inner: { n: 5 } })).toBe(1);
    for (const row of [{ inner: { n: 0 } }, { inner: { n: 6 } }, { day: null }, { inner: null }]) {
      expect(size("between", { inner: { n: 5 }, ...row })).toBe(0);
    }
    const inner = { n: 5, at: start + 1 };
    expect(size("narrowed", { inner })).toBe(1);
    for (const row of [{ inner: { n: 5 } }, { maybe: true }, { maybe: null }]) {
      expect(size("narrowed", { inner, ...row })).toBe(0);
    }
    expect(size("anyValue", { kind: "c" })).toBe(1);
    expect(size("anyValue", { maybe: null })).toBe(0);
    expect(size("always", { kind: "c" })).toBe(1);
  });

  test("groups by nested fields, and by several", () => {
    const snapshot = ThingSnapshot.of([thing, { ...thing, id: 2, inner: { n: 7 } }]);
    expect(snapshot.nested.count(undefined)).toBe(1);
    expect(snapshot.nested.get(7).map(({ id }) => id)).toEqual([2]);
    expect(snapshot.pairs.get({ kind: "a", innerN: 7 })?.id).toBe(2);
    expect(snapshot.trio.count({ kind: "a", innerN: undefined, on: true })).toBe(1);
  });
});

describe("every type", () => {
  test("has its default at push", () => {
    const [record] = DefaultSnapshot.of([{ id: "x", int32: null, map: undefined }]).values();
    expect(record).toEqual({
      id: "x",
      bool: true,
      int32: -5,
      uint32: 4_294_967_295,
      float: 0.5,
      double: 1e300,
      string: "a\n",
      date: "2026-01-31",
      decimal3: "-0.050",
      timestamp: new Date("2026-01-31T12:00:00.500Z"),
      kind: "second",
      int64: 9_223_372_036_854_775_807n,
      uint64: 5n,
      list: [],
      map: {},
    });
  });

  test("of lists and maps is empty where rows lack them or have null, as columns of a database do", () => {
    const nothing = { id: 2, tags: null, pages: null, numbers: null, first: {}, authors: [] };
    const without = { id: 1, authors: [], pages: [{}, { words: null, counts: null }] };
    const snapshot = BookSnapshot.of([without, nothing]);
    const page = { words: [], counts: {} };
    const empty = { tags: [], pages: [], numbers: {}, first: undefined, authors: [] };
    expect([...snapshot.values()]).toEqual([
      { ...empty, id: 1, pages: [page, page] },
      { ...empty, id: 2, first: page },
    ]);
    expect(snapshot.byTag.size).toBe(0);
  });

  test.each([null, undefined])("tells that a list without a default is %s", (authors) => {
    const row = { id: 1, authors } as unknown as BookInput;
    expect(() => BookSnapshot.of([row])).toThrow(
      `authors: expected an array, got ${String(authors)}`,
    );
  });

  test("that may be a key finds its record", () => {
    const key = { text: "ä", on: true, small: -1, big: -5n, kind: "last-one", wide: "7" } as const;
    const snapshot = KeyedSnapshot.of([{ ...key, wide: 7 }]);
    expect(snapshot.getOrThrow(key)).toEqual(key);
    expect(snapshot.has({ ...key, on: false })).toBe(false);
  });

  test("makes records that nothing can change", () => {
    const [record] = PlainSnapshot.of([plain]).values();
    expect(record).toBeDefined();
    expect(mutable(record, "record")).toEqual([]);
  });
});

const plain = {
  id: 1,
  bool: true,
  int32: 1,
  uint32: 1,
  float: 1,
  double: 1,
  string: "s",
  bytes: Uint8Array.of(1),
  date: "2026-01-31",
  json: { a: [{ b: 1 }] },
  decimal0: "1",
  decimal3: "1",
  decimal18: "1",
  timestamp: 0,
  kind: "first",
  point: { x: 1, tags: ["t"] },
  int64Bigint: 1,
  int64Number: 1,
  int64String: 1,
  uint64Bigint: 1,
  uint64Number: 1,
  uint64String: 1,
  timestampNumber: 1,
  empty: {},
} as const;

/** Paths of objects that are not frozen. The elements of a Uint8Array cannot be: it is a copy instead. */
function mutable(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  const inner = Object.entries(value).flatMap(([name, each]) => mutable(each, `${path}.${name}`));
  return Object.isFrozen(value) ? inner : [path, ...inner];
}
