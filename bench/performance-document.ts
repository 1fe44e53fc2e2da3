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

type Read = (path: string) => string;

/**
 * The document with the tables of a run between each `<!-- begin: bench/results/NAME.json -->` and the
 * `<!-- end -->` after it. `read` gives a file's text.
 */
export function filledPerformance(text: string, read: Read): string {
  return text.replaceAll(
    /<!-- begin: (bench\/results\/[\w-]+\.json) -->[^]*?<!-- end -->/g,
    (_, path: string) => `<!-- begin: ${path} -->\n\n${tablesOf(read(path))}\n\n<!-- end -->`,
  );
}

/** The plot of the recorded growth, as the text of an SVG file. */
export function recordedPlot(read: Read): string {
  return growthPlot(JSON.parse(read("bench/results/growth.json")) as GrowthResults);
}

function tablesOf(json: string): string {
  const results = JSON.parse(json) as Results | GrowthResults;
  return "kind" in results ? growthTable(results) : markdownTable(results);
}
