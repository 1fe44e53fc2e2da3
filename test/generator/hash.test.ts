/**
 * The schema hash: golden values (they change only with the schema or, in a new major version, with the canonical
 * text), what changes it and what does not, and that texts and hashes are equal together.
 */
import { readFileSync } from "node:fs";
import { property } from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalText, compileSchema, type Schema } from "@cached-collections/generator";
import { check } from "../support/property.js";
import { randomSchema } from "./random-schema.js";

function compile(text: string): Schema {
  const { schema, diagnostics } = compileSchema({ path: "schema.yaml", text });
  expect(diagnostics).toEqual([]);
  if (schema === undefined) throw new Error("no schema");
  return schema;
}

function hashes(text: string): Record<string, string> {
  return Object.fromEntries(compile(text).entities.map(({ name, hash }) => [name, hash]));
}

const read = (name: string): string =>
  readFileSync(new URL(`../../schema/${name}.yaml`, import.meta.url), "utf8");

test("the hashes of geo are the golden ones", () => {
  expect(hashes(read("geo"))).toMatchInlineSnapshot(`
      {
        "City": "42808b579fd08a46",
        "Country": "3955e8f5524c82a3",
        "Region": "7bbbd77023477cc7",
      }
    `);
});

test("the hashes of shop are the golden ones", () => {
  expect(hashes(read("shop"))).toMatchInlineSnapshot(`
      {
        "Banner": "bbdc2ad5fc801a70",
        "Category": "1a18812015dcb39d",
        "Flag": "ed1e39fc606106ae",
        "Price": "20c50fde14c882d6",
        "Product": "d0d06dca23a432df",
        "StockLevel": "e745f998bc391cc6",
        "Translation": "366a286adec5b524",
      }
    `);
});

test("the canonical text is the documented one", () => {
  const schema = compile(BASE);
  const texts = schema.entities.map((entity) => canonicalText(schema, entity));
  expect(texts.join("\n")).toMatchInlineSnapshot(`
    "cached-collections 1
    entity City
    key id
    salt 1
    field 1 id: uint32
    field 2 name: string default ""
    field 3 kind: Kind
    field 4 at: Point?
    field 5 country: string
    field 6 votes: int64 default 5
    view group byName by name
      sort -votes id
      limit 5
      where kind in city town
      where votes gte 1
      where votes lt 9
    view unique byKind by kind name
      sort id
      duplicates first
    reference birthplace to Country by name dangling error
    reference home to Country by country dangling error
    enum Kind
      value 1 city
      value 2 town
    type Point
      field 1 lat: double
      field 2 lon: double
    connected Country 8a05e789c43407cbdf9013f1c44d69b171816215e1e908dce8c2a2cb238c5422

    cached-collections 1
    entity Country
    key code
    salt 0
    field 1 code: string
    field 2 title: string
    connected City 1733247bbe3c840f87f8c1bdf29e665ae32b6ef89a787e528aaed0b08b8ec2f4

    cached-collections 1
    entity Banner
    key
    salt 0
    field 1 text: string
    field 2 size: Size
    field 3 area: Area
    type Area
      field 1 size: Size
    type Size
      field 1 width: uint32
    "
  `);
});

const COUNTRY = "    key: code\n    fields: { code: string, title: string }\n";
const BANNER = "    fields: { text: string, size: Size, area: Area }\n";
const BASE = `
package: geo
enums:
  Kind: [city, town]
  Unused: [a]
types:
  Point: { fields: { lat: double, lon: double } }
  Size: { fields: { width: uint32 } }
  Area: { fields: { size: Size } }
entities:
  City:
    doc: A place.
    key: id
    salt: 1
    guards: { minRecords: 1 }
    fields:
      id: uint32
      name: { type: string, default: "" }
      kind: Kind
      at: Point?
      country: string
      votes: { type: int64, default: 5 }
    references:
      home: { to: Country, by: country }
      birthplace: { to: Country, by: name }
    views:
      byName: { group: name, sort: [-votes, id], where: { kind: { in: [town, city] }, votes: { gte: 1, lt: 9 } }, limit: 5 }
      byKind: { unique: [kind, name], sort: id, duplicates: first }
  Country:
${COUNTRY}  Banner:
${BANNER}`;

/** What is done, what is replaced by what, and the entities whose hash changes. */
const CHANGES: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["renaming the entity", "City:", "Town:", ["City", "Country"]],
  ["renaming a field", "title: string", "label: string", ["City", "Country"]],
  ["another type", "id: uint32", "id: uint64", ["City", "Country"]],
  ["another `as`", "type: int64,", "type: int64, as: number,", ["City", "Country"]],
  [
    "reordering fields",
    "code: string, title: string",
    "title: string, code: string",
    ["City", "Country"],
  ],
  ["making a field required", "at: Point?", "at: Point", ["City", "Country"]],
  ["another default", "default: 5", "default: 6", ["City", "Country"]],
  ["removing the default", ", default: 5", "", ["City", "Country"]],
  ["another key", "key: id", "key: [id, country]", ["City", "Country"]],
  ["another salt", "salt: 1", "salt: 2", ["City", "Country"]],
  ["removing the salt", "    salt: 1\n", "", ["City", "Country"]],
  ["reordering enum values", "[city, town]", "[town, city]", ["City", "Country"]],
  ["a new enum value", "[city, town]", "[city, town, farm]", ["City", "Country"]],
  ["a field of a reachable type", "lon: double", "lon: float", ["City", "Country"]],
  ["renaming a view", "byName:", "byLabel:", ["City", "Country"]],
  ["a new view", "    views:\n", "    views:\n      byId: { sort: -id }\n", ["City", "Country"]],
  ["another sort order", "-votes, id", "votes, id", ["City", "Country"]],
  ["another limit", "limit: 5", "limit: 6", ["City", "Country"]],
  ["another test in `where`", "gte: 1", "gt: 1", ["City", "Country"]],
  ["another value in `where`", "lt: 9", "lt: 8", ["City", "Country"]],
  ["other duplicates", "duplicates: first", "duplicates: last", ["City", "Country"]],
  ["an entity that it refers to", "title: string", "title: string?", ["City", "Country"]],
  ["another reference", "by: name }", "by: country }", ["City", "Country"]],
  ["another `dangling`", "by: country }", "by: country, dangling: warn }", ["City", "Country"]],
  ["another doc", "doc: A place.", 'doc: "Another place."', []],
  ["a new comment", "key: id", "key: id # the id", []],
  ["other guards", "minRecords: 1", "minRecords: 2", []],
  ["other spacing", "[city, town]", "[ city,   town ]", []],
  ["other quotes", "duplicates: first", 'duplicates: "first"', []],
  ["another package", "package: geo", "package: world", []],
  [
    "reordering entities",
    `  Country:\n${COUNTRY}  Banner:\n${BANNER}`,
    `  Banner:\n${BANNER}  Country:\n${COUNTRY}`,
    [],
  ],
  ["an enum that it does not use", "Unused: [a]", "Unused: [b]", []],
  ["an entity that is not connected", "text: string", "text: string?", ["Banner"]],
  ["reordering tests of `where`", "gte: 1, lt: 9", "lt: 9, gte: 1", []],
  ["reordering values of `in`", "in: [town, city]", "in: [city, town]", []],
  ["writing out what is so anyway", "type: int64,", "type: int64, as: bigint,", []],
];

describe("of a schema's entities", () => {
  const before = hashes(BASE);

  test.each(CHANGES)("%s changes exactly the hashes it should", (_what, from, to, changed) => {
    expect(BASE).toContain(from);
    const after = hashes(BASE.replace(from, to));
    const lost = Object.keys(before).filter((name) => after[name] !== before[name]);
    expect(lost).toEqual(changed);
  });

  test("the order changes no hash", () => {
    const [head = "", ...entities] = BASE.split(/(?=^ {2}(?:City|Country|Banner):)/m);
    expect(hashes(head + entities.toReversed().join(""))).toEqual(before);
  });

  test("the order of references and of types changes no hash", () => {
    const lines = BASE.split("\n");
    for (const [first, second] of [
      ["      home", "      birthplace"],
      ["  Area", "  Size"],
    ] as const) {
      const [a, b] = [first, second].map((start) =>
        lines.findIndex((line) => line.startsWith(start)),
      );
      expect(hashes(swapped(lines, a ?? 0, b ?? 0).join("\n"))).toEqual(before);
    }
  });

  test("two are connected through a third that both refer to", () => {
    const referrer = "{ key: id, fields: { id: int32 }, references: { a: { to: C, by: id } } }";
    const text = `package: x\nentities: { A: ${referrer}, C: { key: id, fields: { id: int32 } }, B: ${referrer} }`;
    expect(compile(text).entities.map(({ connected }) => connected.join())).toEqual([
      "A,B,C",
      "A,B,C",
      "A,B,C",
    ]);
  });

  test("those connected by references share a version, and others do not", () => {
    const connected = compile(BASE).entities.map((entity) => entity.connected);
    expect(connected).toEqual([["City", "Country"], ["City", "Country"], ["Banner"]]);
  });
});

test("docs/schema.md lists these changes, and what each does to the entity's own hash", () => {
  const page = readFileSync(new URL("../../docs/schema.md", import.meta.url), "utf8");
  const table = page.slice(page.indexOf("| change "));
  const rows = [...table.matchAll(/^\| (.+?) +\| (changes|unchanged) +\|$/gm)];
  const told = rows.map(([, what, effect]) => [what, effect]);
  const isOwn = (changed: readonly string[]): boolean => changed.includes("City");
  expect(told).toEqual(
    CHANGES.map(([what, , , changed]) => [what, isOwn(changed) ? "changes" : "unchanged"]),
  );
});

function swapped<T>(list: readonly T[], a: number, b: number): readonly T[] {
  return list.map((each, index) => (index === a ? list[b] : index === b ? list[a] : each) ?? each);
}

test("hashes are equal exactly when canonical texts are", () => {
  const entries = (text: string): readonly (readonly [string, string])[] => {
    const schema = compile(text);
    return schema.entities.map((entity) => [entity.hash, canonicalText(schema, entity)] as const);
  };
  const textByHash = new Map<string, string>();
  const hashByText = new Map<string, string>();
  check(
    property(randomSchema(), (text) => {
      for (const [hash, canonical] of entries(text)) {
        expect(textByHash.get(hash) ?? canonical).toBe(canonical);
        expect(hashByText.get(canonical) ?? hash).toBe(hash);
        textByHash.set(hash, canonical);
        hashByText.set(canonical, hash);
      }
    }),
    200,
  );
  expect(textByHash.size).toBeGreaterThan(100);
});
