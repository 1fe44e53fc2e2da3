/** Every read of every kind of view, over random definitions and rows, against plain arrays. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import type { Segment } from "../../runtime/src/bytes/segment.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import { coreOf, createCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { hasDuplicates, sortBy, withoutDuplicates } from "../support/plain.js";
import { check } from "../support/property.js";
import {
  anyKey,
  anyThing,
  anyView,
  FIELDS,
  thingDefinition,
  type Thing,
} from "../support/thing.js";
import { checkView } from "../support/view-checks.js";

const anyCase = fc.record({
  key: anyKey,
  view: anyView,
  rows: fc.array(anyThing, { maxLength: 40 }),
  /** Rows whose values are asked for although nothing has them. */
  others: fc.array(anyThing, { maxLength: 5 }),
});

describe("a view", () => {
  test("answers as plain arrays do, whatever the key, the view and the rows", () => {
    const property = fc.property(anyCase, ({ key, view, rows, others }) => {
      const given = withoutDuplicates(key, rows);
      fc.pre(!hasDuplicates(view, given));
      const core = coreOf(thingDefinition(key, [view]), given);
      const records = [...core.values()];
      expect(records).toEqual(sortBy(given, key));
      checkView(core, view, records, others);
    });
    expect(check(property, 300)).toBe(300);
  });

  test("is refused exactly when it is unique and two records have the same values", () => {
    const property = fc.property(anyCase, ({ key, view, rows }) => {
      const given = withoutDuplicates(key, rows);
      const outcome = outcomeOf(() => coreOf(thingDefinition(key, [view]), given));
      expect(outcome).toBe(hasDuplicates(view, given) ? "ERR_DUPLICATE_KEY" : "built");
    });
    expect(check(property, 150)).toBe(150);
  });
});

test.each([
  [0, -0],
  [-0, 0],
])("a group of records with %d and %d is shown under 0, from cold and over a delta", (a, b) => {
  const by = FIELDS.filter(({ name }) => name === "real");
  const key = FIELDS.filter(({ name }) => name === "id");
  const definition = thingDefinition(key, [{ view: "group", name: "byReal", by, sort: [] }]);
  const [row] = fc.sample(anyThing, { seed: 1, numRuns: 1 }) as [Thing];
  const rows = [
    { ...row, id: 1, real: a },
    { ...row, id: 2, real: b },
  ];
  const [base, delta] = rows.map((each) => {
    const builder = new SegmentBuilder(definition, { seed: 1 });
    builder.add(each);
    return atOnce(openSegment(definition, atOnce(builder.finish()).bytes));
  }) as [Segment<Thing>, Segment<Thing>];
  const info = { revision: 1, epoch: "epoch", manifestId: "manifest" };
  const layered = atOnce(createCore(definition, info, [delta, base]));
  for (const core of [coreOf(definition, rows), layered]) {
    const group = core.group<number>("byReal");
    expect([...group.keys()]).toEqual([0]);
    expect([...group.get(0)]).toEqual(rows);
    expect(group.get(-0)).toBe(group.get(0));
  }
});

function outcomeOf(build: () => unknown): string {
  try {
    build();
    return "built";
  } catch (error) {
    return error instanceof CachedCollectionsError ? error.code : String(error);
  }
}
