/**
 * generator/schema.json, with which editors complete and check schemas: it accepts every good schema of the
 * repository and refuses the bad ones whose errors can be seen without knowing what names mean.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { compileSchema, RESERVED_MEMBERS } from "@cached-collections/generator";

const at = (path: string): URL => new URL(path, import.meta.url);
const read = (path: string): string => readFileSync(at(path), "utf8");

const SCHEMA = JSON.parse(read("../../generator/schema.json")) as SchemaFile;
const accepts = new Ajv({ allowUnionTypes: true }).compile(SCHEMA);

interface SchemaFile {
  readonly definitions: {
    readonly memberName: { readonly not: { readonly enum: readonly string[] } };
  };
}

/** Errors of shape and spelling, which need no knowledge of what names mean. */
const VISIBLE = new Set([
  "bad-name",
  "bad-number",
  "bad-type",
  "empty",
  "missing-property",
  "reserved-name",
  "unknown-choice",
  "unknown-property",
  "view-kind",
  "view-option",
  "wrong-shape",
]);

const CASES = readdirSync(at("cases/"));
const PAGE = [...read("../../docs/errors.md").matchAll(/^```yaml\n(.*?)^```$/gms)];

/** All schemas of the repository by where they are. */
const SCHEMAS: readonly (readonly [string, string])[] = [
  ...readdirSync(at("../../schema/")).map((name) => [name, read(`../../schema/${name}`)] as const),
  ...CASES.map((name) => [`case ${name}`, read(`cases/${name}/schema.yaml`)] as const),
  ...PAGE.map(([, text = ""], index) => [`errors.md ${index}`, text] as const),
];

function codesOf(text: string): readonly string[] {
  return compileSchema({ path: "schema.yaml", text }).diagnostics.map(({ code }) => code);
}

/** Whether a YAML reader gets a value from the text at all. */
function isYaml(text: string): boolean {
  const document = parseDocument(text);
  return document.errors.length === 0 && !codesOf(text).includes("yaml-feature");
}

const READABLE = SCHEMAS.filter(([, text]) => isYaml(text));
const GOOD = READABLE.filter(([, text]) => codesOf(text).length === 0);
const BAD = READABLE.filter(([, text]) => codesOf(text).some((code) => VISIBLE.has(code)));

test.each(GOOD)("accepts %s", (_where, text) => {
  accepts(parseDocument(text).toJS());
  expect(accepts.errors).toBeNull();
});

test.each(BAD)("refuses %s", (_where, text) => {
  expect(accepts(parseDocument(text).toJS())).toBe(false);
});

test("there are schemas of both kinds", () => {
  expect(GOOD.length).toBeGreaterThan(30);
  expect(BAD.length).toBeGreaterThan(20);
});

test("reserves the names that the compiler does", () => {
  expect(new Set(SCHEMA.definitions.memberName.not.enum)).toEqual(RESERVED_MEMBERS);
});
