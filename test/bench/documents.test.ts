/** Documents show the numbers that were recorded, and no others. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { format } from "prettier";
import { expect, test } from "vitest";
import {
  filledPerformance,
  GROWTH_PLOT,
  PERFORMANCE_DOCUMENT,
  recordedPlot,
} from "../../bench/performance-document.js";

const read = (path: string): string => readFileSync(path, "utf8");
const readAny = (path: string) => (existsSync(path) ? read(path) : undefined);
const style = JSON.parse(read(".prettierrc.json")) as object;

test(`${PERFORMANCE_DOCUMENT} shows what the recorded runs gave`, async () => {
  const text = read(PERFORMANCE_DOCUMENT);
  const filled = await format(filledPerformance(text, readAny), { ...style, parser: "markdown" });
  expect(text, "run `npm run readme`").toBe(filled);
});

test("every recorded run is shown", () => {
  const shown = read("README.md") + read(PERFORMANCE_DOCUMENT);
  const missing = readdirSync("bench/results").filter((name) => !shown.includes(`results/${name}`));
  expect(missing).toEqual([]);
});

test(`${GROWTH_PLOT} draws the recorded growth`, () => {
  expect(read(GROWTH_PLOT), "run `npm run readme`").toBe(recordedPlot(read));
});

test("a table that is not the recorded one is found", () => {
  const begin = "<!-- begin: bench/results/codegen.json -->";
  const filled = filledPerformance(`${begin}\n\n| 1 ms |\n\n<!-- end -->`, read);
  expect(filled).toContain("codegen of schema/geo.yaml");
  expect(filled).not.toContain("| 1 ms |");
});

test("a run that was not recorded says how to", () => {
  const begin = "<!-- begin: bench/results/other.json -->";
  const filled = filledPerformance(`${begin}\n<!-- end -->`, () => undefined);
  expect(filled).toContain("--json bench/results/other.json");
});
