/** `npm run readme`: fills in the parts of documents that come from files, and draws the plot. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import {
  filledPerformance,
  GROWTH_PLOT,
  PERFORMANCE_DOCUMENT,
  recordedPlot,
} from "./performance-document.js";
import { filledReadme } from "./readme.js";

const read = (path: string): string => readFileSync(path, "utf8");
writeFileSync("README.md", filledReadme(read("README.md"), read));
const readAny = (path: string) => (existsSync(path) ? read(path) : undefined);
writeFileSync(PERFORMANCE_DOCUMENT, filledPerformance(read(PERFORMANCE_DOCUMENT), readAny));
writeFileSync(GROWTH_PLOT, recordedPlot(readAny));
