/**
 * A folder is a case: `schema.yaml`, and the TypeScript and .proto expected of it, which UPDATE=1 writes anew.
 * The generated TypeScript is part of this project's build: it is compiled with our strictest settings,
 * linted, and checked for its format like all other code; emit-run.test.ts runs it.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  compileSchema,
  emitProto,
  emitTypeScript,
  renderDiagnostic,
  type Schema,
} from "@cached-collections/generator";
import { format } from "prettier";
import { ts } from "ts-morph";
import { expect, test } from "vitest";

const FOLDER = fileURLToPath(new URL("emit/", import.meta.url));

const NAMES = readdirSync(FOLDER).toSorted();

test.each(NAMES)("the schema of %s gives the TypeScript and the .proto it should", (name) => {
  const schema = compiled(name);
  const files = { "generated.ts": emitTypeScript(schema), "generated.proto": emitProto(schema) };
  for (const [file, text] of Object.entries(files)) {
    const path = `${FOLDER}${name}/${file}`;
    if (process.env["UPDATE"] === "1") writeFileSync(path, text);
    const expected = existsSync(path) ? readFileSync(path, "utf8") : "";
    expect(text, `${path}, UPDATE=1 writes it`).toBe(expected);
  }
});

// That of `everything` has lines which only a formatter knows how to break well.
const COMMON = NAMES.filter((name) => name !== "everything");

test.each(COMMON)("a formatter leaves the TypeScript of %s as it is", async (name) => {
  const emitted = emitTypeScript(compiled(name));
  expect(await format(emitted, { printWidth: 100, parser: "typescript" })).toBe(emitted);
});

test("the same schema gives the same text again", () => {
  for (const name of COMMON) {
    expect(emitTypeScript(compiled(name))).toBe(emitTypeScript(compiled(name)));
  }
});

test("what looks like a tag in a doc is text to the compiler and to editors", () => {
  const text = emitTypeScript(compiled("docs"));
  const file = ts.createSourceFile("docs.ts", text, ts.ScriptTarget.Latest, true);
  const acting: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const part of ts.getJSDocCommentsAndTags(node)) {
      const comment = typeof part.comment === "string" ? [] : (part.comment ?? []);
      const links = comment.filter(({ kind }) => kind !== ts.SyntaxKind.JSDocText);
      const tags = ts.isJSDoc(part) ? (part.tags ?? []) : [part];
      acting.push(...[...links, ...tags].map((each) => each.getText()));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  expect(text).toContain("\\@deprecated, {\\@link City}");
  expect(acting).toEqual([]);
});

function compiled(name: string): Schema {
  const text = readFileSync(`${FOLDER}${name}/schema.yaml`, "utf8");
  const { schema, diagnostics } = compileSchema({ path: "schema.yaml", text });
  if (schema === undefined) throw new Error(diagnostics.map(renderDiagnostic).join("\n"));
  return schema;
}
