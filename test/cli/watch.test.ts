/** `codegen --watch` as a process, while schemas come, go, break and are mended. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BAD, GOOD, Project, type Started } from "./project.js";

const WATCHING = "watching for changes; Ctrl-C ends\n";
const FIRST = `wrote generated/one.proto\nwrote generated/one.ts\n${WATCHING}`;
const OTHER = GOOD.replaceAll("text", "word");

let project: Project;

beforeEach(() => {
  project = new Project();
  project.write("schema/one.yaml", GOOD);
});

afterEach(() => project.remove());

async function watching(...args: readonly string[]): Promise<Started> {
  const started = project.start("codegen", "--watch", ...args);
  await started.printed(WATCHING);
  return started;
}

describe("codegen --watch", () => {
  test("runs at once, then for every change, and says what changed", async () => {
    const started = project.start("codegen", "--watch");
    expect(await started.printed(WATCHING)).toBe(FIRST);
    project.write("schema/one.yaml", OTHER);
    expect(await started.printed("one.ts\n")).toBe(
      "\nschema/one.yaml changed\nwrote generated/one.proto\nwrote generated/one.ts\n",
    );
    expect(project.read("generated/one.ts")).toContain("readonly word: string");
  });

  test("sees files that come, go, and are replaced as editors do", async () => {
    const started = await watching();
    project.write("schema/two.yaml", GOOD.replace("one", "two"));
    expect(await started.printed("two.ts\n")).toBe(
      "\nschema/two.yaml added\nwrote generated/two.proto\nwrote generated/two.ts\n",
    );
    project.write("new.yaml", OTHER);
    renameSync(join(project.folder, "new.yaml"), join(project.folder, "schema", "one.yaml"));
    expect(await started.printed("one.ts\n")).toContain("\nschema/one.yaml changed\n");
    rmSync(join(project.folder, "schema", "two.yaml"));
    expect(await started.printed("two.ts\n")).toBe(
      "\nschema/two.yaml removed\nremoved generated/two.proto\nremoved generated/two.ts\n",
    );
  });

  test("keeps the last good output while a schema is bad", async () => {
    const started = await watching();
    const before = project.read("generated/one.ts");
    project.write("schema/one.yaml", BAD);
    const shown = await started.printed("nothing was written\n");
    expect(shown).toContain("\nschema/one.yaml changed\n");
    expect(shown).toContain("schema/one.yaml:5:21: error unknown-type: ");
    expect(project.read("generated/one.ts")).toBe(before);
    project.write("schema/one.yaml", GOOD);
    expect(await started.printed("files\n")).toBe(
      "\nschema/one.yaml changed\nup to date: 2 files\n",
    );
  });

  test("follows imports, also those that are not there yet", async () => {
    const started = await watching();
    const importing =
      "package: two\nimports: [../shared/kinds.yaml]\nentities:\n  Thing: { fields: { kind: Kind } }\n";
    project.write("schema/two.yaml", importing);
    expect(await started.printed("nothing was written\n")).toContain("error bad-import: ");
    project.write("shared/kinds.yaml", "enums:\n  Kind: [a, b]\n");
    expect(await started.printed("two.ts\n")).toContain("\nshared/kinds.yaml added\n");
    project.write("shared/kinds.yaml", "enums:\n  Kind: [a, b, c]\n");
    expect(await started.printed("two.ts\n")).toContain("\nshared/kinds.yaml changed\n");
    expect(project.read("generated/two.ts")).toContain('["a", "b", "c"]');
  });

  test("goes on when the folder of schemas goes and comes again", async () => {
    const started = await watching();
    renameSync(join(project.folder, "schema"), join(project.folder, "away"));
    expect(await started.printed("nothing was written\n")).toContain("there is no such folder");
    project.write("schema/one.yaml", OTHER);
    await started.printed("one.ts\n");
    project.write("schema/one.yaml", GOOD);
    await started.printed("one.ts\n");
    expect(project.read("generated/one.ts")).toContain("readonly text: string");
  });

  test("sees several files that come together, and no change in a text that is saved again", async () => {
    const started = await watching();
    writeFileSync(join(project.folder, "schema", "one.yaml"), GOOD);
    for (const name of ["a", "b", "c", "d"]) {
      project.write(`schema/${name}.yaml`, GOOD.replace("one", name));
    }
    const shown = await started.printed("d.ts\n");
    expect(shown).not.toContain("one.yaml");
    expect(shown.match(/ added\n/g)).toHaveLength(4);
    expect(readdirSync(join(project.folder, "generated"))).toHaveLength(10);
  });

  test("writes only what changed", async () => {
    project.write("schema/two.yaml", GOOD.replace("one", "two"));
    const started = await watching();
    const file = join(project.folder, "generated", "one.ts");
    const before = statSync(file).ino;
    project.write("schema/two.yaml", OTHER.replace("one", "two"));
    await started.printed("two.ts\n");
    expect(statSync(file).ino).toBe(before);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("ends with 0 at %s", async (signal) => {
    const started = await watching();
    expect(await started.end(signal)).toBe(0);
    expect(started.rest()).toBe("");
  });

  test("prints one line of JSON for each run", async () => {
    const started = project.start("codegen", "--watch", "--json");
    const outcomeOf = async (): Promise<unknown> =>
      (JSON.parse(await started.printed("\n")) as { readonly outcome: unknown }).outcome;
    expect(await outcomeOf()).toBe("written");
    project.write("schema/one.yaml", BAD);
    expect(await outcomeOf()).toBe("failed");
    project.write("schema/one.yaml", GOOD);
    expect(await outcomeOf()).toBe("up-to-date");
  });
});

test("a folder that is called like a schema is told once", async () => {
  project.write("schema/two.yaml/inner.yaml", GOOD);
  const started = await watching();
  project.write("schema/one.yaml", OTHER);
  expect(await started.printed("nothing was written\n")).toMatch(
    /^\nschema\/one.yaml changed\nschema\/two.yaml: error unreadable: .*\nfix: .*\n\n1 error; nothing was written\n$/,
  );
});

describe("codegen --watch with a config file", () => {
  const CONFIG = "cached-collections.config.ts";

  test("follows it as it comes, changes, breaks and goes", async () => {
    const started = await watching();
    project.write(CONFIG, 'export default { out: "made" as string };\n');
    expect(await started.printed("one.ts\n")).toBe(
      `\n${CONFIG} added\nwrote made/one.proto\nwrote made/one.ts\n`,
    );
    project.write(CONFIG, "export default { out: 5 };\n");
    expect(await started.printed("nothing was written\n")).toContain("error config-type: out is");
    // It is told again until it is mended, also when something else changes.
    project.write("schema/one.yaml", OTHER);
    expect(await started.printed("nothing was written\n")).toContain("schema/one.yaml changed");
    mkdirSync(join(project.folder, "more"));
    project.write("more/two.yaml", GOOD);
    project.write(CONFIG, 'export default { schemas: "more", out: "made" };\n');
    // Nothing else was printed since: a change is told once, though nothing could be compiled.
    expect(await started.printed("two.ts\n")).toBe(
      `\n${CONFIG} changed\nwrote made/two.proto\nwrote made/two.ts\n`,
    );
    rmSync(join(project.folder, CONFIG));
    expect(await started.printed("one.ts\n")).toContain("wrote generated/one.proto\n");
  });

  test("waits for a config file that is wrong from the start", async () => {
    project.write(CONFIG, "export default {\n");
    const started = project.start("codegen", "--watch");
    await started.printed(WATCHING);
    project.write(CONFIG, "export default {};\n");
    expect(await started.printed("one.ts\n")).toContain("wrote generated/one.proto\n");
  });
});
