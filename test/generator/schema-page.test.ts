/** docs/schema.md tells the truth: its schemas compile, and its lists of names are the ones that are checked. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  compileSchema,
  RESERVED_MEMBERS,
  RESERVED_PROPERTIES,
} from "@cached-collections/generator";

const PAGE = readFileSync(new URL("../../docs/schema.md", import.meta.url), "utf8");
const SCHEMAS = [...PAGE.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text ?? "");

/** The names in code style between two texts of the page. */
function namesBetween(start: string, end: string): readonly string[] {
  const from = PAGE.indexOf(start);
  const part = PAGE.slice(from + start.length, PAGE.indexOf(end, from));
  return [...part.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? "");
}

test.each(SCHEMAS)("each schema on the page has no errors: %s", (text) => {
  expect(compileSchema({ path: "schema.yaml", text }).diagnostics).toEqual([]);
});

test("the page has the reserved names of views and references", () => {
  const names = namesBetween("may need later in this major version: ", "- Neither can");
  expect(new Set(names)).toEqual(RESERVED_MEMBERS);
});

test("the page has the reserved names of entities", () => {
  const names = namesBetween("property in the data set: ", "## YAML");
  expect(new Set(names)).toEqual(RESERVED_PROPERTIES);
});
