/**
 * docs/performance.md with the tables of recorded runs. None is ever typed by hand; `npm run readme` fills them in
 * and a test compares them.
 */
import type { Results } from "./results.js";
import { markdownTable } from "./table.js";

/** Relative to the root. */
export const PERFORMANCE_DOCUMENT = "docs/performance.md";

/**
 * The document with a table between each `<!-- begin: bench/results/NAME.json -->` and the `<!-- end -->` after it.
 * `read` gives a file's text.
 */
export function filledPerformance(text: string, read: (path: string) => string): string {
  return text.replaceAll(
    /<!-- begin: (bench\/results\/[\w-]+\.json) -->[^]*?<!-- end -->/g,
    (_, path: string) => `<!-- begin: ${path} -->\n\n${tableOf(read(path))}\n\n<!-- end -->`,
  );
}

function tableOf(json: string): string {
  return markdownTable(JSON.parse(json) as Results);
}
