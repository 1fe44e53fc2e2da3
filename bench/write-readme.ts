/** `npm run readme`: fills in the parts of documents that come from files, and draws the plot. */
import { readFileSync, writeFileSync } from "node:fs";
import {
  filledPerformance,
  GROWTH_PLOT,
  PERFORMANCE_DOCUMENT,
  recordedPlot,
} from "./performance-document.js";
import { filledReadme } from "./readme.js";

const read = (path: string): string => readFileSync(path, "utf8");
writeFileSync("README.md", filledReadme(read("README.md"), read));
writeFileSync(PERFORMANCE_DOCUMENT, filledPerformance(read(PERFORMANCE_DOCUMENT), read));
writeFileSync(GROWTH_PLOT, recordedPlot(read));
