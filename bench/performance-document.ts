/**
 * docs/performance.md with the tables of recorded runs, and the plot beside it. None is ever typed or drawn by hand;
 * `npm run readme` fills them in and a test compares them.
 */
import { growthTable } from "./growth/growth-table.js";
import { growthPlot } from "./growth/plot.js";
import type { GrowthResults } from "./growth/results.js";
import type { Results } from "./results.js";
import { markdownTable } from "./table.js";

/** Relative to the root. */
export const PERFORMANCE_DOCUMENT = "docs/performance.md";
export const GROWTH_PLOT = "docs/growth.svg";

/** A file's text; undefined when there is none. */
type Read = (path: string) => string | undefined;

/**
 * The document with the tables of a run between each `<!-- begin: bench/results/NAME.json -->` and the
 * `<!-- end -->` after it, or with how to record it where that was not done yet.
 */
export function filledPerformance(text: string, read: Read): string {
  return text.replaceAll(
    /<!-- begin: (bench\/results\/[\w-]+\.json) -->[^]*?<!-- end -->/g,
    (_, path: string) => `<!-- begin: ${path} -->\n\n${tablesOf(path, read(path))}\n\n<!-- end -->`,
  );
}

/** The plot of the recorded growth, as the text of an SVG file. */
export function recordedPlot(read: Read): string {
  const recorded = read("bench/results/growth.json");
  if (recorded === undefined) throw new Error("the growth was not recorded");
  return growthPlot(JSON.parse(recorded) as GrowthResults);
}

function tablesOf(path: string, json: string | undefined): string {
  if (json === undefined) return `Not recorded yet: \`--json ${path}\`, then \`npm run readme\`.`;
  const results = JSON.parse(json) as Results | GrowthResults;
  return "kind" in results ? growthTable(results) : markdownTable(results);
}
