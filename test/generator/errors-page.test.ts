/** docs/errors.md tells the truth: every code has its place, its bad schema has the error, its good one has none. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compileSchema, DIAGNOSTIC_CODES } from "@cached-collections/generator";

const PAGE = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const SCHEMA_PART = PAGE.split("## Errors at run time", 1)[0] ?? "";

/** What a schema on the page may import. */
const FILES: Readonly<Record<string, string>> = {
  "common.yaml": "types: { Point: { fields: { lat: double } } }\n",
};

/** Errors that no schema of a few visible lines has. */
const TOLD_IN_WORDS = new Set(["bad-character", "too-deep", "too-large"]);

const SECTIONS = SCHEMA_PART.split(/^### /m)
  .slice(1)
  .map((section) => ({
    name: section.split("\n", 1)[0] ?? "",
    schemas: [...section.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text ?? ""),
  }));
const SHOWN = SECTIONS.filter(({ name }) => !TOLD_IN_WORDS.has(name));

function codesOf(text: string): readonly string[] {
  const { diagnostics } = compileSchema({ path: "schema.yaml", text }, (path) => FILES[path]);
  return diagnostics.map(({ code }) => code);
}

test("the page has each code once, in order", () => {
  expect(SECTIONS.map(({ name }) => name)).toEqual(DIAGNOSTIC_CODES);
});

test.each(SHOWN)("$name has a bad schema with this error only, and a good one", (section) => {
  const [bad = "", good = "", ...more] = section.schemas;
  expect(new Set(codesOf(bad))).toEqual(new Set([section.name]));
  expect(codesOf(good)).toEqual([]);
  expect(more).toEqual([]);
});
