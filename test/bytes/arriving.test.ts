/** A segment that is checked while its bytes come is judged as one that is there as a whole. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openArriving, openSegment } from "../../runtime/src/bytes/open-segment.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import type { Segment } from "../../runtime/src/bytes/segment.js";
import { aSlice, atOnce, SLICE_MS } from "../../runtime/src/bytes/steps.js";
import { check } from "../support/property.js";
import { townDefinition, type Town } from "../support/town.js";

const whole = build();

function build(): Uint8Array {
  const builder = new SegmentBuilder(townDefinition, { seed: 77 });
  for (let id = 0; id < 40; id++) {
    const name = `Town ${id} `.repeat(1 + (id % 30));
    const country = ["FR", "FI", "DE"][id % 3] ?? "";
    builder.add({ id, name, country, kind: "seat", lat: id - 2, tags: ["red", "green"] });
  }
  return Uint8Array.from(atOnce(builder.finish()).bytes);
}

/** What came of it, as a text. */
function outcomeOf(open: () => Segment<Town>): string {
  try {
    return JSON.stringify(open().layout, (_key, value: unknown) =>
      ArrayBuffer.isView(value)
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")
        : value,
    );
  } catch (error) {
    return (error as Error).message;
  }
}

/** Opens the bytes as they come, so many at a time; before that, other bytes stand in their place. */
function openInParts(bytes: Uint8Array, sizes: readonly number[]): Segment<Town> {
  const arriving = { bytes: new Uint8Array(bytes.length).fill(0xff), arrived: 0, wanted: 0 };
  const opening = openArriving(townDefinition, arriving);
  for (const size of sizes) {
    const end = Math.min(bytes.length, arriving.arrived + size);
    arriving.bytes.set(bytes.subarray(arriving.arrived, end), arriving.arrived);
    arriving.arrived = end;
    if (end === bytes.length) break;
    aSlice(opening, SLICE_MS, () => arriving.arrived < arriving.wanted);
  }
  arriving.bytes.set(bytes.subarray(arriving.arrived), arriving.arrived);
  arriving.arrived = bytes.length;
  return atOnce(opening);
}

const sizesOfParts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 60 });

test("whatever comes at a time, the segment is the same", () => {
  const expected = outcomeOf(() => atOnce(openSegment(townDefinition, whole)));
  expect(expected).toContain(`"records":40`);
  const runs = check(
    fc.property(sizesOfParts, (sizes) => {
      expect(outcomeOf(() => openInParts(whole, sizes))).toBe(expected);
    }),
    200,
  );
  expect(runs).toBe(200);
});

test("one byte at a time too", () => {
  const sizes = Array.from(whole, () => 1);
  expect(openInParts(whole, sizes).records).toBe(40);
});

test("a damaged one is refused with the same words", () => {
  const seen = new Set<boolean>();
  check(
    fc.property(
      fc.nat(whole.length - 1),
      fc.integer({ min: 1, max: 255 }),
      sizesOfParts,
      (at, change, sizes) => {
        const bytes = Uint8Array.from(whole);
        bytes[at] = (bytes[at] as number) ^ change;
        const expected = outcomeOf(() => atOnce(openSegment(townDefinition, bytes)));
        seen.add(expected.includes("bad segment"));
        expect(outcomeOf(() => openInParts(bytes, sizes))).toBe(expected);
      },
    ),
    500,
  );
  expect(seen).toEqual(new Set([true, false]));
});

test("an error is found as soon as its bytes are there", () => {
  const bytes = Uint8Array.from(whole);
  bytes[1] = 0;
  const arriving = { bytes, arrived: 64, wanted: 0 };
  const opening = openArriving(townDefinition, arriving);
  expect(() => aSlice(opening, SLICE_MS, () => arriving.arrived < arriving.wanted)).toThrow(
    "bad segment",
  );
});
