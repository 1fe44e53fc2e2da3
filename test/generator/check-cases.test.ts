/**
 * A folder is a case: `schema.yaml` and the errors expected of it, which UPDATE=1 writes anew. Between them the
 * cases must show every diagnostic code.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compileSchema, DIAGNOSTIC_CODES, renderDiagnostic } from "@cached-collections/generator";

const FOLDER = fileURLToPath(new URL("cases/", import.meta.url));
const NAMES = readdirSync(FOLDER).sort();

function read(name: string, file: string): string | undefined {
  const path = posix.join(FOLDER, name, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function errorsOf(name: string): string {
  const file = { path: "schema.yaml", text: read(name, "schema.yaml") ?? "" };
  const { schema, diagnostics } = compileSchema(file, (path) => read(name, path));
  const isGood = diagnostics.length === 0;
  expect(schema === undefined, "a schema comes exactly when there are no errors").toBe(!isGood);
  return isGood ? "no errors\n" : `${diagnostics.map(renderDiagnostic).join("\n\n")}\n`;
}

test.each(NAMES)("the schema of %s gives the errors it should", (name) => {
  const errors = errorsOf(name);
  if (process.env["UPDATE"] === "1")
    writeFileSync(posix.join(FOLDER, name, "expected.txt"), errors);
  expect(errors).toBe(read(name, "expected.txt"));
});

test("the cases show every code", () => {
  const all = NAMES.map((name) => read(name, "expected.txt")).join("\n");
  const shown = new Set([...all.matchAll(/: error ([a-z-]+): /g)].map(([, code]) => code));
  expect(DIAGNOSTIC_CODES.filter((code) => !shown.has(code))).toEqual([]);
});
