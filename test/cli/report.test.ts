/** `--json` and `--print-canonical`, and that docs/codegen.md says what they do. */
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { format } from "prettier";
import { PROBLEM_CODES } from "../../cli/src/problem.js";
import type { Report } from "@cached-collections/cli";
import { BAD, GOOD, Project } from "./project.js";

const PAGE = new URL("../../docs/codegen.md", import.meta.url);
const page = readFileSync(PAGE, "utf8");
const commands = readFileSync(new URL("../../docs/commands.md", import.meta.url), "utf8");

let project: Project;

beforeEach(() => {
  project = new Project();
  project.write("schema/one.yaml", GOOD);
});

afterEach(() => project.remove());

/** The one line of JSON on the standard output, and the exit code that it names. */
async function report(...args: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await project.run("codegen", "--json", ...args);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^\{.*\}\n$/);
  const parsed = JSON.parse(stdout) as Report;
  expect(parsed).toMatchObject({ format: 1, command: "codegen", exitCode: code });
  return parsed;
}

describe("codegen --json", () => {
  test("says what became of each file", async () => {
    project.write("schema/two.yaml", GOOD.replace("one", "two"));
    expect(await report()).toMatchObject({
      outcome: "written",
      files: ["one.proto", "one.ts", "two.proto", "two.ts"].map((name) => ({
        path: `generated/${name}`,
        status: "written",
      })),
    });
    project.write("schema/one.yaml", GOOD.replaceAll("text", "word"));
    rmSync(join(project.folder, "schema", "two.yaml"));
    rmSync(join(project.folder, "generated", "one.proto"));
    const found = [
      { path: "generated/one.proto", status: "missing" },
      { path: "generated/one.ts", status: "outdated" },
      { path: "generated/two.proto", status: "leftover" },
      { path: "generated/two.ts", status: "leftover" },
    ];
    const none = { outcome: "out-of-date", exitCode: 1, diagnostics: [] };
    expect(await report("--check")).toMatchObject({ ...none, files: found });
    const statuses = (await report()).files.map(({ status }) => status);
    expect(statuses).toEqual(["written", "written", "removed", "removed"]);
    expect(await report("--check")).toMatchObject({
      outcome: "up-to-date",
      files: [{ status: "unchanged" }, { status: "unchanged" }],
    });
  });

  test("has the errors of schemas with their positions, as the page shows it", async () => {
    project.write(
      "schema/one.yaml",
      "package: one\nentities:\n  Word:\n    key: text\n    fields: { text: strin }\n",
    );
    const { stderr } = await project.run("codegen");
    const failed = await report("--check");
    expect(failed.diagnostics.map(({ rendered }) => `${rendered}\n`).join("\n")).toBe(
      stderr.replace(/\n1 error; .*\n$/, ""),
    );
    const json = await format(JSON.stringify(failed), { parser: "json", printWidth: 100 });
    const shown = page.replace(
      /(over several lines:\n\n```json\n).*?(```)/s,
      (_, start: string, end: string) => `${start}${json}${end}`,
    );
    expect(page).toBe(shown);
  });

  test("has problems outside of schemas, without positions where there are none", async () => {
    project.write("cached-collections.config.ts", "export default { scheams: 1 };\n");
    const { outcome, diagnostics } = await report();
    expect({ outcome, diagnostics }).toEqual({
      outcome: "failed",
      diagnostics: [
        {
          severity: "error",
          code: "config-unknown-key",
          path: "cached-collections.config.ts",
          start: null,
          end: null,
          message: 'a config has no "scheams"',
          fix: "write schemas",
          rendered:
            'cached-collections.config.ts: error config-unknown-key: a config has no "scheams"\nfix: write schemas',
        },
      ],
    });
  });
});

describe("codegen --print-canonical", () => {
  beforeEach(() => {
    project.write(
      "schema/two.yaml",
      `${GOOD.replace("one", "two")}  Line: { fields: { text: string } }\n`,
    );
  });

  test("prints the text whose SHA-256 begins with the entity's hash, and writes nothing", async () => {
    const { stdout } = await project.run("codegen", "--print-canonical", "Line");
    expect(stdout).toMatch(/^cached-collections 1\nentity Line\n/);
    const { canonical = [], files } = await report("--print-canonical", "two.Line");
    const hash = createHash("sha256").update(stdout).digest("hex").slice(0, 16);
    expect(canonical).toEqual([{ entity: "two.Line", hash, text: stdout }]);
    expect(files).toEqual([]);
    const missing = await project.run("codegen", "--check");
    expect(missing.stderr).toContain("generated/one.ts is missing");
  });

  test("prints all of them under their names and hashes", async () => {
    const { stdout } = await project.run("codegen", "--print-canonical");
    expect(stdout.match(/^# .*\ncached-collections 1\nentity \w+$/gm)).toEqual([
      expect.stringMatching(/^# one\.Word [0-9a-f]{16}\n.*\nentity Word$/),
      expect.stringMatching(/^# two\.Word [0-9a-f]{16}\n.*\nentity Word$/),
      expect.stringMatching(/^# two\.Line [0-9a-f]{16}\n.*\nentity Line$/),
    ]);
  });

  test("offers names when it is given one that is unknown, or that two have", async () => {
    const { code, stderr } = await project.run("codegen", "--print-canonical", "Lime");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error no-entity: no schema has an entity Lime\nfix: write Line\n/);
    expect((await project.run("codegen", "--print-canonical", "Word")).stderr).toMatch(
      /^error ambiguous-entity: several schemas have an entity Word\nfix: write one.Word or two.Word\n/,
    );
    expect((await project.run("codegen", "--print-canonical", "--check")).code).toBe(2);
  });

  test("shows errors of schemas first", async () => {
    project.write("schema/one.yaml", BAD);
    expect((await report("--print-canonical", "Nope")).outcome).toBe("failed");
  });
});

test("the pages have all codes of the command line", () => {
  const tool = page.split("## Errors of the tool")[1] ?? "";
  const own = commands.split("## Errors of the commands")[1] ?? "";
  const codes = new Set(`${tool}\n${own}`.match(/(?<=^\| `)[a-z-]+(?=`)/gm));
  expect(codes).toEqual(new Set(PROBLEM_CODES));
});

test("the page has all options, and the exit codes of --help", async () => {
  const { stdout } = await project.run("codegen", "--help");
  for (const [option] of stdout.matchAll(/(?<=^ +)--[\w-]+/gm)) expect(page).toContain(option);
  const told = [...stdout.matchAll(/^ {2}([012]) {2}(.*)$/gm)].map(([, code]) => code);
  const documented = [...page.matchAll(/^\| (\d) +\|/gm)].map(([, code]) => code);
  expect(documented).toEqual(told);
});
