/** What the builder refuses and how it says so, and that a refused row leaves no trace. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StockLevelSnapshot } from "../../generated/shop.js";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import { KeyReader, keyValues, writeKeyMessage } from "../../runtime/src/bytes/key-message.js";
import { sameNormal, type Normal, normalOf } from "../../runtime/src/bytes/scalar.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { Reader } from "../../runtime/src/codec/reader.js";
import { Writer } from "../../runtime/src/codec/writer.js";
import type { EntityDefinition } from "../../runtime/src/definition.js";
import { coreOf } from "../../runtime/src/snapshot/snapshot-core.js";
import { check } from "../support/property.js";
import { anyThing, SURE_FIELDS, thingDefinition } from "../support/thing.js";
import { townDefinition, type Town, type TownInput } from "../support/town.js";

function town(id: number, more: Partial<TownInput> = {}): TownInput {
  return { id, name: `Town ${id}`, country: "FR", kind: "place", lat: 0, ...more };
}

function bytesOf(rows: readonly TownInput[], seed: number): Uint8Array {
  const builder = new SegmentBuilder(townDefinition, { seed });
  for (const row of rows) builder.add(row);
  return atOnce(builder.finish()).bytes;
}

function refusal(rows: readonly unknown[], definition = townDefinition): unknown {
  try {
    coreOf(definition, rows as TownInput[]);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("a row that its entity cannot hold", () => {
  test("is named by its key, with the field, what it takes and the value", () => {
    expect(refusal([town(1), { ...town(5), kind: "village" }])).toMatchObject({
      code: "ERR_INVALID_RECORD",
      subject: "test.Town",
      message: 'test.Town: the row with id 5: kind: expected capital, seat or place, got "village"',
    });
  });

  test("is named by its number when it has no key, and long values are cut", () => {
    const { message } = refusal([town(1), { name: "x" }]) as Error;
    expect(message).toBe(
      "test.Town: row 2: id: expected a whole number from 0 to 4294967295, got undefined",
    );
    const long = refusal([{ ...town(5), kind: "x".repeat(1000) }]) as Error;
    expect(long.message.length).toBeLessThan(200);
  });

  test("is as if it had never come", () => {
    const builder = new SegmentBuilder(townDefinition, { seed: 1 });
    for (let id = 0; id < 50; id++) {
      const wrong = { ...town(id, { name: "y".repeat(5000) }), kind: "village" };
      expect(() => builder.add(wrong as TownInput)).toThrow("kind");
      builder.add(town(id));
    }
    expect(builder.records).toBe(50);
    const rows = Array.from({ length: 50 }, (_, id) => town(id));
    expect(Buffer.compare(atOnce(builder.finish()).bytes, bytesOf(rows, 1))).toBe(0);
  });

  test("passes on what a loader's own getters throw", () => {
    const failure = new Error("not today");
    const row = {
      ...town(1),
      get name(): string {
        throw failure;
      },
    };
    expect(refusal([row])).toBe(failure);
  });
});

describe("a duplicate", () => {
  test("of a key names the key", () => {
    expect(refusal([town(1), town(3), town(2), town(3)])).toMatchObject({
      code: "ERR_DUPLICATE_KEY",
      message: "test.Town: two rows have the key 3; each key may come once",
    });
  });

  test("in a unique view names the view, both records and the values", () => {
    expect(refusal([town(1, { code: "A" }), town(2), town(3, { code: "A" })])).toMatchObject({
      code: "ERR_DUPLICATE_KEY",
      message:
        'test.Town: unique view byCode: 1 and 3 both have country "FR", code "A"; ' +
        "make the rows differ, or give the view duplicates: first or last",
    });
  });

  test("in a unique view of a sequence names the rows by number", () => {
    const sequence: EntityDefinition<Town, TownInput> = { ...townDefinition, key: [] };
    const { message } = refusal(
      [town(1, { code: "A" }), town(1, { code: "A" })],
      sequence,
    ) as Error;
    expect(message).toContain("unique view byCode: row 1 and row 2 both have");
  });
});

describe("a segment", () => {
  test("has the same bytes for the same rows in any order, given a seed", () => {
    const [sample] = fc.sample(anyThing, { seed: 3, numRuns: 1 });
    const definition = thingDefinition(
      [{ name: "id", kind: { type: "int32" }, read: (r) => r.id }],
      [],
    );
    const rows = Array.from({ length: 300 }, (_, id) => ({ ...sample, id })) as never[];
    const build = (order: readonly never[]): Uint8Array => {
      const builder = new SegmentBuilder(definition, { seed: 9 });
      for (const row of order) builder.add(row);
      return atOnce(builder.finish()).bytes;
    };
    const property = fc.property(fc.shuffledSubarray(rows, { minLength: 300 }), (shuffled) => {
      expect(Buffer.compare(build(shuffled), build(rows))).toBe(0);
    });
    expect(check(property, 20)).toBe(20);
  });

  test("has a random seed of its own otherwise, and is read as well", () => {
    const seeds = Array.from({ length: 4 }, () => {
      const builder = new SegmentBuilder(townDefinition);
      builder.add(town(1));
      const segment = atOnce(openSegment(townDefinition, atOnce(builder.finish()).bytes));
      return segment.layout.seed;
    });
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });

  test("keeps eight entries more than a limited view shows, and says when it left any out", () => {
    const layoutOf = (towns: number): [number, number, boolean, boolean] => {
      const rows = Array.from({ length: towns }, (_, id) => town(id, { lat: 1, tags: ["sea"] }));
      const segment = atOnce(openSegment(townDefinition, bytesOf(rows, 1)));
      const [byTag, northern] = ["byTag", "northern"].map((name) => {
        const index = townDefinition.views.findIndex((view) => view.name === name);
        return segment.layout.views[index];
      });
      const sizes = [byTag, northern].map((view) => view?.ordinals.length ?? 0);
      return [sizes[0] ?? 0, sizes[1] ?? 0, byTag?.cut === true, northern?.cut === true];
    };
    expect(layoutOf(11)).toEqual([11, 11, false, false]);
    expect(layoutOf(12)).toEqual([11, 12, true, false]);
    expect(layoutOf(13)).toEqual([11, 13, true, false]);
    expect(layoutOf(14)).toEqual([11, 13, true, true]);
  });

  test("lies over a SharedArrayBuffer of its own size", () => {
    const bytes = bytesOf([town(1)], 1);
    expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  test("holds rows of any size: many to a block, and larger than one", () => {
    const names = ["short", "x".repeat(3_000_000), "é".repeat(700_000), ""];
    const rows = Array.from({ length: 3000 }, (_, id) =>
      town(id, { name: names[id % 1000] ?? `town of some length ${id}`.repeat(10) }),
    );
    const core = coreOf(townDefinition, [...rows].reverse());
    const same = rows.every((row) => core.get(row.id)?.name === row.name);
    expect(same).toBe(true);
    expect([...core.values()].map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  });

  test("holds rows that end exactly where a block of 1 MiB does", () => {
    const rows = Array.from({ length: 3000 }, (_, i) => town(200 + i, { name: nameOf(i) }));
    const core = coreOf(townDefinition, rows);
    // Tag, length (2), id (3), name (3 and itself), country (4), kind (2): 1024 bytes.
    const wrong = rows.filter(({ id, name }) => core.get(id)?.name !== name);
    expect(wrong).toEqual([]);
    expect([...core.values()].map(({ name }) => name)).toEqual(rows.map(({ name }) => name));
  });

  test("is built and checked in steps", () => {
    const builder = new SegmentBuilder(townDefinition);
    for (let id = 0; id < 30_000; id++) builder.add(town((id * 7919) % 30_011));
    const [built, steps] = counted(builder.finish());
    expect(steps).toBeGreaterThan(100);
    expect(counted(openSegment(townDefinition, built.bytes))[1]).toBeGreaterThan(8);
  });
});

function counted<T>(steps: Generator<undefined, T, undefined>): [T, number] {
  for (let count = 0; ; count++) {
    const step = steps.next();
    if (step.done === true) return [step.value, count];
  }
}

function nameOf(i: number): string {
  return String(i).padStart(1009, "x");
}

describe("a delta", () => {
  function delta(rows: readonly TownInput[], removed: readonly unknown[]): Uint8Array {
    const builder = new SegmentBuilder(townDefinition, { seed: 7 });
    for (const row of rows) builder.add(row);
    for (const key of removed) builder.remove(key);
    const built = atOnce(builder.finish());
    expect(built.records).toBe(rows.length);
    return built.bytes;
  }

  test("holds rows and removed keys, each key once and in order", () => {
    const bytes = delta([town(5), town(2)], [900, 0, 31, 900]);
    expect(atOnce(openSegment(townDefinition, bytes)).layout).toMatchObject({
      records: 2,
      removed: 3,
    });
    expect(Buffer.compare(bytes, delta([town(2), town(5)], [0, 31, 900]))).toBe(0);
  });

  test("may hold removed keys alone", () => {
    const segment = atOnce(openSegment(townDefinition, delta([], [1, 2])));
    expect(segment.layout).toMatchObject({ records: 0, removed: 2 });
  });

  test("refuses what is no key", () => {
    const builder = new SegmentBuilder(townDefinition);
    expect(() => builder.remove("five")).toThrow('"five" is no key');
  });

  test("writes any key as a message that reads back to its values, as whole records do", () => {
    check(
      fc.property(
        fc.constantFrom(...SURE_FIELDS),
        fc.constantFrom(...SURE_FIELDS),
        anyThing,
        (a, b, thing) => {
          const definition = thingDefinition(a === b ? [a] : [a, b], []);
          const values = definition.key.map(
            (field) => normalOf(field.kind, field.read(thing)) as Normal,
          );
          const writer = new Writer();
          writeKeyMessage(writer, definition, values);
          const bytes = writer.finish();
          const read = new KeyReader(definition).read(new Reader(bytes), bytes.length);
          expect(read.map((value, i) => sameNormal(value, values[i]))).toEqual(
            values.map(() => true),
          );
          const whole = new Writer();
          definition.encode(whole, thing);
          const record = whole.finish();
          const readOfWhole = new KeyReader(definition).read(new Reader(record), record.length);
          expect(readOfWhole).toEqual(values);
          const key = Object.fromEntries(
            definition.key.map((field) => [field.name, field.read(thing)]),
          );
          expect(keyValues(definition.key, a === b ? a.read(thing) : key)).toEqual(values);
        },
      ),
      200,
    );
  });

  test("reads a bool of a key as the record does: any number but 0 is true", () => {
    const { definition } = StockLevelSnapshot;
    // warehouse 7, reserved 2, countedAt { seconds: 2 }
    const bytes = Uint8Array.of(8, 14, 16, 2, 34, 2, 8, 2);
    const record = definition.decode(new Reader(bytes), bytes.length);
    expect(record.reserved).toBe(true);
    expect(new KeyReader(definition).read(new Reader(bytes), bytes.length)).toEqual([7, 1]);
  });
});
