/** What the benchmark measures with: rows, keys and changes that are what they are said to be. */
import { describe, expect, test } from "vitest";
import { ChangingRows } from "../../bench/data/changes.js";
import { hotKeys, manyCities, missingKeys } from "../../bench/data/cities.js";
import { median, percentile } from "../../bench/measure/median.js";

const ROWS = 300_000;
const ids = Uint32Array.from(manyCities(ROWS), ({ id }) => id);

describe("the rows", () => {
  test("are as many as asked for, in key order, each key once", () => {
    expect(ids).toHaveLength(ROWS);
    expect(ids.findIndex((id, index) => index > 0 && id <= (ids[index - 1] ?? 0))).toBe(-1);
  });

  test("have keys to ask for, and gaps between them", () => {
    const existing = new Set(ids);
    const [hot, missing] = [hotKeys(ids, 1000), missingKeys(ids, 1000)];
    expect([new Set(hot).size, new Set(missing).size]).toEqual([1000, 1000]);
    expect(hot.every((id) => existing.has(id))).toBe(true);
    expect(missing.some((id) => existing.has(id))).toBe(false);
  });
});

describe("changed rows", () => {
  test("are as many different ones as asked for, in key order, and no others", () => {
    const rows = new ChangingRows(5000, 1);
    const before = [...rows.rows];
    const changed = rows.change(1000);
    const different = rows.rows.filter((row, index) => row !== before[index]);
    expect(changed).toEqual(different);
    expect(new Set(changed.map(({ id }) => id)).size).toBe(1000);
    expect(
      rows.rows.filter(({ population }, index) => population !== before[index]?.population),
    ).toHaveLength(1000);
  });

  test("are the same for the same seed", () => {
    expect(new ChangingRows(5000, 7).change(10)).toEqual(new ChangingRows(5000, 7).change(10));
  });
});

test("medians and percentiles", () => {
  const numbers = Array.from({ length: 1000 }, (_, index) => 1000 - index);
  expect(median([3, 1, 2])).toBe(2);
  expect(percentile(numbers, 50)).toBe(500);
  expect(percentile(numbers, 99.9)).toBe(999);
});
