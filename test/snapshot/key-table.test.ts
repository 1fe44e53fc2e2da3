/** What stands in front of a key table and beside it: hot records, and the filter of what it does not have. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashInteger } from "../../runtime/src/bytes/hash.js";
import { bitLength, fillSlots, homeSlot, type SlotTable } from "../../runtime/src/bytes/slots.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import type { EntityDefinition } from "../../runtime/src/definition.js";
import { MissFilter, missFilterOf } from "../../runtime/src/snapshot/miss-filter.js";
import { coreOf, type SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { check, SEED } from "../support/property.js";
import { Random } from "../support/random.js";
import { townDefinition, type Town, type TownInput } from "../support/town.js";
import { until } from "../support/until.js";

const byId = { name: "id", kind: { type: "uint32" }, read: (r: Town): number => r.id } as const;
const definition: EntityDefinition<Town, TownInput> = { ...townDefinition, key: [byId], views: [] };

function coreWith(ids: Iterable<number>): SnapshotCore<Town> {
  const town = { name: "", country: "", kind: "place", lat: 0 } as const;
  return coreOf(
    definition,
    Array.from(ids, (id) => ({ ...town, id })),
  );
}

/** Different numbers of 32 bits, the least and the greatest among them. */
function numbers(count: number, random: Random): Set<number> {
  const chosen = new Set([0, 1, 0x7fffffff, 0x80000000, 0xffffffff]);
  while (chosen.size < count) chosen.add(random.integer(2 ** 32));
  return chosen;
}

describe("integers as keys", () => {
  test("find the same record however many others were asked for in between", () => {
    const random = new Random(SEED);
    const ids = numbers(6_000, random);
    const all = [...ids];
    const core = coreWith(ids);
    const found = new Map<number, Town>();
    const wrong = new Set<number>();
    for (let i = 0; i < 60_000; i++) {
      const id = random.chance(0.9) ? random.pick(all) : random.integer(2 ** 32);
      const town = core.get(id);
      if (town?.id !== (ids.has(id) ? id : undefined)) wrong.add(id);
      if (town === undefined) continue;
      if ((found.get(id) ?? town) !== town) wrong.add(id);
      found.set(id, town);
    }
    expect([...wrong], `seed ${SEED}`).toEqual([]);
    expect(found.size).toBeGreaterThan(5_900);
  });
});

function tableOf(hashes: readonly number[]): SlotTable {
  const words = atOnce(fillSlots(Uint32Array.from(hashes)));
  return { words: new Int32Array(words.buffer), bits: bitLength(hashes.length) };
}

const mayHave = (filter: MissFilter | undefined, { words }: SlotTable, hash: number): boolean =>
  filter?.mayHave(hash, homeSlot(hash, words.length)) !== false;

describe("a filter of misses", () => {
  test("lets everything through that the table has, also where its entries lie far from their place", () => {
    // A few places to begin at, the last one among them: rows of entries that go on at the table's beginning.
    const crowded = fc.tuple(fc.constantFrom(0, 0x7fff0000, 0xffff0000), fc.nat({ max: 0xffff }));
    const hash = fc.oneof(
      fc.integer(),
      crowded.map(([high, low]) => high | low),
    );
    const property = fc.property(fc.array(hash, { minLength: 1, maxLength: 300 }), (hashes) => {
      const table = tableOf(hashes);
      const filter = new MissFilter(table);
      atOnce(filter.fill());
      expect(hashes.filter((each) => !mayHave(filter, table, each))).toEqual([]);
    });
    check(property, 300);
  });

  test("stops nine of ten others once it is filled, and nothing before", () => {
    const random = new Random(SEED);
    const table = tableOf([...numbers(50_000, random)]);
    const filter = new MissFilter(table);
    const others = Array.from({ length: 10_000 }, () => random.integer(2 ** 32));
    const passing = (): number => others.filter((each) => mayHave(filter, table, each)).length;
    expect(passing()).toBe(others.length);
    atOnce(filter.fill());
    expect(passing()).toBeLessThan(1_200);
    expect(passing()).toBeGreaterThan(0);
  });

  test("is there after many misses, and what is there is still found", async () => {
    const core = coreWith(numbers(40_000, new Random(SEED)));
    const { keys, seed } = core.parts.base.records.segment.layout;
    const there = new Set(Array.from(core.values(), ({ id }) => id));
    const absent = Array.from({ length: 20_000 }, (_, i) => i + 2).filter((id) => !there.has(id));
    const stopped = (): number =>
      absent.filter((id) => !mayHave(missFilterOf(keys), keys, hashInteger(id, seed))).length;
    expect(absent.slice(0, 10_000).filter((id) => core.has(id))).toEqual([]);
    expect(stopped()).toBe(0);
    for (const id of absent) core.get(id);
    await until("misses are filtered", () => stopped() > absent.length / 2);
    expect(absent.filter((id) => core.has(id))).toEqual([]);
    expect([...there].filter((id) => core.get(id)?.id !== id)).toEqual([]);
  });
});
