/** Random schemas, all of them valid, small enough that some are equal but for what the hash ignores. */
import {
  array,
  boolean,
  constantFrom,
  nat,
  record,
  tuple,
  uniqueArray,
  type Arbitrary,
} from "fast-check";

const SCALARS = [
  "bool",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "float",
  "double",
  "string",
  "bytes",
  "timestamp",
  "date",
  "decimal(2)",
  "json",
  "Kind",
  "Point",
  "Shape",
] as const;

const INDEXED = new Set(["bool", "int32", "uint32", "int64", "string", "date", "Kind"]);

/** YAML of a schema with one enum, one value type and up to three entities. */
export function randomSchema(): Arbitrary<string> {
  return tuple(
    uniqueArray(constantFrom("red", "green", "blue"), { minLength: 1 }),
    array(entity(), { minLength: 1, maxLength: 3 }),
  ).map(([values, entities]) =>
    [
      "package: random",
      `enums: { Kind: [${values.join(", ")}] }`,
      "types:",
      "  Point: { fields: { x: double, y: float? } }",
      '  Shape: { fields: { points: "Point[]", named: map<Point>, center: "Point?", kinds: "Kind[]" } }',
      "entities:",
      ...entities.map((lines, index) => `  E${index}:\n${lines}`),
      "",
    ].join("\n"),
  );
}

interface RandomField {
  readonly type: string;
  readonly form: "plain" | "optional" | "list" | "map";
}

function entity(): Arbitrary<string> {
  const field: Arbitrary<RandomField> = record({
    type: constantFrom(...SCALARS),
    form: constantFrom("plain", "optional", "list", "map"),
  });
  return record({
    isKeyed: boolean(),
    salt: nat(2),
    doc: constantFrom("", "    doc: A thing.\n", "    # nothing\n"),
    fields: array(field, { minLength: 1, maxLength: 5 }),
    isDescending: boolean(),
    limit: nat(2),
  }).map(({ isKeyed, salt, doc, fields, isDescending, limit }) => {
    const lines = fields.map((each, index) => `      f${index}: ${typeText(each)}`);
    const key = isKeyed ? "    key: id\n" : "";
    const views = fields.flatMap((each, index) => viewText(each, index, isDescending, limit));
    const body = [`    fields:`, `      id: uint32`, ...lines];
    if (views.length > 0) body.push("    views:", ...views);
    return `${doc}${key}    salt: ${salt}\n${body.join("\n")}`;
  });
}

function typeText({ type, form }: RandomField): string {
  if (form === "list") return `${type}[]`;
  if (form === "map") return `map<string, ${type}>`;
  return form === "optional" ? `${type}?` : type;
}

function viewText(
  { type, form }: RandomField,
  index: number,
  isDescending: boolean,
  limit: number,
): readonly string[] {
  if (!INDEXED.has(type) || form === "map") return [];
  const cut = limit > 0 ? `, limit: ${limit}` : "";
  const group = `      g${index}: { group: f${index}, sort: ${isDescending ? "-" : ""}id${cut} }`;
  return form === "list" ? [group] : [group, `      s${index}: { sort: [-f${index}, id] }`];
}
