/** Documents show the numbers that were recorded, and no others. */
import { readFileSync } from "node:fs";
import { format } from "prettier";
import { expect, test } from "vitest";
import { filledPerformance, PERFORMANCE_DOCUMENT } from "../../bench/performance-document.js";

const read = (path: string): string => readFileSync(path, "utf8");
const style = JSON.parse(read(".prettierrc.json")) as object;

test(`${PERFORMANCE_DOCUMENT} shows what the recorded runs gave`, async () => {
  const text = read(PERFORMANCE_DOCUMENT);
  const filled = await format(filledPerformance(text, read), { ...style, parser: "markdown" });
  expect(text, "run `npm run readme`").toBe(filled);
});

test("a table that is not the recorded one is found", () => {
  const begin = "<!-- begin: bench/results/codegen.json -->";
  const filled = filledPerformance(`${begin}\n\n| 1 ms |\n\n<!-- end -->`, read);
  expect(filled).toContain("codegen of schema/geo.yaml");
  expect(filled).not.toContain("| 1 ms |");
});
