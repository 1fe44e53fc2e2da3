/** Projects that generate into one folder, files there that nobody generated, and what killed runs leave behind. */
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GOOD, Project, runCommand, type Outcome } from "./project.js";

const LONG_AGO = new Date(Date.now() - 3_600_000);

let project: Project;

beforeEach(() => {
  project = new Project();
  for (const name of ["a", "b"]) {
    project.write(`${name}/schema/${name}.yaml`, GOOD.replace("one", name));
  }
});
afterEach(() => project.remove());

const codegenIn = (name: string, ...args: readonly string[]): Promise<Outcome> =>
  runCommand(["codegen", ...args], join(project.folder, name));

const filesIn = (name: string): string[] => readdirSync(join(project.folder, name)).toSorted();

test("projects that generate into one folder leave each other's files alone", async () => {
  for (const name of ["a", "b", "a", "b"]) await codegenIn(name, "--out", "../shared");
  expect(filesIn("shared")).toEqual(["a.proto", "a.ts", "b.proto", "b.ts"]);
  for (const name of ["a", "b"]) {
    expect((await codegenIn(name, "--out", "../shared", "--check")).code).toBe(0);
  }
  project.write("a/schema/c.yaml", GOOD.replace("one", "c"));
  await codegenIn("a", "--out", "../shared");
  rmSync(join(project.folder, "a", "schema", "a.yaml"));
  expect((await codegenIn("a", "--out", "../shared")).stdout).toBe(
    "removed ../shared/a.proto\nremoved ../shared/a.ts\n",
  );
  expect(filesIn("shared")).toEqual(["b.proto", "b.ts", "c.proto", "c.ts"]);
});

test("a project that generates into another's folder neither loses nor removes files", async () => {
  await codegenIn("a");
  await codegenIn("b", "--out", "../a/generated");
  expect((await codegenIn("a")).stdout).toBe("up to date: 2 files\n");
  expect((await codegenIn("b", "--out", "../a/generated")).stdout).toBe("up to date: 2 files\n");
  expect(filesIn("a/generated")).toEqual(["a.proto", "a.ts", "b.proto", "b.ts"]);
});

test.each([
  ["outside of both", "../shared", "../shared", "../b/schema/a.yaml"],
  ["inside of the first", "generated", "../a/generated", "../b/schema/a.yaml"],
])("a file of another project is not replaced: %s", async (_, outOfA, outOfB, schema) => {
  project.write("b/schema/a.yaml", GOOD.replace("one", "other"));
  rmSync(join(project.folder, "b", "schema", "b.yaml"));
  await codegenIn("b", "--out", outOfB);
  for (const purpose of [[], ["--check"]]) {
    const { code, stdout, stderr } = await codegenIn("a", "--out", outOfA, ...purpose);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(
      `${outOfA}/a.ts: error output-clash: it is generated from ${schema}, by another project`,
    );
  }
  // And the other way round.
  rmSync(join(project.folder, "a", outOfA), { recursive: true });
  await codegenIn("a", "--out", outOfA);
  expect((await codegenIn("b", "--out", outOfB)).stderr).toContain(
    "../a/schema/a.yaml, by another",
  );
});

test("a project leaves alone what one inside of it generates into its own folder", async () => {
  project.write("schema/a.yaml", GOOD.replace("one", "outer"));
  project.write("a/schema/more.yaml", GOOD.replace("one", "more"));
  await codegenIn("a");
  for (const purpose of [[], ["--check"]]) {
    const { code, stdout, stderr } = await codegenIn(".", "--out", "a/generated", ...purpose);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("it is generated from a/schema/a.yaml, which is there too");
  }
  project.write("schema/b.yaml", project.read("schema/a.yaml"));
  rmSync(join(project.folder, "schema", "a.yaml"));
  expect((await codegenIn(".", "--out", "a/generated")).code).toBe(0);
  const own = ["a.proto", "a.ts", "more.proto", "more.ts"];
  expect(filesIn("a/generated")).toEqual([...own, "b.proto", "b.ts"].toSorted());
  expect((await codegenIn("a", "--check")).stdout).toBe("up to date: 4 files\n");
});

test("a project inside of another may rename its folder of schemas", async () => {
  project.write("schema/a.yaml", GOOD.replace("one", "outer"));
  for (const name of [".", "a"]) await codegenIn(name);
  project.write("a/schemas/a.yaml", project.read("a/schema/a.yaml"));
  expect((await codegenIn("a", "--schemas", "schemas")).stderr).toContain(
    "it is generated from schema/a.yaml, which is there too",
  );
  rmSync(join(project.folder, "a", "schema"), { recursive: true });
  expect((await codegenIn("a", "--schemas", "schemas")).code).toBe(0);
  expect((await codegenIn(".", "--check")).code).toBe(0);
});

test("a file of a schema that is gone is replaced, also of another folder's", async () => {
  project.write("b/schema/a.yaml", GOOD);
  await codegenIn("b", "--out", "../shared");
  rmSync(join(project.folder, "b"), { recursive: true });
  expect((await codegenIn("a", "--out", "../shared")).code).toBe(0);
  await codegenIn("a");
  project.write("a/schemas/a.yaml", project.read("a/schema/a.yaml"));
  rmSync(join(project.folder, "a", "schema"), { recursive: true });
  expect((await codegenIn("a", "--schemas", "schemas")).code).toBe(0);
  expect(project.read("a/generated/a.ts")).toContain("from schemas/a.yaml.");
});

test("a file that was not generated is not replaced", async () => {
  project.write("a/generated/a.ts", "export const precious = 1;\n");
  const { code, stderr } = await codegenIn("a");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^generated\/a.ts: error not-generated: .*\nfix: move it .*\n/);
  expect(filesIn("a/generated")).toEqual(["a.ts"]);
  expect(project.read("a/generated/a.ts")).toBe("export const precious = 1;\n");

  project.write("a/generated/a.ts", "\n");
  await codegenIn("a");
  const generated = project.read("a/generated/a.ts");
  expect(generated).toContain("DO NOT EDIT");
  project.write("a/generated/a.ts", `// Copyright\n${generated}`);
  expect((await codegenIn("a")).stdout).toBe("wrote generated/a.ts\n");
});

test("what a killed run left is removed by the next, of one that lives it is not", async () => {
  mkdirSync(join(project.folder, "a", "generated"));
  const leave = (name: string, at: Date): void => {
    const path = join(project.folder, "a", "generated", name);
    writeFileSync(path, "");
    utimesSync(path, at, at);
  };
  // Numbers of processes end far below.
  leave("a.ts.999999999.tmp", LONG_AGO);
  leave("gone.proto.999999999.tmp", LONG_AGO);
  leave("new.ts.999999999.tmp", new Date());
  leave(`a.ts.${process.pid}.tmp`, LONG_AGO);
  leave("own.txt.999999999.tmp", LONG_AGO);
  expect((await codegenIn("a", "--check")).code).toBe(1);
  expect(filesIn("a/generated")).toHaveLength(5);
  await codegenIn("a");
  expect(filesIn("a/generated")).toEqual(
    [
      "a.proto",
      "a.ts",
      `a.ts.${process.pid}.tmp`,
      "new.ts.999999999.tmp",
      "own.txt.999999999.tmp",
    ].toSorted(),
  );
});
