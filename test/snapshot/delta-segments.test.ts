/** Deltas over a base: what stays the same object, and deltas that are not what they should be. */
import { describe, expect, test } from "vitest";
import { liveParts } from "../../runtime/src/bytes/live-parts.js";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import type { Segment } from "../../runtime/src/bytes/segment.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import { createCore, type SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { townDefinition, type Town, type TownInput } from "../support/town.js";

const info = { revision: 1, epoch: "epoch", manifestId: "manifest" };

function town(id: number, country: string, name = `town ${id}`): TownInput {
  return { id, name, country, kind: "place", lat: 1, tags: [country, "all"] };
}

function bytesOf(
  rows: readonly TownInput[],
  removed: readonly number[] = [],
  isDelta = false,
): Uint8Array {
  const builder = new SegmentBuilder(townDefinition, { seed: 7, isDelta });
  for (const row of rows) builder.add(row);
  for (const key of removed) builder.remove(key);
  return atOnce(builder.finish()).bytes;
}

function segmentOf(rows: readonly TownInput[], removed?: readonly number[]): Segment<Town> {
  return atOnce(openSegment(townDefinition, bytesOf(rows, removed)));
}

function coreOf(
  segments: readonly Segment<Town>[],
  previous?: SnapshotCore<Town>,
): SnapshotCore<Town> {
  return atOnce(createCore(townDefinition, info, segments, previous));
}

const ids = (towns: readonly Town[]): number[] => towns.map(({ id }) => id);

describe("an array that readers hold", () => {
  const rows = Array.from({ length: 60 }, (_, id) =>
    town(id, ["FR", "DE", "IT"][id % 3] as string),
  );
  const base = segmentOf(rows);

  test("stays itself until a delta changes one of its records", () => {
    const old = coreOf([base]);
    const [french, german] = ["FR", "DE"].map((key) => old.group("byCountry").get(key));
    const names = old.sorted("byName").toArray();
    const delta = segmentOf([town(4, "DE", "a new name")]);
    const core = coreOf([delta, base], old);
    expect(core.group("byCountry").get("FR") === french).toBe(true);
    expect(core.group("byCountry").get("DE") === german).toBe(false);
    expect(core.sorted("byName").toArray() === names).toBe(false);
    expect(old.group("byCountry").get("DE") === german).toBe(true);
    const same = coreOf([segmentOf([town(5, "IT"), town(4, "DE", "a new name")]), base], core);
    expect(same.group("byCountry").get("FR") === french).toBe(true);
    const now = core.group("byCountry").get("DE");
    expect(same.group("byCountry").get("DE") === now).toBe(true);
    expect(ids(now)[0]).toBe(4);
  });

  test("comes back with the revision before, and stays when deltas become a base", () => {
    const old = coreOf([base]);
    const french = old.group("byCountry").get("FR");
    const delta = segmentOf([town(4, "DE", "a new name")], [5]);
    const core = coreOf([delta, base], old);
    expect(core.group("byCountry").get("FR") === french).toBe(true);
    const back = coreOf([base], core);
    expect(back.group("byCountry").get("FR") === french).toBe(true);
    const merged = [...rows.filter(({ id }) => id !== 4 && id !== 5), town(4, "DE", "a new name")];
    const whole = coreOf([segmentOf(merged)], core);
    expect(whole.group("byCountry").get("FR") === french).toBe(true);
    expect(ids(whole.sorted("byName").toArray())).toEqual(ids(core.sorted("byName").toArray()));
  });

  test("of an empty group is the same one, also after its last record went", () => {
    const core = coreOf([segmentOf([], [1, 2, 3]), segmentOf([town(1, "FR"), town(2, "FR")])]);
    expect(core.size).toBe(0);
    expect(core.group("byCountry").size).toBe(0);
    expect([...core.group("byCountry").keys()]).toEqual([]);
    expect(core.group("byCountry").has("FR")).toBe(false);
    expect(core.group("byCountry").get("FR") === core.group("byTag").get("none")).toBe(true);
  });
});

describe("key slots", () => {
  const hasKeySlots = (rows: number, isDelta: boolean): boolean => {
    const towns = Array.from({ length: rows }, (_, id) => town(id, "FR"));
    const segment = atOnce(openSegment(townDefinition, bytesOf(towns, [], isDelta)));
    return segment.layout.keys.words.length > 0;
  };

  test("are in bases and in large deltas", () => {
    const sizes = [0, 1, 4096, 4097];
    expect(sizes.map((rows) => hasKeySlots(rows, true))).toEqual([false, false, false, true]);
    expect(sizes.map((rows) => hasKeySlots(rows, false))).toEqual([false, true, true, true]);
  });

  test("are asked of a base, which could not be read without them", () => {
    const delta = atOnce(openSegment(townDefinition, bytesOf([town(1, "FR")], [], true)));
    const asBase = (): unknown => coreOf([delta]);
    expect(asBase).toThrow(expect.objectContaining({ code: "ERR_BAD_SEGMENT" }));
    expect(asBase).toThrow("a base without key slots");
    const none = atOnce(openSegment(townDefinition, bytesOf([], [], true)));
    expect(coreOf([delta, none]).get(1)).toMatchObject({ country: "FR" });
  });

  test("of a small delta are made for who writes the next revision", () => {
    const towns = [town(3, "FR"), town(8, "FR"), town(9, "DE")];
    const base = segmentOf([town(1, "DE"), town(8, "DE")]);
    const delta = atOnce(openSegment(townDefinition, bytesOf(towns, [1], true)));
    const [newest, oldest] = atOnce(liveParts(townDefinition, [delta, base]));
    expect([3, 8, 9, 1].map((id) => newest?.find([id]))).toEqual([0, 1, 2, -1]);
    expect([0, 1].map((ordinal) => oldest?.isLive(ordinal))).toEqual([false, false]);
  });
});

test("a record that was replaced does not come back in the place of an equal one that is in use", () => {
  const base = segmentOf([]);
  const [first, second, third] = [town(1, "FR"), town(1, "DE"), town(1, "FR")].map((row) =>
    segmentOf([row]),
  ) as [Segment<Town>, Segment<Town>, Segment<Town>];
  const one = coreOf([first, base]);
  const before = one.get(1);
  const three = coreOf([third, second, first, base], coreOf([second, first, base], one));
  const inUse = three.get(1);
  expect(inUse).toEqual(before);
  const merged = coreOf([segmentOf([town(1, "FR")])], three);
  expect(merged.get(1) === inUse).toBe(true);
});

describe("a record that comes into use while a delta is laid over its base", () => {
  test("stays the same object where its bytes are the same", () => {
    const rows = Array.from({ length: 3000 }, (_, id) => town(id, "FR"));
    const old = coreOf([segmentOf(rows)]);
    // A view that was looked at is handed over in a step of its own, after the records.
    expect(old.sorted("byName").size).toBe(3000);
    const steps = createCore(
      townDefinition,
      info,
      [segmentOf(rows.slice(1000, 2000)), ...old.parts.list.map(({ records }) => records.segment)],
      old,
    );
    const late: (Town | undefined)[] = [];
    let next = steps.next();
    while (next.done !== true) {
      late.push(old.get(1000 + late.length));
      next = steps.next();
    }
    const core = next.value;
    expect(late.length).toBeGreaterThan(5);
    expect(late.every((record, i) => core.get(1000 + i) === record)).toBe(true);
  });
});

describe("a delta that was changed", () => {
  const base = segmentOf([town(1, "FR"), town(3, "DE"), town(5, "FR"), town(7, "IT")]);
  const delta = bytesOf([town(2, "FR"), town(3, "FR"), town(7, "DE")], [1, 5, 9]);

  test("in any one bit is refused or read to an end", () => {
    const outcomes = new Set<string>();
    for (let bit = 0; bit < delta.length * 8; bit++) {
      const bytes = Uint8Array.from(delta);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      outcomes.add(outcomeOf(bytes, base));
    }
    expect([...outcomes].sort()).toEqual(["ERR_BAD_SEGMENT", "read"]);
  });

  test("to say two things about a key, or its keys out of order, is refused", () => {
    const both = segmentOf([town(2, "FR")], [2]);
    expect(() => coreOf([both, base])).toThrow("it removes a key that it has a record of");
    const swapped = Uint8Array.from(bytesOf([town(2, "FR"), town(3, "FR")]));
    const at = swapped.findIndex((byte, i) => byte === 8 && swapped[i + 1] === 2 && i > 30);
    swapped[at + 1] = 4;
    const segment = atOnce(openSegment(townDefinition, swapped));
    expect(() => coreOf([segment, base])).toThrow(
      expect.objectContaining({ code: "ERR_BAD_SEGMENT" }),
    );
  });
});

function outcomeOf(bytes: Uint8Array, base: Segment<Town>): string {
  try {
    const core = coreOf([atOnce(openSegment(townDefinition, bytes)), base]);
    readAll(core);
    return "read";
  } catch (error) {
    if (error instanceof CachedCollectionsError) return error.code;
    throw error;
  }
}

/** Each read ends soon, or the test runs out of time. */
function readAll(core: SnapshotCore<Town>): void {
  expect([...core.values()].length).toBeLessThan(20);
  for (let id = 0; id < 10; id++) core.get(id);
  for (const name of ["byCountry", "byTag", "byCountryAndKind", "byCodeGroup"]) {
    const group = core.group(name);
    for (const key of [...group.keys(), "FR", undefined]) {
      expect(group.get(key).length).toBeLessThan(20);
      group.list(key).at(-1);
    }
    expect(group.size).toBeLessThan(20);
  }
  for (const name of ["byCode", "largest", "smallest"]) core.unique(name).get("FR");
  for (const name of ["byName", "byPopulation", "northern"]) {
    const list = core.sorted(name);
    expect([...list].length).toBeLessThan(20);
    for (const at of [0, -1, 2, -2]) list.at(at);
    list.slice(-3);
    list.toArray();
  }
  core.sorted<string>("byName").range({ gte: "town 2" }).toArray();
  core.sorted<string>("byName").floor("town 3");
  core.sorted<string>("byName").ceiling("town 3");
}
