/** Compiles hostile schemas in a process that has little memory; prints a line of JSON for each. */
import type * as generator from "@cached-collections/generator";
import { AT_THE_LIMIT, REFUSED_EARLY } from "./hostile-texts.js";

export interface Refusal {
  readonly name: string;
  readonly ms: number;
  readonly codes: readonly string[];
  /** The most memory that the process had so far, in bytes. */
  readonly peak: number;
}

// Without what emits code, whose compiler needs more memory than any of these schemas.
const compiler = new URL("../../../generator/dist/compile.js", import.meta.url).href;
const { compileSchema } = (await import(compiler)) as Pick<typeof generator, "compileSchema">;

const texts = process.argv[2] === "early" ? REFUSED_EARLY : AT_THE_LIMIT;
for (const [name, make] of Object.entries(texts)) {
  const { text, imports } = make();
  const start = performance.now();
  const { diagnostics } = compileSchema({ path: "a.yaml", text }, imports);
  const ms = performance.now() - start;
  const codes = [...new Set(diagnostics.map(({ code }) => code))];
  const peak = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(`${JSON.stringify({ name, ms, codes, peak } satisfies Refusal)}\n`);
}
