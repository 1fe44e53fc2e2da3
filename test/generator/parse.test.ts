/** Whatever a schema file holds, compiling it ends soon, with bounded memory, in a model or in errors that have a place. */
import { readFileSync } from "node:fs";
import { array, constantFrom, nat, oneof, property, record, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { compileSchema, renderDiagnostic, type Compiled } from "@cached-collections/generator";
import { check } from "../support/property.js";

const SHOP = readFileSync(new URL("../../schema/shop.yaml", import.meta.url), "utf8");

function compile(text: string): Compiled {
  return compileSchema({ path: "schema.yaml", text });
}

function codes(text: string): readonly string[] {
  return compile(text).diagnostics.map((diagnostic) => diagnostic.code);
}

function expectPlaces(text: string): void {
  const lines = text.split("\n");
  const { diagnostics } = compile(text);
  for (const diagnostic of diagnostics) {
    const { line, column, fact, fix, mark } = diagnostic;
    expect(lines[line - 1]?.length ?? -1).toBeGreaterThanOrEqual(column - 1);
    expect(fact.length + fix.length).toBeLessThan(1500);
    expect(mark.width).toBeGreaterThan(0);
    expect(renderDiagnostic(diagnostic)).not.toContain("undefined");
  }
  const places = diagnostics.map(({ line, column }) => line * 1e6 + column);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
}

describe("a hostile schema is refused:", () => {
  test("billions of laughs", () => {
    const levels = Array.from({ length: 30 }, (_, index) => {
      const inner =
        index === 0 ? '"ha"' : Array.from({ length: 9 }, () => `*l${index - 1}`).join(", ");
      return `l${index}: &l${index} [${inner}]`;
    });
    expect(new Set(codes(`${levels.join("\n")}\n`))).toContain("yaml-feature");
  });

  test("anchors that make a cycle", () => {
    expect(codes("package: geo\nentities: &a\n  City: *a\n")).toEqual([
      "yaml-feature",
      "yaml-feature",
    ]);
  });

  test.each([
    ["brackets", "[".repeat(100_000)],
    ["braces", `a: ${"{a: ".repeat(100_000)}`],
    ["dashes", "- ".repeat(100_000)],
    ["question marks", "? ".repeat(100_000)],
    ["names", "a: ".repeat(100_000)],
    [
      "indentation",
      Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
    ],
  ])("deep nesting by %s", (_what, text) => {
    const found = codes(text);
    expect(["too-deep", "yaml-syntax"]).toContain(found[0]);
    expect(found).toHaveLength(1);
  });

  test("a file that is too long", () => {
    expect(codes(`# ${"x".repeat(3 << 20)}`)).toEqual(["too-large"]);
  });

  test("a type nested without end", () => {
    expect(codes(fieldOf("list<".repeat(10_000)))).toEqual(["bad-type"]);
    expect(codes(fieldOf(`"${"list<".repeat(50)}"`))).toEqual(["bad-type"]);
  });

  test("thousands of errors, of which a thousand are shown", () => {
    const name = "a".repeat(90);
    const views = Array.from(
      { length: 15_000 },
      (_, index) => `      v${index}: { sort: ${name}${index} }\n`,
    );
    const fields = Array.from({ length: 900 }, (_, index) => `      ${name}b${index}: string\n`);
    const text = `package: geo\nentities:\n  City:\n    fields:\n${fields.join("")}    views:\n${views.join("")}`;
    const found = codes(text);
    expect(found).toHaveLength(1001);
    expect(found.at(-1)).toBe("too-large");
  });
});

function fieldOf(type: string): string {
  return `package: geo\nentities:\n  City:\n    fields:\n      a: ${type}\n`;
}

describe("a large schema compiles in seconds:", () => {
  test("a thousand connected entities", () => {
    const entities = Array.from({ length: 1000 }, (_, index) => entityText(index)).join("");
    const { schema, diagnostics } = compile(`package: big\nentities:\n${entities}`);
    expect(diagnostics).toEqual([]);
    expect(schema?.entities).toHaveLength(1000);
    expect(schema?.entities[7]?.connected).toHaveLength(1000);
  });
});

test("a schema of a megabyte is read to its end", () => {
  const entities = Array.from({ length: 1400 }, (_, index) => entityText(index)).join("");
  const text = `package: big\nentities:\n${entities}`.replace(
    "Entity1398, by: id",
    "Entity1398, by: ID",
  );
  expect(text.length).toBeGreaterThan(1_000_000);
  expect(codes(text)).toEqual(["unknown-field"]);
});

function entityText(index: number): string {
  const fields = Array.from(
    { length: 12 },
    (_, field) => `      field${field}: { type: string?, doc: Number ${field} }\n`,
  );
  const target = Math.max(0, index - 1);
  return [
    `  Entity${index}:\n    key: id\n    fields:\n      id: uint32\n${fields.join("")}`,
    `    references:\n      before: { to: Entity${target}, by: id }\n`,
    "    views:\n      byField: { group: field1, sort: [-field2, id] }\n",
  ].join("");
}

describe("the same schema with", () => {
  const before = compile(SHOP).schema;

  test.each([
    ["CR LF", SHOP.replaceAll("\n", "\r\n")],
    ["a byte-order mark", `\uFEFF${SHOP}`],
    ["a document start", `---\n${SHOP}`],
    ["no newline at the end", SHOP.trimEnd()],
    ["space at line ends", SHOP.replaceAll("\n", " \n")],
  ])("%s is the same model", (_what, text) => {
    const { schema, diagnostics } = compile(text);
    expect(diagnostics).toEqual([]);
    expect(schema).toEqual(before);
  });
});

describe("never a crash, and a place for every error:", () => {
  test("random text", () => {
    const text = string({
      unit: constantFrom(...Array.from("ab:-?[]{},&*!|>'\"%@`# \n\t\r~<=0\\\uFEFF\uD83D\u{1F600}")),
      maxLength: 60,
    });
    check(
      property(text, (each) => expectPlaces(each)),
      2000,
    );
  });

  test("a quote at the beginning of a line, which makes a text of half of the file", () => {
    const text = SHOP.replace("byRating:", "byR").replace("      newest:", "'$&");
    expectPlaces(text);
    expect(codes(text)).toEqual(["yaml-syntax", "yaml-syntax"]);
  });

  test("a schema of which a part is lost, doubled or exchanged", () => {
    const edit = record({
      at: nat(SHOP.length),
      length: nat(30),
      text: oneof(
        constantFrom(
          "",
          "{",
          "]",
          ": ",
          "\n",
          "  ",
          "'",
          '"',
          "string[]",
          "map<string, string>",
          "-",
        ),
        string({ maxLength: 5 }),
      ),
    });
    check(
      property(array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = SHOP;
        for (const { at, length, text: put } of edits)
          text = text.slice(0, at) + put + text.slice(at + length);
        expectPlaces(text);
      }),
      100,
    );
  });
});
