/** What the checked model says about a schema: names, types, paths and values are all resolved. */
import { readFileSync } from "node:fs";
import { bigInt, double, property } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compileSchema,
  type Condition,
  type Entity,
  type Field,
  type Literal,
  type Schema,
} from "@cached-collections/generator";
import { check } from "../support/property.js";

function compile(text: string, files: Readonly<Record<string, string>> = {}): Schema {
  const { schema, diagnostics } = compileSchema(
    { path: "schema.yaml", text },
    (path) => files[path],
  );
  expect(diagnostics).toEqual([]);
  if (schema === undefined) throw new Error("no schema");
  return schema;
}

function entityOf(schema: Schema, name: string): Entity {
  const entity = schema.entities.find((each) => each.name === name);
  if (entity === undefined) throw new Error(`no entity ${name}`);
  return entity;
}

/** The entity City with these fields, and views when given. */
function city(fields: string, rest = ""): Entity {
  return entityOf(
    compile(`package: geo\n${TYPES}entities:\n  City:\n    fields: ${fields}\n${rest}`),
    "City",
  );
}

const TYPES = `enums: { Kind: [city, town] }
types: { Point: { fields: { lat: double, name: string? } } }
`;

const shop = compile(readFileSync(new URL("../../schema/shop.yaml", import.meta.url), "utf8"));

describe("a field", () => {
  test("has its name, its .proto name, and a number by position", () => {
    const { fields } = city("{ id: uint32, parentId: int32?, isHTTPOk: bool }");
    const names = fields.map(({ name, protoName, number, optional }) => [
      name,
      protoName,
      number,
      optional,
    ]);
    expect(names).toEqual([
      ["id", "id", 1, false],
      ["parentId", "parent_id", 2, true],
      ["isHTTPOk", "is_http_ok", 3, false],
    ]);
  });

  test.each([
    ["string", { kind: "string" }],
    ["decimal(2)", { kind: "decimal", digits: 2 }],
    ["int64", { kind: "int64", as: "bigint" }],
    ["timestamp", { kind: "timestamp", as: "date" }],
    ["list<int32>", { kind: "list", element: { kind: "int32" } }],
    ['"int32[]"', { kind: "list", element: { kind: "int32" } }],
    ["map<json>", { kind: "map", key: "string", value: { kind: "json" } }],
    ['"map<bool, int64>"', { kind: "map", key: "bool", value: { kind: "int64", as: "bigint" } }],
    ["{ type: uint64, as: string }", { kind: "uint64", as: "string" }],
    [
      "{ type: list<timestamp>, as: number }",
      { kind: "list", element: { kind: "timestamp", as: "number" } },
    ],
    [
      "{ type: map<int64>, as: number }",
      { kind: "map", key: "string", value: { kind: "int64", as: "number" } },
    ],
  ])("of type %s is resolved", (text, type) => {
    expect(city(`{ value: ${text} }`).fields[0]?.type).toEqual(type);
  });

  test("holds the enum or the value type itself", () => {
    const [kind, point] = city("{ kind: Kind, point: Point }").fields;
    expect(kind?.type).toMatchObject({
      kind: "enum",
      enum: {
        name: "Kind",
        values: [{ name: "city", number: 1, protoName: "KIND_CITY" }, { number: 2 }],
      },
    });
    expect(point?.type).toMatchObject({
      kind: "message",
      type: { name: "Point", fields: [{ name: "lat" }, { name: "name" }] },
    });
  });

  test("takes the file's own representation of 64-bit integers and timestamps", () => {
    const text =
      "package: geo\nas: { int64: number, timestamp: number }\nentities: { City: { fields: { a: int64, b: uint64, c: timestamp, d: { type: int64, as: string } } } }";
    const kinds = entityOf(compile(text), "City").fields.map(({ type }) =>
      "as" in type ? type.as : "",
    );
    expect(kinds).toEqual(["number", "bigint", "number", "string"]);
  });
});

describe("a value", () => {
  const valueOf = (type: string, text: string): Literal | undefined =>
    city(`{ value: { type: ${type}, default: ${text} } }`).fields[0]?.default;

  test.each<[string, string, Literal]>([
    ["bool", "true", { kind: "bool", value: true }],
    ["string", "0150", { kind: "string", value: "0150" }],
    ["string", "no", { kind: "string", value: "no" }],
    ["string", "2024-01-01", { kind: "string", value: "2024-01-01" }],
    ["string", '"a\\nb"', { kind: "string", value: "a\nb" }],
    ["int64", "9007199254740993", { kind: "integer", value: 9_007_199_254_740_993n }],
    ["double", "1e3", { kind: "number", value: 1000 }],
    ["double", "-0.1", { kind: "number", value: -0.1 }],
    ["float", "0.1", { kind: "number", value: Math.fround(0.1) }],
    ["decimal(2)", "19.9", { kind: "decimal", text: "19.90", scaled: 1990n }],
    ["decimal(2)", "-0.5", { kind: "decimal", text: "-0.50", scaled: -50n }],
    ["decimal(0)", "7.00", { kind: "decimal", text: "7", scaled: 7n }],
    ["date", "1969-12-31", { kind: "date", text: "1969-12-31", days: -1 }],
    ["date", "0001-01-01", { kind: "date", text: "0001-01-01", days: -719_162 }],
    ["timestamp", "1970-01-01T01:00:00.5+01:00", { kind: "timestamp", milliseconds: 500 }],
    ["list<string>", "[]", { kind: "emptyList" }],
    ["map<string>", "{}", { kind: "emptyMap" }],
  ])("of type %s written %s is read exactly", (type, text, literal) => {
    expect(valueOf(type, text)).toEqual(literal);
  });

  test("of an integer type is the integer that is written", () => {
    const big = bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const isKept = property(big, (value) => {
      expect(valueOf("int64", String(value))).toEqual({ kind: "integer", value });
    });
    check(isKept, 50);
  });

  test("of a double is the double that is written", () => {
    const numbers = double({ noNaN: true, noDefaultInfinity: true }).filter((value) => value !== 0);
    const isKept = property(numbers, (value) => {
      expect(valueOf("double", String(value))).toEqual({ kind: "number", value });
    });
    check(isKept, 50);
  });
});

describe("a view", () => {
  test("has resolved paths, whether its values may be unset, and the names of its key", () => {
    const product = entityOf(shop, "Product");
    const view = product.views.find(({ name }) => name === "byWidth");
    expect(
      view?.sort.map(({ name, text, optional, descending }) => ({
        name,
        text,
        optional,
        descending,
      })),
    ).toEqual([
      { name: "packagingWidth", text: "packaging.width", optional: true, descending: false },
      { name: "name", text: "name", optional: false, descending: false },
    ]);
    const cheapest = entityOf(shop, "Price").views.find(({ name }) => name === "cheapest");
    expect(cheapest).toMatchObject({ keyName: "PriceCheapestKey", duplicates: "first" });
  });

  test("over a list is by its elements", () => {
    const view = entityOf(shop, "Product").views.find(({ name }) => name === "byTag");
    expect(view).toMatchObject({
      view: "group",
      each: true,
      by: [{ name: "tags", type: { kind: "string" } }],
    });
  });

  test("tests with typed values", () => {
    const where = (text: string): readonly Condition[] =>
      city(
        "{ id: uint32, name: string?, kind: Kind, at: Point? }",
        `    views: { a: { sort: id, where: { ${text} } } }\n`,
      ).views[0]?.where ?? [];
    expect(where("id: 5")).toMatchObject([{ test: "equals", value: { value: 5 } }]);
    expect(where("kind: { not: city }")).toMatchObject([
      { test: "not", value: { value: { number: 1 } } },
    ]);
    expect(where("kind: { not: [city, town] }")).toMatchObject([
      { test: "notIn", values: [{}, {}] },
    ]);
    expect(where("id: { gte: 1, lt: 9 }, name: { in: [a] }")).toMatchObject([
      { test: "gte", value: { value: 1 } },
      { test: "lt", value: { value: 9 } },
      { test: "in", values: [{ value: "a" }] },
    ]);
    expect(where("at: { exists: true }, at.lat: { gt: 0.5 }")).toMatchObject([
      { test: "exists", exists: true, path: { optional: true } },
      { test: "gt", value: { value: 0.5 }, path: { name: "atLat", optional: true } },
    ]);
  });
});

describe("an entity", () => {
  test("without a key is a sequence", () => {
    expect(entityOf(shop, "Banner")).toMatchObject({ key: [], references: [], property: "banner" });
  });

  test("with a composite key names its interface", () => {
    const { key, keyName } = entityOf(shop, "Price");
    expect(key.map(({ name, type }) => [name, type.kind])).toEqual([
      ["sku", "string"],
      ["currency", "enum"],
      ["minQuantity", "uint32"],
    ]);
    expect(keyName).toBe("PriceKey");
  });

  test("refers to others by one value or by the elements of a list", () => {
    const [categories] = entityOf(shop, "Product").references;
    expect(categories).toMatchObject({ to: "Category", each: true, dangling: "warn" });
    const [parent] = entityOf(shop, "Category").references;
    expect(parent).toMatchObject({
      to: "Category",
      each: false,
      dangling: "error",
      by: [{ optional: true }],
    });
  });

  test.each([
    ["City", "city"],
    ["URLRule", "urlRule"],
    ["URL", "url"],
    ["X", "x"],
    ["S3Bucket", "s3Bucket"],
    ["ABTest", "abTest"],
  ])("called %s is the property %s of the data set", (name, property) => {
    expect(
      compile(`package: geo\nentities: { ${name}: { fields: { x: int32 } } }`).entities[0]
        ?.property,
    ).toBe(property);
  });
});

describe("a file", () => {
  const common =
    "types: { Point: { fields: { lat: double, kind: Kind } } }\nimports: [../enums.yaml]\n";
  const files = { "shared/common.yaml": common, "enums.yaml": "enums: { Kind: [a, b] }\n" };
  const main =
    "package: acme.geo\nimports: [shared/common.yaml]\nentities: { City: { fields: { at: Point } } }\n";

  test("uses the types of those it imports, directly or not", () => {
    const schema = compile(main, files);
    expect(schema).toMatchObject({
      name: "AcmeGeo",
      enums: [{ name: "Kind" }],
      types: [{ name: "Point" }],
    });
    const { files: read } = compileSchema(
      { path: "schema.yaml", text: main },
      (path) => (files as Record<string, string>)[path],
    );
    expect(read).toEqual(["enums.yaml", "shared/common.yaml", "schema.yaml"]);
  });

  test("may import in a circle", () => {
    const circle = {
      ...files,
      "enums.yaml": "imports: [shared/common.yaml, schema.yaml]\nenums: { Kind: [a] }\n",
    };
    expect(compile(main, circle).enums).toHaveLength(1);
  });

  test("with types only is no schema and no error", () => {
    const compiled = compileSchema({ path: "enums.yaml", text: files["enums.yaml"] });
    expect(compiled).toEqual({ schema: undefined, diagnostics: [], files: ["enums.yaml"] });
  });
});

test("docs are kept, without the space around them", () => {
  const text =
    'package: geo\ndoc: " All. "\nenums: { Kind: { doc: Which., values: { a: The first., b: } } }\ntypes: { P: { doc: It., fields: { x: { type: Kind, doc: This. } } } }\nentities: { City: { doc: "A\\nb", fields: { p: P }, views: { v: { doc: By p., sort: p.x } } } }';
  const schema = compile(text);
  const docs = [
    schema,
    ...schema.enums,
    ...(schema.enums[0]?.values ?? []),
    ...schema.types,
    ...schema.entities,
    ...(schema.entities[0]?.views ?? []),
  ];
  expect(docs.map(({ doc }) => doc)).toEqual([
    "All.",
    "Which.",
    "The first.",
    undefined,
    "It.",
    "A\nb",
    "By p.",
  ]);
  const field: Field | undefined = schema.types[0]?.fields[0];
  expect(field?.doc).toBe("This.");
});
