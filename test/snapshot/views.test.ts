/** Every read of every kind of view, over random definitions and rows, against plain arrays. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import { coreOf } from "../../runtime/src/snapshot/snapshot-core.js";
import { hasDuplicates, sortBy, withoutDuplicates } from "../support/plain.js";
import { check } from "../support/property.js";
import { anyKey, anyThing, anyView, thingDefinition } from "../support/thing.js";
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

function outcomeOf(build: () => unknown): string {
  try {
    build();
    return "built";
  } catch (error) {
    return error instanceof CachedCollectionsError ? error.code : String(error);
  }
}
