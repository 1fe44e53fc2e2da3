/**
 * The parts of the README that come from files: the first example, and the table of the recorded benchmark.
 * Neither is ever typed by hand; `npm run readme` fills them in and a test compares them.
 */
import type { Results } from "./results.js";
import { markdownTable } from "./table.js";

/** The files behind the README's parts, relative to the root. */
export const README_SOURCES = {
  schema: "examples/first/schema/catalog.yaml",
  door: "examples/first/catalog.ts",
  program: "examples/first/main.ts",
  results: "bench/results/recorded.json",
} as const;

/** The README with its parts as the files say. `read` gives a file's text. Throws when a part's place is missing. */
export function filledReadme(readme: string, read: (path: string) => string): string {
  const { schema, door, program, results } = README_SOURCES;
  const inFolder = (path: string): string => path.replace("examples/first/", "");
  const example = [
    `\`${inFolder(schema)}\`, compiled by \`npx cached-collections codegen\`:`,
    fenced("yaml", read(schema)),
    `\`${inFolder(door)}\`:`,
    fenced("ts", read(door)),
    `\`${inFolder(program)}\`:`,
    fenced("ts", read(program)),
  ].join("\n\n");
  const table = markdownTable(JSON.parse(read(results)) as Results);
  return fill(fill(readme, "example", example), "bench", table);
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

function fill(readme: string, part: string, text: string): string {
  const [begin, end] = [`<!-- ${part}:begin -->`, `<!-- ${part}:end -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the README has no ${begin} ... ${end}`);
  return `${readme.slice(0, from)}${begin}\n\n${text}\n\n${readme.slice(to)}`;
}
