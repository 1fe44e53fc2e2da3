/** The config file: what it can say, and what is said about a bad one. */
import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GOOD, Project } from "./project.js";

let project: Project;

beforeEach(() => {
  project = new Project();
  project.write("schema/one.yaml", GOOD);
});

afterEach(() => project.remove());

const WRITTEN = ["one.proto", "one.ts"];

function filesIn(path: string): string[] {
  return readdirSync(`${project.folder}/${path}`);
}

/** What a config file with this text gives on the standard error, without the last lines. */
async function errorsOf(text: string, name = "cached-collections.config.ts"): Promise<string> {
  project.write(name, text);
  const { code, stdout, stderr } = await project.run("codegen");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/\n\n\d+ errors?; nothing was written\n$/);
  return stderr.replace(/\n\n\d+ errors?; nothing was written\n$/, "");
}

describe("a config file", () => {
  test("in TypeScript says where schemas are and where files go, and its app is never called", async () => {
    project.write(
      "cached-collections.config.ts",
      [
        'import { defineConfig, type Config } from "@cached-collections/cli";',
        'import { out } from "./settings.js";',
        "const config: Config = defineConfig({",
        '  schemas: "schema",',
        "  out,",
        '  app: () => import("./src/not-written-yet.js"),',
        "});",
        "export default config;",
        "",
      ].join("\n"),
    );
    project.write("settings.ts", 'export const out: string = ["src", "made"].join("/");\n');
    const { code, stderr } = await project.run("codegen");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(filesIn("src/made")).toEqual(WRITTEN);
  });

  test.each(["js", "mjs", "mts"])("may end in .%s", async (ending) => {
    const text =
      'const out = await Promise.resolve(import.meta.dirname);\nexport default { out: out + "/made" };\n';
    project.write(`cached-collections.config.${ending}`, text);
    const { code, stderr } = await project.run("codegen");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(filesIn("made")).toEqual(WRITTEN);
  });

  test("names several folders, and paths in it start where it is", async () => {
    project.write("a/schema/one.yaml", GOOD);
    project.write("a/b/defs/two.yaml", GOOD.replace("one", "two"));
    project.write(
      "a/settings.ts",
      'export default { targets: [{}, { folder: "b", schemas: "defs", out: "../made" }] };\n',
    );
    const { stdout } = await project.run("codegen", "--config", "a/settings.ts");
    expect(stdout).toBe(
      "wrote a/generated/one.proto\nwrote a/generated/one.ts\nwrote a/made/two.proto\nwrote a/made/two.ts\n",
    );
    expect(project.read("a/made/two.ts")).toMatch(/^.* from defs\/two.yaml\. DO NOT EDIT\.\n/);
  });

  test("is not read when the command line names folders", async () => {
    project.write("cached-collections.config.ts", 'throw new Error("read");\n');
    expect((await project.run("codegen", ".")).code).toBe(0);
    expect((await project.run("codegen", "--out", "generated")).code).toBe(0);
    expect((await project.run("codegen", "--config", "x.ts", "--out", "y")).code).toBe(2);
    expect((await project.run("codegen", "--config", "x.ts", ".")).code).toBe(2);
  });

  test("leaves no copies of itself behind", async () => {
    project.write("cached-collections.config.ts", "export default {};\n");
    project.write("node_modules/some/package.json", "{}\n");
    await project.run("codegen");
    expect(filesIn("node_modules")).toEqual(["some"]);
  });
});

describe("a bad config file is told", () => {
  test("all its unknown keys and wrong types at once, with the nearest name", async () => {
    const text =
      'export default { schema: "x", outDir: 1, out: 5, app: import("node:fs"), folder: " " };\n';
    expect(await errorsOf(text)).toBe(
      [
        'cached-collections.config.ts: error config-unknown-key: a config has no "schema"',
        "fix: write schemas",
        "",
        'cached-collections.config.ts: error config-unknown-key: a config has no "outDir"',
        "fix: write out",
        "",
        "cached-collections.config.ts: error config-type: folder is empty",
        'fix: write folder: "packages/geo"',
        "",
        "cached-collections.config.ts: error config-type: out is a number, not a text",
        'fix: write out: "generated"',
        "",
        "cached-collections.config.ts: error config-type: app is a promise, not a function",
        'fix: write app: () => import("./src/collections.js")',
      ].join("\n"),
    );
  });

  test("what is wrong with its targets", async () => {
    const errors = await errorsOf(
      'export default { out: "x", targets: [{ fodler: "x" }, null, { schemas: [] }] };\n',
    );
    expect(errors.match(/error .*/g)).toEqual([
      "error config-type: out stands beside targets",
      'error config-unknown-key: targets[0] has no "fodler"',
      "error config-type: targets[1] is null, not an object",
      "error config-type: targets[2].schemas is an array, not a text",
    ]);
    expect(await errorsOf("export default { targets: [] };\n")).toContain("targets is empty");
    expect(await errorsOf("export default { targets: {} };\n")).toContain(
      "targets is an object, not an array",
    );
  });

  test("that its default export is missing, or is something else", async () => {
    const fix = 'fix: write export default defineConfig({ schemas: "schema" })';
    expect(await errorsOf("export const schemas = 1;\n")).toBe(
      `cached-collections.config.ts: error config-type: there is no default export\n${fix}`,
    );
    expect(await errorsOf("export default () => ({});\n")).toContain(
      "config-type: the default export is a function, not an object",
    );
  });

  test("where it is not TypeScript", async () => {
    expect(await errorsOf("export default {\n  out: ,\n};\n")).toBe(
      "cached-collections.config.ts:2:8: error config-load: it is not TypeScript: Unexpected token\nfix: correct it here",
    );
  });

  test("what it throws, and where", async () => {
    const text =
      'interface A {\n  b: string;\n}\n\nconst a: A = { b: "no" };\nthrow new TypeError(`${a.b} environment\\nmore`);\n';
    expect(await errorsOf(text)).toBe(
      "cached-collections.config.ts:6:1: error config-load: it throws when it is loaded: TypeError: no environment\n" +
        "fix: correct it; a config file only has to say where things are",
    );
    expect(await errorsOf('throw "a text";\n')).toContain("it throws when it is loaded: a text\n");
  });

  test("what it imports in vain", async () => {
    expect(await errorsOf('\nimport "not-there";\nexport default {};\n')).toMatch(
      /^cached-collections.config.ts:2:1: error config-load: it imports what is not there: Cannot find module 'not-there'\nfix: install it, or correct the path$/,
    );
  });

  test("that it is not there, and that there are two", async () => {
    expect((await project.run("codegen", "--config", "nope.ts")).stderr).toContain(
      "nope.ts: error config-missing: there is no such file\nfix: give --config the path of one from here\n",
    );
    project.write("cached-collections.config.mjs", "export default {};\n");
    expect(await errorsOf("export default {};\n")).toBe(
      "cached-collections.config.ts: error config-several: cached-collections.config.mjs is a config file too\nfix: remove one of them",
    );
  });
});
