/** What stays the same object from one snapshot to the next: records and arrays that did not change. */
import { setImmediate as turn } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import type { Segment } from "../../runtime/src/bytes/segment.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { RecordMemory } from "../../runtime/src/snapshot/record-memory.js";
import { createCore, type SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { check } from "../support/property.js";
import { BLANK_THING, thingDefinition, type Thing } from "../support/thing.js";
import { townDefinition, type Town, type TownInput } from "../support/town.js";

const info = { revision: 1, epoch: "epoch", manifestId: "manifest" };

function segmentOf(rows: readonly TownInput[]): Segment<Town> {
  const builder = new SegmentBuilder(townDefinition);
  for (const row of rows) builder.add(row);
  return atOnce(openSegment(townDefinition, atOnce(builder.finish()).bytes));
}

function coreAfter(rows: readonly TownInput[], previous?: SnapshotCore<Town>): SnapshotCore<Town> {
  return atOnce(createCore(townDefinition, info, [segmentOf(rows)], previous));
}

const town = fc.record({
  id: fc.integer({ min: 0, max: 30 }),
  name: fc.constantFrom("a", "b"),
  country: fc.constantFrom("FR", "DE"),
  kind: fc.constant("place" as const),
  lat: fc.constantFrom(0, 1),
  tags: fc.constantFrom([], ["a"], ["b"], ["a".repeat(200)]),
});
const towns = fc.uniqueArray(town, { selector: ({ id }) => id, maxLength: 30 });

describe("a record in use", () => {
  test("that is carried over is not one more against the bound", async () => {
    const rows = Array.from({ length: 10 }, (_, id) => ({
      id,
      name: "a",
      country: "FR",
      kind: "place" as const,
      lat: 0,
      tags: [],
    }));
    const memory = new RecordMemory();
    memory.limit(memory, 12);
    const old = atOnce(createCore(townDefinition, info, [segmentOf(rows)], undefined, memory));
    const used = [...old.values()];
    const core = coreAfter(rows, old);
    for (let i = 0; i < 3; i++) await turn();
    expect([old, core].map(({ parts }) => parts.base.records.kept)).toEqual([10, 10]);
    expect([...core.values()].every((record, i) => record === used[i])).toBe(true);
  });

  test("stays the same object exactly when its bytes are the same", () => {
    check(
      fc.property(towns, towns, fc.array(fc.nat(30)), (before, after, used) => {
        const old = coreAfter(before);
        const held = new Map(used.map((id) => [id, old.get(id)]));
        const core = coreAfter(after, old);
        for (const [id, record] of held) {
          const found = core.get(id);
          const same = JSON.stringify(found) === JSON.stringify(record);
          expect(found === record).toBe(same);
        }
        expect([...core.values()].map(({ id }) => id)).toEqual(
          after.map(({ id }) => id).sort((a, b) => a - b),
        );
      }),
      150,
    );
  });

  test("that comes into use while a new snapshot is made stays the same in it", () => {
    const rows = Array.from({ length: 5000 }, (_, id) => plain(id));
    const old = coreAfter(rows);
    for (let id = 0; id < 5000; id += 2) old.get(id);
    const segment = segmentOf([...rows, plain(9000)]);
    const steps = createCore(townDefinition, info, [segment], old);
    const late: (Town | undefined)[] = [];
    let next = steps.next();
    for (let id = 1; next.done !== true; id += 2) {
      late.push(old.get(id));
      next = steps.next();
    }
    const core = next.value;
    expect(late.length).toBeGreaterThan(5);
    expect(late.every((record, i) => record === core.get(i * 2 + 1))).toBe(true);
  });

  test("is another object when but its last byte differs", () => {
    const old = coreAfter([{ ...plain(1), tags: ["a"] }]);
    const record = old.get(1);
    expect(coreAfter([{ ...plain(1), tags: ["b"] }], old).get(1)?.tags).toEqual(["b"]);
    expect(coreAfter([{ ...plain(1), tags: ["a"] }], old).get(1) === record).toBe(true);
  });

  test("stays itself when many are in use, and their memory becomes an array", () => {
    const rows = Array.from({ length: 5000 }, (_, id) => plain(id));
    const core = coreAfter(rows);
    const first = Array.from({ length: 2000 }, (_, i) => core.get(i * 2));
    const all = [...core.values()];
    expect(first.every((record, i) => record === all[i * 2])).toBe(true);
    const next = coreAfter([...rows.slice(0, 4000), plain(9000)], core);
    expect(all.slice(0, 4000).every((record) => next.get(record.id) === record)).toBe(true);
  });

  test("of a sequence stays itself where it keeps its place from the beginning or the end", () => {
    const before = sequenceOf("abcdef");
    const [a, b, , , e, f] = before.values();
    const after = sequenceOf("abXef", before);
    expect([...after.values()].map((record) => record.text).join("")).toBe("abXef");
    expect([after.at(0), after.at(1), after.at(-2), after.at(-1)]).toEqual([a, b, e, f]);
    expect(after.at(0) === a && after.at(1) === b).toBe(true);
    expect(after.at(-2) === e && after.at(-1) === f).toBe(true);
  });

  test("of a sequence goes before an equal one that has the same place from the end", () => {
    const before = sequenceOf("aab");
    const [second, first, last] = [before.at(1), before.at(0), before.at(2)];
    expect(first).toEqual(second);
    const after = sequenceOf("ab", before);
    expect(after.at(0) === first).toBe(true);
    expect(after.at(1) === last).toBe(true);
  });
});

function sequenceOf(texts: string, previous?: SnapshotCore<Thing>): SnapshotCore<Thing> {
  const definition = thingDefinition([], []);
  const builder = new SegmentBuilder(definition);
  for (const text of texts) builder.add({ ...sample, text });
  const segment = atOnce(openSegment(definition, atOnce(builder.finish()).bytes));
  return atOnce(createCore(definition, info, [segment], previous));
}

describe("an array in use", () => {
  test("stays the same while its records do, whatever happens to other groups", () => {
    const before = [plain(1, "FR"), plain(2, "FR"), plain(3, "DE"), plain(4, "DE"), plain(5, "IT")];
    const old = coreAfter(before);
    const oldGroups = old.group<string>("byCountry");
    const held = ["FR", "DE", "IT", "ES"].map((country) => oldGroups.get(country));
    const oldNames = old.sorted("byName").toArray();
    const changed = { ...plain(4, "DE"), lat: 9 };
    const core = coreAfter([plain(1, "FR"), plain(2, "FR"), plain(3, "DE"), changed], old);
    const groups = core.group<string>("byCountry");
    const now = ["FR", "DE", "IT", "ES"].map((country) => groups.get(country));
    expect(now.map((array, i) => array === held[i])).toEqual([true, false, false, true]);
    expect(now[1]?.map(({ lat }) => lat)).toEqual([0, 9]);
    expect(now[1]?.[0]).toBe(held[1]?.[0]);
    expect(core.sorted("byName").toArray()).not.toBe(oldNames);
    const again = coreAfter([plain(1, "FR"), plain(2, "FR"), plain(3, "DE"), changed], core);
    expect(again.group("byCountry").get("DE")).toBe(now[1]);
    expect(again.sorted("byName").toArray()).toBe(core.sorted("byName").toArray());
  });

  test("follows a record that moves from one group to another", () => {
    const old = coreAfter([plain(1, "FR"), plain(2, "FR"), plain(3, "DE")]);
    const french = old.group("byCountry").get("FR");
    const german = old.group("byCountry").get("DE");
    const core = coreAfter([plain(1, "FR"), plain(2, "DE"), plain(3, "DE")], old);
    expect(
      core
        .group("byCountry")
        .get("FR")
        .map(({ id }) => id),
    ).toEqual([1]);
    expect(
      core
        .group("byCountry")
        .get("DE")
        .map(({ id }) => id),
    ).toEqual([2, 3]);
    expect([french.length, german.length]).toEqual([2, 1]);
  });
});

describe("a snapshot", () => {
  test("is refused for segments that do not go together", () => {
    const segment = segmentOf([]);
    const delta = new SegmentBuilder(townDefinition);
    delta.remove(1);
    const removing = atOnce(openSegment(townDefinition, atOnce(delta.finish()).bytes));
    const refused: unknown = expect.objectContaining({ code: "ERR_BAD_SEGMENT" });
    for (const segments of [[], [removing], [segment, removing]]) {
      expect(() => atOnce(createCore(townDefinition, info, segments))).toThrow(refused);
    }
    const sequence = thingDefinition([], []);
    const things = new SegmentBuilder(sequence).finish();
    const part = atOnce(openSegment(sequence, atOnce(things).bytes));
    expect(() => atOnce(createCore(sequence, info, [part, part]))).toThrow(refused);
  });
});

function plain(id: number, country = "FR"): TownInput {
  return { id, name: `town ${id}`, country, kind: "place", lat: 0 };
}

const sample: Thing = { ...BLANK_THING, id: 1 };
