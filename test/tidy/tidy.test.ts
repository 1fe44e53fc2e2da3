/**
 * House rules that no compiler knows: sizes, dead files, words that must not be checked in, and documents
 * that must not lie about commands and files.
 */
import { dirname, join } from "node:path";
import { format } from "prettier";
import { describe, expect, test } from "vitest";
import { filledReadme } from "../../bench/readme.js";
import {
  filesBelow,
  pathExists,
  readSources,
  readText,
  SOURCE_FOLDERS,
  sourceOf,
} from "./source-tree.js";

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 70;

const STYLE = JSON.parse(readText(".prettierrc.json")) as object;

const sources = readSources();
const written = sources.filter(({ isGenerated }) => !isGenerated);

describe("the size of", () => {
  test(`a file is at most ${MAX_FILE_LINES} lines`, () => {
    const long = written.filter((source) => source.lines > MAX_FILE_LINES);
    expect(long.map((source) => `${source.path}: ${source.lines} lines`)).toEqual([]);
  });

  test(`a function is at most ${MAX_FUNCTION_LINES} lines`, () => {
    const long = written.flatMap((source) =>
      source.functions
        .filter((fn) => fn.lines > MAX_FUNCTION_LINES)
        .map((fn) => `${source.path}:${fn.line} ${fn.name}: ${fn.lines} lines`),
    );
    expect(long).toEqual([]);
  });
});

describe("no file", () => {
  test("of source is dead: each is reached from a door, a bin, a script or a test", () => {
    const live = new Set<string>();
    const queue = roots();
    for (const path of queue) {
      if (live.has(path)) continue;
      live.add(path);
      const links = sources.find((source) => source.path === path)?.links ?? [];
      queue.push(...links.flatMap(({ target }) => target ?? []));
    }
    const dead = sources.filter(({ path }) => !live.has(path) && !path.endsWith(".d.ts"));
    expect(dead.map(({ path }) => path)).toEqual([]);
  });

  test("is named otherwise than in kebab-case", () => {
    const names = sources.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
    expect(names.filter((name) => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  test("of source opens without a comment that says what it is for", () => {
    const silent = sources.filter(({ path, text }) => {
      const body = text.replace(/^#!.*\n/, "");
      return !/^\/[/*]/.test(body) && !path.startsWith("cli/bin/");
    });
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test("suppresses the compiler or the linter, or leaves work for later", () => {
    const words = /@ts-(ignore|expect-error|nocheck)|(eslint|oxlint)-disable|\b(TODO|FIXME|XXX)\b/;
    expect(linesWith(words)).toEqual([]);
  });

  test("skips a test or runs one alone", () => {
    expect(linesWith(/\b(test|it|describe|suite)\.(skip|only|todo|fails)\b/)).toEqual([]);
  });

  test("names a place on somebody's machine", () => {
    const words = /(^|[^\w.])\/(home|root|Users|work|private\/var)\/[\w.]|\b[A-Z]:\\\\?Users\\/;
    expect(linesWith(words)).toEqual([]);
  });
});

describe("a document", () => {
  const documents = [".", "docs", "examples", "bench", "runtime", "generator", "cli"]
    .flatMap((folder) => (folder === "." ? rootDocuments() : filesBelow(folder)))
    .filter((path) => path.endsWith(".md"));

  test("names only npm scripts that exist", () => {
    const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
    const known = new Set([...Object.keys(scripts), "test"]);
    const wrong = documents.flatMap((path) =>
      [...readText(path).matchAll(/\bnpm run (?:--?[\w-]+ )*([\w:-]+)/g)]
        .filter(([, name]) => !known.has(name ?? ""))
        .map(([command]) => `${path}: ${command}`),
    );
    expect(wrong).toEqual([]);
  });

  test("shows the example and the numbers as the files have them", async () => {
    const readme = readText("README.md");
    const filled = await format(filledReadme(readme, readText), { ...STYLE, parser: "markdown" });
    expect(readme, "run `npm run readme`").toBe(filled);
  });

  test("links only to files that exist", () => {
    const wrong = documents.flatMap((path) =>
      [...readText(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
        .filter(([, link]) => !pathExists(join(dirname(path), link ?? "")))
        .map(([, link]) => `${path}: ${link}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** What is opened by name from outside: doors, bins, npm scripts, tests, tools' configurations. */
function roots(): string[] {
  const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
  const commands = [...Object.values(scripts), readText(".ci/run")].join("\n");
  const named = [...commands.matchAll(/[\w./-]+\.[jt]s\b/g)].flatMap(([p]) => sourceOf(p) ?? []);
  const doors = ["runtime/src/index.ts", "runtime/src/generated/v1.ts", "generator/src/index.ts"];
  const bins = filesBelow("cli/bin");
  const tests = sources.filter(({ path }) => /\.(test|long)\.ts$|\.config\.ts$/.test(path));
  const generated = sources.filter(({ isGenerated }) => isGenerated);
  return [...doors, ...bins, ...named, ...[...tests, ...generated].map(({ path }) => path)];
}

function rootDocuments(): string[] {
  return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].filter((path) => pathExists(path));
}

/** Lines of text files that match, as `path:line text`; the tidy tests themselves name what they forbid. */
function linesWith(pattern: RegExp): string[] {
  const folders = [...SOURCE_FOLDERS, "docs", "schema", ".ci"];
  const paths = [...folders.flatMap(filesBelow), ...rootDocuments(), "package.json"]
    .filter((path) => /\.([mc]?[jt]s|json|md|ya?ml|proto|sh)$|\/run$/.test(path))
    .filter((path) => !path.startsWith("test/tidy/"));
  return paths.flatMap((path) =>
    readText(path)
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
      ),
  );
}
