/**
 * Segments that are not what they should be: whatever arrives, it is refused with a code, or every read of it
 * ends, with a record of the right shape or ERR_BAD_RECORD.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import { encodeHeader } from "../../runtime/src/bytes/segment-header.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import { createCore, type SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import type { SortedList } from "../../runtime/src/snapshot/views.js";
import { check } from "../support/property.js";
import { townDefinition, type Town } from "../support/town.js";

const whole = build();

function build(): Uint8Array {
  const builder = new SegmentBuilder(townDefinition, { seed: 77 });
  for (const [id, name] of ["Lyon", "Åbo", "Brno", "Oulu", "Bergen", "Gent", "Łódź"].entries()) {
    builder.add({
      id: id * 3,
      name,
      country: id % 2 === 0 ? "FR" : "FI",
      ...(id % 3 === 0 ? {} : { code: `c${id}`, population: 1000 * id }),
      kind: "seat",
      lat: id - 2,
      tags: ["red", "green"].slice(0, id % 3),
    });
  }
  return atOnce(builder.finish()).bytes;
}

/** The same bytes with a header that says their size, so that what follows is looked at. */
function resized(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const sizeAt = 2 + (whole[1] as number) - 4;
  if (copy.length >= sizeAt + 4) {
    new DataView(copy.buffer).setUint32(sizeAt, copy.length, true);
  }
  return copy;
}

type Outcome = "refused" | "read" | "a bad record";

/** Opens bytes and reads all that can be read; throws on anything but the three outcomes. */
function outcomeOf(bytes: Uint8Array): Outcome {
  let core: SnapshotCore<Town>;
  try {
    const segment = atOnce(openSegment(townDefinition, bytes));
    const info = { revision: 1, epoch: "e", manifestId: "m" };
    core = atOnce(createCore(townDefinition, info, [segment]));
  } catch (error) {
    const codes = ["ERR_BAD_SEGMENT", "ERR_FORMAT"];
    if (error instanceof CachedCollectionsError && codes.includes(error.code)) return "refused";
    throw error;
  }
  const outcomes = READS.map((read) => tryRead(() => read(core)));
  return outcomes.includes("a bad record") ? "a bad record" : "read";
}

function tryRead(read: () => unknown): Outcome {
  try {
    read();
    return "read";
  } catch (error) {
    if (error instanceof CachedCollectionsError && error.code === "ERR_BAD_RECORD") {
      return "a bad record";
    }
    throw error;
  }
}

/** Every kind of read; each ends soon in a segment of seven records, or the test runs out of time. */
const READS: readonly ((core: SnapshotCore<Town>) => unknown)[] = [
  (core) => [...core.values()].map(checkTown),
  (core) => Array.from({ length: 25 }, (_, id) => checkTown(core.get(id))),
  (core) => [...core.group("byCountry").keys()].map((key) => core.group("byCountry").get(key)),
  (core) => [...core.group("byTag").keys()].map((key) => core.group("byTag").get(key)),
  (core) => ["FR", "FI", "x"].map((key) => core.group("byCountry").count(key)),
  (core) => ["red", "x"].map((key) => core.group("byTag").get(key)),
  (core) => ["c1", undefined].map((key) => core.group("byCodeGroup").get(key)),
  (core) => core.unique("byCode").get({ country: "FI", code: "c1" }),
  (core) => ["FR", "FI", "x"].map((key) => core.unique("largest").get(key)),
  (core) => ["FR", "FI", "x"].map((key) => core.unique("smallest").get(key)),
  (core) => core.group("byCountryAndKind").get({ country: "FR", kind: "seat" }),
  (core) => searchAll(core.sorted("byName"), "Brno"),
  (core) => searchAll(core.sorted("byPopulation"), 2000),
  (core) => searchAll(core.sorted("northern"), 1),
];

function searchAll(list: SortedList<Town, unknown>, value: unknown): void {
  for (const town of list.toArray()) checkTown(town);
  for (const bound of ["gt", "gte", "lt", "lte"]) list.range({ [bound]: value }).toArray();
  checkTown(list.floor(value));
  checkTown(list.ceiling(value));
}

function checkTown(town: Town | undefined): void {
  if (town === undefined) return;
  const types = [town.id, town.name, town.country, town.kind, town.lat].map(
    (value) => typeof value,
  );
  if (types.join(" ") !== "number string string string number") throw new Error(types.join(" "));
}

describe("a segment", () => {
  test("is read whole", () => {
    expect(outcomeOf(whole)).toBe("read");
  });

  test("cut off anywhere is refused", () => {
    const outcomes = Array.from({ length: whole.length }, (_, end) =>
      outcomeOf(whole.slice(0, end)),
    );
    expect(new Set(outcomes)).toEqual(new Set(["refused"]));
  });

  test("cut off anywhere, with a header that says so, is refused or read to an end", () => {
    const outcomes = Array.from({ length: whole.length }, (_, end) =>
      outcomeOf(resized(whole.slice(0, end))),
    );
    // Views are empty where their arrays are cut off, as those of no records are.
    expect(new Set(outcomes)).toEqual(new Set(["refused", "read"]));
  });

  test("with bytes added is refused", () => {
    for (const more of [[0], [0x7a, 0], [0x12, 0], [0, 0, 0, 0]]) {
      const longer = Uint8Array.from([...whole, ...more]);
      expect([longer, resized(longer)].map(outcomeOf)).toEqual(["refused", "refused"]);
    }
  });
});

describe("a segment that was changed", () => {
  test("in any one bit is refused or read to an end", () => {
    const outcomes = new Map<Outcome, number>();
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = Uint8Array.from(whole);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      const outcome = outcomeOf(bytes);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect([...outcomes.keys()].sort()).toEqual(["a bad record", "read", "refused"]);
  });

  test("in stretches overwritten, moved or repeated is refused or read to an end", () => {
    const at = fc.nat(whole.length - 1);
    const property = fc.property(
      at,
      at,
      fc.nat(40),
      fc.uint8Array({ maxLength: 40 }),
      (to, from, size, noise) => {
        const moved = Uint8Array.from(whole);
        moved.copyWithin(to, from, from + size);
        const noisy = Uint8Array.from(whole);
        noisy.set(noise.subarray(0, whole.length - to), to);
        const spliced = Buffer.concat([whole.subarray(0, to), noise, whole.subarray(from)]);
        for (const bytes of [moved, noisy, resized(spliced)]) {
          expect(["refused", "read", "a bad record"]).toContain(outcomeOf(bytes));
        }
      },
    );
    expect(check(property, 1500)).toBe(1500);
  });

  test("in any word set to an extreme is refused or read to an end", () => {
    for (let at = 0; at + 4 <= whole.length; at += 4) {
      for (const value of [0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff]) {
        const bytes = Uint8Array.from(whole);
        new DataView(bytes.buffer).setUint32(at, value, true);
        expect(["refused", "read", "a bad record"]).toContain(outcomeOf(bytes));
      }
    }
  });

  test("to noise is refused", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(outcomeOf(bytes)).toBe("refused");
    });
    expect(check(property, 500)).toBe(500);
  });
});

describe("a refusal", () => {
  test("says what is wrong and where", () => {
    const other = { ...townDefinition, hash: "ffffffffffffffff" };
    expect(() => atOnce(openSegment(other, whole))).toThrow(
      'test.Town:ffffffffffffffff: bad segment: schema "0123456789abcdef", not "ffffffffffffffff"',
    );
    expect(() => atOnce(openSegment(townDefinition, whole.slice(0, 400)))).toThrow(
      `bad segment: 400 bytes of ${whole.length}`,
    );
    expect(() => atOnce(openSegment(townDefinition, resized(whole.slice(0, 100))))).toThrow(
      /bad segment: message \d of field 2 ends past the end \(byte \d+ of 100\)/u,
    );
  });

  test("comes before memory is set aside for a count that cannot be", () => {
    const header = {
      format: 1,
      hash: townDefinition.hash,
      cut: [],
      seed: 0,
      removed: 0,
      sizeBytes: 0,
    };
    for (const records of [2 ** 28, 2 ** 31, 1000]) {
      const { length } = encodeHeader({ ...header, records });
      const message = encodeHeader({ ...header, records, sizeBytes: length + 2 });
      expect(() =>
        atOnce(openSegment(townDefinition, Uint8Array.from([10, message.length, ...message]))),
      ).toThrow(`${records} records, 0 removed: too many`);
    }
    const future = encodeHeader({ ...header, records: 0, format: 2 });
    expect(() =>
      atOnce(openSegment(townDefinition, Uint8Array.from([10, future.length, ...future]))),
    ).toThrow("format 2, this build reads 1");
  });
});

describe("bytes that begin at any address", () => {
  test("are read", () => {
    for (const offset of [1, 2, 3, 4]) {
      const memory = new Uint8Array(whole.length + offset);
      memory.set(whole, offset);
      expect(outcomeOf(memory.subarray(offset))).toBe("read");
    }
  });
});
