/**
 * What must compile and what must not: users' code against the repository's generated code, under the
 * strictest settings, as projects with both kinds of module resolution that know `exports` see it.
 */
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { compiled, GeneratedProject } from "../generator/generated-code.js";
import { errorsOf, marksIn } from "./diagnostics.js";

const CASES = fileURLToPath(new URL("cases", import.meta.url));
const REMOVED = fileURLToPath(new URL("cases/removed-field", import.meta.url));
const CONFIGS = ["tsconfig.json", "tsconfig.bundler.json"];

test.each(CONFIGS)("users' code compiles, but for the marked lines: %s", async (config) => {
  const marks = marksIn(CASES);
  expect(marks.length).toBeGreaterThan(100);
  expect(await errorsOf(join(CASES, config))).toEqual(marks);
});

describe("a field that is removed from the schema", () => {
  const project = new GeneratedProject();
  afterEach(() => project.remove());

  test("makes the code that uses it fail, there and nowhere else", async () => {
    const user = join(project.folder, "user.ts");
    copyFileSync(join(REMOVED, "user.ts"), user);
    project.write("shop", compiled(schema(["price: decimal(2)", "tags: list<string>"])));
    expect(await errorsOf(join(project.folder, "tsconfig.json"))).toEqual([]);
    project.write("shop", compiled(schema([])));
    expect(await errorsOf(join(project.folder, "tsconfig.json"))).toEqual(marksIn(REMOVED));
    rmSync(user);
    expect(await errorsOf(join(project.folder, "tsconfig.json"))).toEqual([]);
  });
});

/** A shop whose product has a key, a name and these fields, with a view of each. */
function schema(fields: readonly string[]): string {
  const views = ["byName: { sort: name }"];
  if (fields.length > 0) views.push("byPrice: { sort: price }", "byTag: { group: tags }");
  return [
    "package: shop",
    "entities:",
    "  Product:",
    "    key: sku",
    `    fields: { ${["sku: string", "name: string", ...fields].join(", ")} }`,
    `    views: { ${views.join(", ")} }`,
  ].join("\n");
}
