/** Keys whose hashes agree where slots look: only the record's own key tells them apart. */
import { describe, expect, test } from "vitest";
import { hashInteger } from "../../runtime/src/bytes/hash.js";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import type { EntityDefinition } from "../../runtime/src/definition.js";
import { createCore, type SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { townDefinition, type Town, type TownInput } from "../support/town.js";

const SEED = 0x5eed;
const info = { revision: 1, epoch: "epoch", manifestId: "manifest" };
const byId = { name: "id", kind: { type: "uint32" }, read: (r: Town): number => r.id } as const;
const population = {
  name: "population",
  kind: { type: "uint32" },
  read: (r: Town): number | undefined => r.population,
} as const;

const definition: EntityDefinition<Town, TownInput> = {
  ...townDefinition,
  key: [byId],
  views: [
    { view: "unique", name: "only", by: [population], sort: [], duplicates: "error" },
    { view: "unique", name: "first", by: [population], sort: [], duplicates: "first" },
    { view: "group", name: "group", by: [population], sort: [] },
  ],
};

/** The integer of this hash: each step of fmix32 undone. */
function keyOfHash(hash: number): number {
  let value = hash ^ (hash >>> 16);
  value = Math.imul(value, 0x7ed1b41d);
  value = value ^ (value >>> 13) ^ (value >>> 26);
  value = Math.imul(value, 0xa5cb9243);
  return (value ^ (value >>> 16) ^ SEED) >>> 0;
}

function coreOf(keys: readonly number[]): SnapshotCore<Town> {
  const builder = new SegmentBuilder(definition, { seed: SEED });
  for (const key of keys) {
    const sample = { name: "", country: "", kind: "seat" as const, lat: 0 };
    builder.add({ ...sample, id: key, population: key });
  }
  const segment = atOnce(openSegment(definition, atOnce(builder.finish()).bytes));
  return atOnce(createCore(definition, info, [segment]));
}

describe("a key that is not there", () => {
  // With two records a slot keeps the lower 30 bits of a hash, and there are three slots: hashes that begin
  // with the bits 00 and 01 begin to look at the same one and differ in no bit that is kept.
  const there = keyOfHash(0x000d0dfb);
  const absent = keyOfHash(0x400d0dfb);

  test("is not found although its hash agrees with another's in all bits that are kept", () => {
    expect(hashInteger(there, SEED) ^ hashInteger(absent, SEED)).toBe(0x40000000);
    for (const find of reads(coreOf([there, 1]))) {
      expect(find(absent)).toBe(undefined);
      expect(find(there)?.id).toBe(there);
      expect(find(absent)).toBe(undefined);
    }
  });

  test("is found when it is there as well", () => {
    for (const find of reads(coreOf([there, absent]))) {
      expect([find(absent)?.id, find(there)?.id]).toEqual([absent, there]);
    }
  });
});

/** Every way to find a record by a number. */
function reads(core: SnapshotCore<Town>): ((key: number) => Town | undefined)[] {
  return [
    (key) => core.get(key),
    (key) => core.unique("only").get(key),
    (key) => core.unique("first").get(key),
    (key) => core.group("group").get(key)[0],
  ];
}
