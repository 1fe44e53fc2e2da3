/** The benchmark's arithmetic: a wrong ratio would be believed. */
import { describe, expect, test } from "vitest";
import type { Case } from "../../bench/cases.js";
import { decodeCities, encodeCities } from "../../bench/naive/city.js";
import { caseResult } from "../../bench/results.js";
import { caseText } from "../../bench/table.js";
import { plainCities } from "../../examples/data/plain-cities.js";

const source = (child: string) => ({ label: child, child, number: "ms" });

const samples = new Map([
  ["ours", [{ ms: 12 }, { ms: 10 }, { ms: 50 }]],
  ["fast", [{ ms: 30 }, { ms: 24 }, { ms: 20 }]],
]);

function compare(target: NonNullable<Case["rivals"][number]["target"]>) {
  const ours = source("ours");
  const rivals = [{ ...source("fast"), target }];
  return caseResult({ name: "load", title: "Load", unit: "ms", ours, rivals }, samples);
}

describe("a case of the benchmark", () => {
  test("compares medians and keeps the spread", () => {
    const { ours, rivals } = compare({ kind: "faster", limit: 2 });
    expect(ours).toEqual({ label: "ours", median: 12, min: 10, max: 50 });
    expect(rivals[0]).toMatchObject({ median: 24, min: 20, max: 30, ratio: 2 });
  });

  test("meets `faster` when the rival takes at least so many times as long", () => {
    expect(compare({ kind: "faster", limit: 2 }).rivals[0]?.target?.met).toBe(true);
    expect(compare({ kind: "faster", limit: 2.01 }).rivals[0]?.target?.met).toBe(false);
  });

  test("meets `share` when we take at most that part of the rival's", () => {
    expect(compare({ kind: "share", limit: 0.5 }).rivals[0]?.target?.met).toBe(true);
    expect(compare({ kind: "share", limit: 0.49 }).rivals[0]?.target?.met).toBe(false);
  });

  test("says so itself when it falls short", () => {
    expect(caseText(compare({ kind: "faster", limit: 3 }))).toContain(
      "2.00 times, wanted at least 3 times  FALLS SHORT",
    );
    expect(caseText(compare({ kind: "faster", limit: 2 }))).not.toContain("FALLS SHORT");
  });
});

test("the naive way reads back what it wrote", () => {
  const cities = [...plainCities()];
  expect([...decodeCities(encodeCities(cities)).values()]).toEqual(cities);
});
