/** docs/errors.md tells the truth: every code has its place, its bad schema has the error, its good one has none. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileSchema, DIAGNOSTIC_CODES } from "@cached-collections/generator";

const PAGE = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const SCHEMA_PART = PAGE.split("## Errors at run time", 1)[0] ?? "";

/** What a schema on the page may import. */
const FILES: Readonly<Record<string, string>> = {
  "common.yaml": "types: { Point: { fields: { lat: double } } }\n",
};

/** Errors that no schema of a few visible lines has. */
const TOLD_IN_WORDS = ["bad-character", "too-deep", "too-large"];

const SECTIONS = SCHEMA_PART.split(/^### /m).slice(1);
const NAMES = SECTIONS.map((section) => section.split("\n", 1)[0] ?? "");

function codesOf(text: string): readonly string[] {
  const { diagnostics } = compileSchema({ path: "schema.yaml", text }, (path) => FILES[path]);
  return diagnostics.map(({ code }) => code);
}

test("the page has each code once, in order", () => {
  expect(NAMES).toEqual(DIAGNOSTIC_CODES);
});

describe.each(SECTIONS.map((section, index) => [NAMES[index] ?? "", section] as const))(
  "%s",
  (name, section) => {
    const schemas = [...section.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text ?? "");

    test("has a bad schema with this error only, and a good one", () => {
      if (TOLD_IN_WORDS.includes(name)) {
        expect(schemas).toEqual([]);
        return;
      }
      const [bad = "", good = "", ...more] = schemas;
      expect(new Set(codesOf(bad))).toEqual(new Set([name]));
      expect(codesOf(good)).toEqual([]);
      expect(more).toEqual([]);
    });
  },
);
