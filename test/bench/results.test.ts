/** The benchmark's arithmetic: a wrong ratio would be believed. */
import { describe, expect, test } from "vitest";
import type { Target } from "../../bench/case.js";
import { decodeCities, encodeCities } from "../../bench/naive/city.js";
import { behindGiven, caseResult, missedTargets } from "../../bench/results.js";
import { caseText } from "../../bench/table.js";
import { plainCities } from "../../examples/data/plain-cities.js";

const source = (name: string) => ({
  label: name,
  child: { file: `group/${name}.js`, args: [] },
  number: "ms",
});

const samples = new Map([
  ["group/ours", [{ ms: 12 }, { ms: 10 }, { ms: 50 }]],
  ["group/fast", [{ ms: 30 }, { ms: 24 }, { ms: 20 }]],
]);

function compare(target: Target) {
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

  test("takes what lies between the two in the middle of an even number of rounds", () => {
    const even = new Map([
      ["group/ours", [{ ms: 40 }, { ms: 10 }, { ms: 30 }, { ms: 20 }]],
      ["group/fast", [{ ms: 50 }]],
    ]);
    const of = { name: "load", title: "Load", unit: "ms", ours: source("ours") } as const;
    expect(caseResult({ ...of, rivals: [source("fast")] }, even).ours.median).toBe(25);
  });

  test("meets `faster` when the rival takes at least so many times as long", () => {
    expect(compare({ kind: "faster", limit: 2 }).rivals[0]?.target?.met).toBe(true);
    expect(compare({ kind: "faster", limit: 2.01 }).rivals[0]?.target?.met).toBe(false);
  });

  test("meets `share` when we take at most that part of the rival's", () => {
    expect(compare({ kind: "share", limit: 0.5 }).rivals[0]?.target?.met).toBe(true);
    expect(compare({ kind: "share", limit: 0.49 }).rivals[0]?.target?.met).toBe(false);
  });

  test("meets `over` when we add at most so much to the rival's", () => {
    expect(compare({ kind: "over", limit: -12 }).rivals[0]?.target?.met).toBe(true);
    expect(compare({ kind: "over", limit: -13 }).rivals[0]?.target?.met).toBe(false);
  });

  test("says so itself when it falls short", () => {
    expect(caseText(compare({ kind: "faster", limit: 3 }))).toContain(
      "2.00 times, wanted at least 3 times  FALLS SHORT",
    );
    expect(caseText(compare({ kind: "faster", limit: 2 }))).not.toContain("FALLS SHORT");
  });
});

describe("a case with a limit of its own", () => {
  const limited = (limit: number) =>
    caseResult(
      { name: "load", title: "Load", unit: "ms", ours: { ...source("ours"), limit }, rivals: [] },
      samples,
    );

  test("meets it when our median is at most that", () => {
    expect(limited(12).ours.limit).toEqual({ most: 12, met: true });
    expect(limited(11).ours.limit).toEqual({ most: 11, met: false });
  });

  test("is among the missed targets when it falls short, and says so", () => {
    expect(missedTargets(limited(12))).toEqual([]);
    expect(missedTargets(limited(11))).toEqual(["load"]);
    expect(caseText(limited(11))).toContain("wanted at most 11 ms  FALLS SHORT");
  });
});

describe("a number measured elsewhere", () => {
  const beside = (given: number) =>
    caseResult(
      {
        name: "load",
        title: "Load",
        unit: "ms",
        ours: source("ours"),
        rivals: [{ label: "Other", given }],
      },
      samples,
    );

  test("is shown beside ours, which is ahead or behind", () => {
    expect(caseText(beside(36))).toContain("ahead 3.0 times");
    expect(caseText(beside(6))).toContain("behind 2.0 times");
  });

  test("is no target, but named where we are behind", () => {
    expect(missedTargets(beside(6))).toEqual([]);
    expect(behindGiven([beside(6)])).toEqual(["load"]);
    expect(behindGiven([beside(36)])).toEqual([]);
  });
});

test("the naive way reads back what it wrote", () => {
  const cities = [...plainCities()];
  expect([...decodeCities(encodeCities(cities)).values()]).toEqual(cities);
});
