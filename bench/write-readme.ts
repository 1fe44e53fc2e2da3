/** `npm run readme`: fills in the parts of the README that come from files. */
import { readFileSync, writeFileSync } from "node:fs";
import { filledReadme } from "./readme.js";

const read = (path: string): string => readFileSync(path, "utf8");
writeFileSync("README.md", filledReadme(read("README.md"), read));
