/** Mappings, sequences and data sets made of rows, against a Map and an array. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DatasetCores } from "../../runtime/src/snapshot/dataset-snapshot.js";
import { MappingSnapshot } from "../../runtime/src/snapshot/mapping-snapshot.js";
import { SequenceSnapshot } from "../../runtime/src/snapshot/sequence-snapshot.js";
import { coreOf } from "../../runtime/src/snapshot/snapshot-core.js";
import type { Range } from "../../runtime/src/snapshot/views.js";
import { identity, keyFrom, sortBy, withoutDuplicates } from "../support/plain.js";
import { check } from "../support/property.js";
import {
  anyKey,
  anyThing,
  FIELDS,
  SURE_FIELDS,
  thingDefinition,
  type Thing,
} from "../support/thing.js";
import { townDefinition, type Town } from "../support/town.js";

const rows = fc.array(anyThing, { maxLength: 60 });
const anyMapping = fc.record({
  key: anyKey.filter(({ length }) => length > 0),
  rows,
  others: rows,
});

describe("a mapping", () => {
  test("finds what a Map finds and nothing else, in the order of keys", () => {
    check(
      fc.property(anyMapping, ({ key, rows, others }) => {
        const given = withoutDuplicates(key, rows);
        const snapshot = new MappingSnapshot(coreOf(thingDefinition(key, []), given));
        const valuesOf = (row: Thing): unknown[] => key.map((field) => field.read(row));
        const plain = new Map(given.map((row) => [identity(key, valuesOf(row)), row]));
        for (const row of [...given, ...others, ...given]) {
          const found = snapshot.get(keyFrom(key, valuesOf(row)));
          expect(found).toEqual(plain.get(identity(key, valuesOf(row))));
          expect(snapshot.has(keyFrom(key, valuesOf(row)))).toBe(found !== undefined);
        }
        const ordered = sortBy(given, key);
        expect(snapshot.size).toBe(ordered.length);
        expect([...snapshot.values()]).toEqual(ordered);
        expect([...snapshot.keys()]).toEqual(ordered.map((row) => keyFrom(key, valuesOf(row))));
        for (const [found, record] of snapshot) expect(snapshot.get(found)).toBe(record);
      }),
      150,
    );
  });

  test("finds nothing by what is no key", () => {
    for (const field of SURE_FIELDS) {
      const [row] = fc.sample(anyThing, { seed: 1, numRuns: 1 });
      const snapshot = new MappingSnapshot(coreOf(thingDefinition([field], []), row ? [row] : []));
      for (const key of [undefined, null, {}, [], "no", 0.25, Number.NaN, Symbol("key"), () => 0]) {
        expect(snapshot.get(key)).toBe(undefined);
      }
    }
  });

  test("takes any form of a value for the same key, as a Map takes 0 and -0", () => {
    const [row] = fc.sample(anyThing, { seed: 2, numRuns: 1 });
    const thing = { ...(row as Thing), real: 0, wide: 5n };
    const byReal = new MappingSnapshot(coreOf(thingDefinition(keyNamed("real"), []), [thing]));
    expect(byReal.get(-0)?.real).toBe(0);
    const byWide = new MappingSnapshot<unknown, Thing>(
      coreOf(thingDefinition(keyNamed("wide"), []), [thing]),
    );
    expect(byWide.get(5)).toBe(byWide.get(5n));
    expect(byWide.get("5")?.wide).toBe(5n);
  });

  test("looks at a key anew each time, also when it is the same object", () => {
    const group = coreOf(townDefinition, [paris]).group("byCountryAndKind");
    const key = { country: "FR", kind: "capital" };
    expect(group.count(key)).toBe(1);
    key.kind = "place";
    expect(group.count(key)).toBe(0);
  });

  test("is a ReadonlyMap", () => {
    const town = (id: number): Town => ({ ...paris, id });
    const snapshot: ReadonlyMap<number, Town> = new MappingSnapshot<number, Town>(
      coreOf(townDefinition, [town(2), town(1)]),
    );
    expect([...new Map(snapshot).keys()]).toEqual([1, 2]);
    const seen: unknown[] = [];
    const self = {};
    const forEach = snapshot.forEach.bind(snapshot);
    forEach(function visit(this: unknown, record, key, map) {
      seen.push([record.id, key, map === snapshot, this === self]);
    }, self);
    expect(seen).toEqual([
      [1, 1, true, true],
      [2, 2, true, true],
    ]);
  });
});

describe("a mistake", () => {
  test("of asking for a record that must be there names entity and key", () => {
    const towns = new MappingSnapshot<number, Town>(coreOf(townDefinition, [paris]));
    expect(towns.getOrThrow(7)).toBe(towns.get(7));
    expect(() => towns.getOrThrow(8)).toThrow(
      expect.objectContaining({ code: "ERR_NO_RECORD", subject: "test.Town" }),
    );
    expect(() => towns.getOrThrow(8)).toThrow("test.Town: no record has the key 8 in revision 0");
    const key = [...keyNamed("text"), ...keyNamed("id")];
    const things = new MappingSnapshot(coreOf(thingDefinition(key, []), []));
    expect(() => things.getOrThrow({ text: "x", id: 3 })).toThrow('the key text "x", id 3');
  });

  test("of giving a value for a key of several finds nothing, not even what is unset", () => {
    const by = ["label", "level"].flatMap((name) => FIELDS.filter((field) => field.name === name));
    const view = { view: "group", name: "unset", by, sort: [] } as const;
    const sample = fc.sample(anyThing, { seed: 1, numRuns: 1 })[0] as Thing;
    const row = { ...sample, label: undefined, level: undefined };
    const group = coreOf(thingDefinition(keyNamed("id"), [view]), [row]).group("unset");
    expect([undefined, null, 5, "x"].map((key) => group.count(key))).toEqual([0, 0, 0, 0]);
    expect([{}, { label: undefined }].map((key) => group.count(key))).toEqual([1, 1]);
  });

  test("of asking for a view that is not there is refused", () => {
    const core = coreOf(townDefinition, []);
    for (const ask of [() => core.group("none"), () => core.sorted("byCode")]) {
      expect(ask).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    }
  });

  test("of giving a bound that is no value of the field is refused", () => {
    const core = coreOf(townDefinition, [paris]);
    const refusal: unknown = expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" });
    expect(() => core.sorted<unknown>("byPopulation").range({ gte: "many" })).toThrow(refusal);
    expect(() => core.sorted<unknown>("byPopulation").floor({})).toThrow(refusal);
    const byName = core.sorted<unknown, Range<unknown> & { prefix: unknown }>("byName");
    expect(() => byName.range({ prefix: 5 })).toThrow(refusal);
  });
});

describe("a sequence", () => {
  test("is an array that cannot be changed", () => {
    check(
      fc.property(
        rows,
        fc.integer({ min: -70, max: 70 }),
        fc.integer({ min: -70, max: 70 }),
        (rows, a, b) => {
          const sequence = new SequenceSnapshot(coreOf(thingDefinition([], []), rows));
          const all = [...sequence];
          expect(all).toEqual(rows);
          expect(sequence.size).toBe(rows.length);
          expect(sequence.at(a)).toBe(all.at(a));
          expect(sequence.slice(a, b)).toEqual(all.slice(a, b));
          expect(Object.isFrozen(sequence.slice())).toBe(true);
          expect([...sequence.entries()]).toEqual([...all.entries()]);
          expect([...sequence.values()]).toEqual(all);
          const visited: unknown[] = [];
          const forEach = sequence.forEach.bind(sequence);
          forEach((record, position) => visited.push([position, record]));
          expect(visited).toEqual([...all.entries()]);
        },
      ),
      100,
    );
  });

  test("finds nothing by key", () => {
    const core = coreOf(thingDefinition([], []), []);
    expect(core.get(1)).toBe(undefined);
    expect(core.has(undefined)).toBe(false);
  });
});

describe("a data set", () => {
  test("knows its entities' cores by their definitions", () => {
    const towns = coreOf(townDefinition, [paris]);
    const cores = new DatasetCores([towns]);
    expect(cores.of(townDefinition)).toBe(towns);
    expect(() => cores.of(thingDefinition([], []))).toThrow(
      "test.Thing: this data set has no such",
    );
  });
});

const paris: Town = {
  id: 7,
  name: "Paris",
  country: "FR",
  code: undefined,
  kind: "capital",
  population: 2_100_000,
  lat: 48.85,
  tags: [],
};

function keyNamed(name: string): typeof SURE_FIELDS {
  return SURE_FIELDS.filter((field) => field.name === name);
}
