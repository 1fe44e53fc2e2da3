/** Types called as JavaScript's arrays are: they work, and linters do not take them for those. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiled, decoded, definitionOf, encoded, GeneratedProject } from "./generated-code.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const project = new GeneratedProject();
let path: string;
beforeAll(() => {
  path = project.write("arrays", compiled(SCHEMA));
});
afterAll(() => project.remove());

const SCHEMA = `
package: arrays
enums: { ReadonlyArray: [Array, some] }
types: { ArrayOf: { fields: { size: uint32 } } }
entities:
  Array:
    doc: An Array of Array.
    key: id
    fields: { id: uint32, kind: ReadonlyArray, kinds: "ReadonlyArray[]", other: ArrayOf, next: "uint32?" }
    references: { following: { to: Array, by: next } }
    views: { byKind: { group: kind, where: { kind: Array } } }
`;

test("they are found in the module under their names, and rows come back", async () => {
  const module = (await import(path)) as object;
  const definition = definitionOf(module, "Array");
  const record = { id: 1, kind: "Array", kinds: ["some"], other: { size: 2 }, next: 1 };
  expect(decoded(definition, encoded(definition, record))).toEqual(record);
  expect(Reflect.get(module, "ReadonlyArray")).toEqual(["Array", "some"]);
});

test("a user's code takes them by their names", async () => {
  project.writeText("user.ts", USER);
  expect(await project.typeErrors()).toBe("");
});

const USER = `import { ArraySnapshot, type Array, type ReadonlyArray } from "./arrays.js";
const kind: ReadonlyArray = "some";
const found: Array | undefined = ArraySnapshot.of([]).get(1);
export const kinds: readonly ReadonlyArray[] = found?.kinds ?? [kind];
`;

test("the strict rules find nothing in the module", async () => {
  const oxlint = fileURLToPath(new URL("../../node_modules/oxlint/bin/oxlint", import.meta.url));
  const args = ["--type-aware", "--deny-warnings", "--no-ignore", path];
  const found = await new Promise<string>((resolve) => {
    execFile(process.execPath, [oxlint, ...args], { cwd: ROOT }, (error, stdout, stderr) =>
      resolve(error === null ? "" : stdout + stderr),
    );
  });
  expect(found).toBe("");
});
