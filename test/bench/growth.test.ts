/** Curves that end where a contestant fails, in the table and in the plot. */
import { describe, expect, test } from "vitest";
import { growthTable } from "../../bench/growth/growth-table.js";
import { growthPlot } from "../../bench/growth/plot.js";
import type { GrowthResults } from "../../bench/growth/results.js";
import { reasonIn } from "../../bench/growth/run-growth.js";

const point = (rows: number, ms: number) => {
  return { rows, loadMs: ms, stallMs: 10, memoryMB: 100, getNs: 50 };
};

const results: GrowthResults = {
  format: 1,
  kind: "growth",
  recordedAt: "2026-01-02T03:04:05.000Z",
  machine: { cpu: "cpu", cores: 2, memoryBytes: 2 ** 34, system: "s", node: "v20", redis: "7" },
  rounds: 3,
  contestants: [
    { label: "ours", points: [point(10_000, 10), point(1_000_000, 1000)] },
    {
      label: "other",
      points: [point(10_000, 100)],
      failure: { rows: 1_000_000, why: "out of heap" },
    },
  ],
};

describe("the table of the growth", () => {
  test("has a column for each number of rows, and says where one failed and why", () => {
    const text = growthTable(results);
    expect(text).toContain("| Cold load, ms | 10,000 | 1,000,000 |");
    expect(text).toContain("| ours | 10 | 1,000 |");
    expect(text).toContain("| other | 100 | fails |");
    expect(text).toContain("other fails at 1,000,000 rows: out of heap.");
  });
});

describe("the plot of the growth", () => {
  const plot = growthPlot(results);

  test("places values by their logarithms", () => {
    const [path] = /(?<=class="line c0" d=")M62 \d+L[^"]+/.exec(plot) ?? [];
    // 10 ms at the bottom and 1,000 at the top, 10 thousand rows left and a million right.
    expect(path).toBe("M62 230L416 34");
  });

  test("marks a failure in every panel and says so in the legend", () => {
    expect(plot.match(/class="fails c1"/g)).toHaveLength(4);
    expect(plot).toContain("other, fails at 1 M");
    expect(plot).not.toContain('class="fails c0"');
  });

  test("is the same for the same results, and brings its own background", () => {
    expect(growthPlot(results)).toBe(plot);
    expect(plot).toContain('<rect class="paper"');
    expect(plot).toContain("prefers-color-scheme: dark");
  });
});

test("the reason of a failure is found in what a process printed", () => {
  expect(reasonIn("FATAL ERROR: Reached heap limit - JavaScript heap out of memory")).toBe(
    "out of heap",
  );
  expect(reasonIn("RangeError: Invalid string length")).toBe("longer than V8's longest string");
  expect(reasonIn("Error: something else\n  at file.js")).toBe("Error: something else");
});
