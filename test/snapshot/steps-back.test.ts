/**
 * Whose objects records are after steps back, when a segment comes back or lives again: those of the snapshot
 * that was served before, whatever its readers got earlier. And those that readers got while the next snapshot
 * was made ready.
 */
import { describe, expect, test } from "vitest";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import type { Segment } from "../../runtime/src/bytes/segment.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { createCore, type SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { townDefinition, type Town, type TownInput } from "../support/town.js";

const info = { revision: 1, epoch: "epoch", manifestId: "manifest" };

function town(id: number, name = `town ${id}`): TownInput {
  return { id, name, country: "FR", kind: "place", lat: 1 };
}

function segmentOf(rows: readonly TownInput[], removed: readonly number[] = []): Segment<Town> {
  const builder = new SegmentBuilder(townDefinition, { seed: 7 });
  for (const row of rows) builder.add(row);
  for (const key of removed) builder.remove(key);
  return atOnce(openSegment(townDefinition, atOnce(builder.finish()).bytes));
}

/** `segments` from the newest to the base. */
function coreOf(
  segments: readonly Segment<Town>[],
  previous?: SnapshotCore<Town>,
): SnapshotCore<Town> {
  return atOnce(createCore(townDefinition, info, segments, previous));
}

const three = [town(1), town(2), town(3)];
const [base, removal, again] = [segmentOf(three), segmentOf([], [1]), segmentOf([town(1)])];

describe("a record that is served again", () => {
  test("from a segment that was not served in between is the object of the snapshot before", () => {
    const first = coreOf([base]);
    const before = first.get(1);
    const other = coreOf([segmentOf(three)], coreOf([removal, base], first));
    const meanwhile = other.get(1);
    const back = coreOf([base], other);
    expect(meanwhile === before).toBe(false);
    expect(back.get(1) === meanwhile).toBe(true);
    expect([...first.values()][0] === before).toBe(true);
  });

  test("from under a delta that went is so too, and holders of earlier snapshots keep theirs", () => {
    const first = coreOf([base]);
    const [one, two] = first.values();
    const other = coreOf([again, removal, base], coreOf([removal, base], first));
    const meanwhile = other.get(1);
    const back = coreOf([base], other);
    expect(meanwhile === one).toBe(false);
    expect(back.get(1) === meanwhile && back.get(2) === two).toBe(true);
    expect([...first.values()][0] === one).toBe(true);
    expect([...back.values()][0] === meanwhile).toBe(true);
    expect(back.parts.base.records.segment).toBe(base);
  });

  test("does not get into the arrays of an earlier snapshot", () => {
    const empty = segmentOf([]);
    const first = coreOf([again, empty]);
    const back = coreOf([again, empty], coreOf([removal, again, empty], first));
    const later = back.group("byCountry").get("FR");
    const [record] = first.values();
    expect(back.get(1) === later[0]).toBe(true);
    expect(first.group("byCountry").get("FR")[0] === record).toBe(true);
    expect(first.group("byCountry").get("FR") === later).toBe(false);
  });

  test("costs nothing where nothing lives again", () => {
    const first = coreOf([again, removal, base]);
    const merged = coreOf([segmentOf([town(1)]), base], first);
    expect(merged.parts.base.records).toBe(first.parts.base.records);
  });
});

describe("a record that is read after the next snapshot was made", () => {
  test("is the same object in it, if that is not shown yet", () => {
    const old = coreOf([base]);
    const next = coreOf([segmentOf([town(1), town(2), town(3, "new")])], old);
    const [one, three] = [old.get(1), old.get(3)];
    expect(next.follows(old)).toBe(true);
    atOnce(next.catchUp());
    const two = old.get(2);
    next.show();
    expect([1, 2].map((id) => next.get(id))).toEqual([one, two]);
    expect(next.get(1) === one && next.get(2) === two).toBe(true);
    expect(next.get(3) === three).toBe(false);
    expect(next.follows(old)).toBe(false);
  });

  test("is the same one where the next snapshot decoded it first", () => {
    const old = coreOf([base]);
    const next = coreOf([segmentOf(three)], old);
    expect(next.group("byCountry").has("FR")).toBe(true);
    const records = [...old.values()];
    expect(next.parts.base.records.peek(0) === records[0]).toBe(false);
    next.show();
    expect([...next.values()].every((record, i) => record === records[i])).toBe(true);
    expect(next.parts.base.records.kept).toBe(3);
  });

  test("lets its array stay the same", () => {
    const old = coreOf([base]);
    const next = coreOf([segmentOf(three)], old);
    const array = old.group("byCountry").get("FR");
    atOnce(next.catchUp());
    next.show();
    expect(next.group("byCountry").get("FR") === array).toBe(true);
  });
});
