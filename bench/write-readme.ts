/** `npm run readme`: fills in the parts of the README and of docs/performance.md that come from files. */
import { readFileSync, writeFileSync } from "node:fs";
import { filledPerformance, PERFORMANCE_DOCUMENT } from "./performance-document.js";
import { filledReadme } from "./readme.js";

const read = (path: string): string => readFileSync(path, "utf8");
writeFileSync("README.md", filledReadme(read("README.md"), read));
writeFileSync(PERFORMANCE_DOCUMENT, filledPerformance(read(PERFORMANCE_DOCUMENT), read));
