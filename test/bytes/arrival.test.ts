/** Each check of an arriving segment, by a segment that is right but for the one thing it looks at. */
import { describe, expect, test } from "vitest";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { townDefinition } from "../support/town.js";
import { parse } from "./plain-reader.js";

const RECORDS = 9;
const whole = build();

function build(): Uint8Array {
  const builder = new SegmentBuilder(townDefinition, { seed: 5 });
  for (let id = 0; id < RECORDS; id++) {
    const country = ["FR", "FI", "DE"][id % 3] ?? "";
    builder.add({ id, name: `Town ${id}`, country, kind: "seat", lat: 1, tags: ["sea", "river"] });
  }
  return Uint8Array.from(atOnce(builder.finish()).bytes);
}

/** The array of a field, laid over a copy of the segment. */
function arrayIn(bytes: Uint8Array, field: number): Uint32Array {
  const found = parse(bytes).find(({ number }) => number === field);
  if (found === undefined) throw new Error(`no field ${field}`);
  return new Uint32Array(bytes.buffer, found.start, found.bytes.length / 4);
}

/** What is said of the segment after a change of one of its arrays. */
function complaint(field: number, change: (words: Uint32Array) => void): string {
  const bytes = Uint8Array.from(whole);
  change(arrayIn(bytes, field));
  return complaintOf(bytes);
}

function complaintOf(bytes: Uint8Array): string {
  try {
    atOnce(openSegment(townDefinition, bytes));
    return "none";
  } catch (error) {
    return (error as Error).message.replace("test.Town:0123456789abcdef: bad segment: ", "");
  }
}

const viewField = (name: string): number =>
  16 + 4 * townDefinition.views.findIndex((view) => view.name === name);
const KEY_SLOTS = 4;
const GROUP_SLOTS = viewField("byCountry");
const GROUP_STARTS = GROUP_SLOTS + 1;
const GROUP_ORDINALS = GROUP_SLOTS + 2;
const SORTED = viewField("byName") + 2;

describe("an arriving segment is refused", () => {
  test("when a field has another number than the one that belongs there", () => {
    for (const { number, start } of parse(whole).filter((field) => field.number !== 15)) {
      const bytes = Uint8Array.from(whole);
      const tagAt = start - (number > 15 ? 3 : 2);
      bytes[tagAt] = (bytes[tagAt] as number) ^ 0x60;
      expect([number, complaintOf(bytes)]).not.toEqual([number, "none"]);
    }
  });

  test("when a slot files nothing, or what does not exist", () => {
    const file = (field: number, word: number): string =>
      complaint(field, (words) => {
        words[words.findIndex((word) => word !== 0)] = word;
      });
    expect(file(KEY_SLOTS, 0xffff0000)).toMatch(/slot \d+ files 0 of 9/);
    expect(file(KEY_SLOTS, 0xffff000a)).toMatch(/slot \d+ files 10 of 9/);
    expect(file(KEY_SLOTS, 0xffff0009)).toBe("none");
    expect(file(GROUP_SLOTS, 0xffff0000)).toMatch(/slot \d+ files 0 of 3/);
    expect(file(GROUP_SLOTS, 0xffff0003)).toBe("none");
  });

  test("when a table has no free slot, or files another number of entries than there are", () => {
    const full = complaint(viewField("byCodeGroup"), (words) => words.fill(0xffff0001));
    expect(full).toContain("a table files 2 of 1 entries");
    expect(complaint(KEY_SLOTS, (words) => words.fill(0xffff0001))).toContain("of 9 entries");
    const emptied = complaint(GROUP_SLOTS, (words) => {
      words[words.findIndex((word) => word !== 0)] = 0;
    });
    expect(emptied).toContain("a table files 2 of 3 entries");
    const words = Uint32Array.of(0xffff0001, 0xffff0002, 0xffff0003);
    const slots = new Uint8Array(words.buffer);
    const tight = rebuilt(() => true, new Map(), new Map([[GROUP_SLOTS, slots]]));
    expect(complaintOf(tight)).toContain("a table has no free slot");
  });

  test("when starts do not begin, ascend or end as they must", () => {
    const start = (at: number, value: number): string =>
      complaint(GROUP_STARTS, (words) => (words[at] = value));
    expect(start(0, 1)).toContain("starts do not cover 9 ordinals");
    expect(start(3, 8)).toContain("starts do not cover 9 ordinals");
    expect(start(3, 10)).toContain("starts do not cover 9 ordinals");
    expect(start(1, 6)).toContain("group 1 is empty");
    expect(start(1, 7)).toContain("group 1 is empty");
    expect(start(1, 0)).toContain("group 0 is empty");
    expect(start(1, 5)).toBe("none");
  });

  test("when an ordinal is no record's", () => {
    for (const field of [GROUP_ORDINALS, SORTED]) {
      const last = (value: number): string =>
        complaint(field, (words) => (words[words.length - 1] = value));
      expect(last(RECORDS)).toContain(`ordinal ${RECORDS} of ${RECORDS} records`);
      expect(last(0xffffffff)).toContain("ordinal 4294967295");
      expect(last(RECORDS - 1)).toBe("none");
    }
  });

  test("when arrays that belong together are not equally long, or not there", () => {
    const list = viewField("byTag");
    const without = (field: number): string => complaintOf(rebuilt((number) => number !== field));
    expect(without(list)).toContain("a table files 0 of 2 entries");
    expect(without(list + 1)).toContain("starts do not cover 18 ordinals");
    expect(without(list + 2)).toContain("view 2 elements do not fit");
    expect(without(list + 3)).toContain("view 2 elements do not fit");
    expect(without(SORTED)).toContain("view 7 orders 0 of 9 records");
    expect(without(GROUP_ORDINALS)).toContain("view 0 orders 0 of 9 records");
    // It could be a small delta; a base without key slots is refused where segments are laid over each other.
    expect(without(KEY_SLOTS)).toBe("none");
  });

  test("when a view has arrays that its kind does not have", () => {
    const moved = (from: number, to: number): string =>
      complaintOf(rebuilt(() => true, new Map([[from, to]])));
    expect(moved(SORTED, SORTED - 2)).toContain("has slots but no keys");
    expect(moved(SORTED, SORTED - 1)).toContain("has starts but no groups");
    expect(moved(SORTED, SORTED + 1)).toContain("elements do not fit");
    expect(moved(viewField("northern") + 2, 60)).toContain("a field that is not expected here");
    const unique = viewField("byCode");
    expect(moved(viewField("largest"), unique + 2)).toContain("view 4 has ordinals");
  });
});

/** The segment made anew of some of its fields, some of them under another number or with other content. */
function rebuilt(
  keep: (field: number) => boolean,
  renamed: ReadonlyMap<number, number> = new Map(),
  replaced: ReadonlyMap<number, Uint8Array> = new Map(),
): Uint8Array {
  const bytes: number[] = [];
  for (const field of parse(whole)) {
    if (field.number === 15 || !keep(field.number)) continue;
    const number = renamed.get(field.number) ?? field.number;
    const content = replaced.get(field.number) ?? field.bytes;
    const start = [...varint(number * 8 + 2), ...varint(content.length)];
    const misfit = -(bytes.length + start.length) & 3;
    if (number > 3 && misfit > 0) {
      const size = misfit === 1 ? 3 : misfit - 2;
      bytes.push(0x7a, size, ...new Uint8Array(size));
    }
    bytes.push(...start, ...content);
  }
  const all = Uint8Array.from(bytes);
  new DataView(all.buffer).setUint32((all[1] as number) - 2, all.length, true);
  return all;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

test("the segment that these are made of is accepted", () => {
  expect(complaintOf(whole)).toBe("none");
  expect(
    Buffer.compare(
      rebuilt(() => true),
      whole,
    ),
  ).toBe(0);
});
