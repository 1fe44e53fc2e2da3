/**
 * A doc arrives as it was written, wherever it stands in a schema: in the TypeScript as the compiler reads JSDoc,
 * in the .proto as protobufjs reads comments.
 */
import { emitProto, emitTypeScript, type Schema } from "@cached-collections/generator";
import protobuf from "protobufjs";
import { ts } from "ts-morph";
import { describe, expect, test } from "vitest";
import { compiled } from "./generated-code.js";

/** Texts that come out changed, or end a comment, when nobody thinks of them. */
const DOCS: readonly (readonly [string, string])[] = [
  ["a line", "A populated place."],
  ["several lines", "First line.\nSecond line.\n\n  Indented, after an empty one."],
  ["a line of two thousand characters", `Begin ${"word ".repeat(400)}end.`],
  ["what ends a comment", "a */ b **/ c /* d // e"],
  ["only what ends a comment", "*/"],
  ["stars at the beginnings of lines", "* one\n* two"],
  ["tags", "@deprecated and\n@param x, {@link City}, mail@example.org"],
  ["other scripts", "Größe, 人口, عدد السكان, 👩‍👩‍👧, é"],
  ["code", '`a` ${b} \\n \\u0041 "quoted" <b>'],
];

/** Each place with a doc that names it before the text. */
function schemaOf(text: string): Schema {
  const doc = (place: string): string => JSON.stringify(`${place}: ${text}`);
  return compiled(`package: geo
doc: ${doc("package")}
enums:
  Kind: { doc: ${doc("enum")}, values: { city: ${doc("value")}, town: other } }
types:
  Place: { doc: ${doc("type")}, fields: { lat: { type: double, doc: ${doc("member")} } } }
entities:
  City:
    doc: ${doc("entity")}
    key: [country, code]
    fields:
      country: { type: string, doc: ${doc("key field")} }
      code: string
      kind: { type: Kind, default: city, doc: ${doc("enum field")} }
      at: { type: Place, doc: ${doc("type field")} }
      near: { type: list<Place>, doc: ${doc("list field")} }
      names: { type: map<string>, doc: ${doc("map field")} }
      zip: { type: string?, doc: ${doc("optional field")} }
    views:
      byKind: { group: kind, doc: ${doc("group")} }
      byZip: { unique: zip, doc: ${doc("unique")} }
      sorted1: { sort: kind, doc: ${doc("sorted")} }
    references:
      itself: { to: City, by: [country, code], doc: ${doc("reference")} }
`);
}

const IN_TYPESCRIPT: Readonly<Record<string, string>> = {
  Place: "type",
  "Place.lat": "member",
  City: "entity",
  "City.country": "key field",
  "City.kind": "enum field",
  "City.at": "type field",
  "City.near": "list field",
  "City.names": "map field",
  "City.zip": "optional field",
  "CityInput.country": "key field",
  "CityInput.zip": "optional field",
  "CityViews.byKind": "group",
  "CityViews.byZip": "unique",
  "CityViews.sorted1": "sorted",
  "GeoCitySnapshot.itself": "reference",
};

const IN_PROTO: Readonly<Record<string, string>> = {
  Kind: "enum",
  "Kind.KIND_CITY": "value",
  Place: "type",
  "Place.lat": "member",
  City: "entity",
  "City.country": "key field",
  "City.kind": "enum field",
  "City.at": "type field",
  "City.near": "list field",
  "City.names": "map field",
  "City.zip": "optional field",
};

describe.each(DOCS)("%s", (_what, text) => {
  const schema = schemaOf(text);

  test("is the JSDoc of every declaration", () => {
    const emitted = emitTypeScript(schema);
    expect(ts.transpileModule(emitted, { reportDiagnostics: true }).diagnostics).toEqual([]);
    const found = jsDocs(emitted);
    for (const [name, place] of Object.entries(IN_TYPESCRIPT)) {
      expect([name, found.get(name)]).toEqual([name, `${place}: ${text}`]);
    }
    // No comment of their own would reach the values of an enum: they are a union.
    const values = `- city: value: ${text}\n- town: other`;
    expect(found.get("Kind")).toBe(`enum: ${text}\n\n${values}`);
    expect(found.get("GeoDataset")).toContain(`package: ${text}`);
  });

  test("is the comment of every definition in the .proto", () => {
    const proto = emitProto(schema);
    const found = protoComments(proto);
    // protobufjs gives comments without the indentation of their lines.
    const bare = text.replaceAll(/^ +/gm, "");
    for (const [name, place] of Object.entries(IN_PROTO)) {
      expect([name, found.get(name)]).toEqual([name, `${place}: ${bare}`]);
    }
    const before = proto.slice(0, proto.indexOf("package geo;"));
    const lines = before.slice(before.indexOf("// package:")).trimEnd().split("\n");
    expect(lines.map((line) => line.slice(3)).join("\n")).toBe(`package: ${text}`);
  });
});

/** By the name of the declaration, or its owner's and its own; with the escapes of tags and ends taken back. */
function jsDocs(text: string): ReadonlyMap<string, string> {
  const file = ts.createSourceFile("geo.ts", text, ts.ScriptTarget.Latest, true);
  const found = new Map<string, string>();
  const visit = (node: ts.Node, owner: string): void => {
    const name = "name" in node ? (node.name as ts.Node | undefined)?.getText() : undefined;
    const path = [owner, name].filter((part) => part !== undefined && part !== "").join(".");
    const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
    if (doc !== undefined && name !== undefined) found.set(path, plain(doc));
    const isOwner = ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node);
    ts.forEachChild(node, (child) => visit(child, isOwner ? path : owner));
  };
  visit(file, "");
  return found;
}

/** The lines between the marks, from the source text: the compiler would drop what looks like markup. */
function plain(doc: ts.JSDoc): string {
  const inner = doc.getText().slice(3, -2);
  const lines = inner.split("\n").map((line, index) => (index === 0 ? line : line.trimStart()));
  const text = lines.map((line, index) => (index === 0 ? line : line.replace(/^\* ?/, "")));
  return text.join("\n").trim().replaceAll("*\\/", "*/").replaceAll("\\@", "@");
}

function protoComments(text: string): ReadonlyMap<string, string | null> {
  const { root } = protobuf.parse(text, { keepCase: true, alternateCommentMode: true });
  const found = new Map<string, string | null>();
  const kind = root.lookupEnum("geo.Kind");
  found.set("Kind", kind.comment);
  for (const [name, comment] of Object.entries(kind.comments)) found.set(`Kind.${name}`, comment);
  for (const type of [root.lookupType("geo.Place"), root.lookupType("geo.City")]) {
    found.set(type.name, type.comment);
    for (const field of type.fieldsArray) found.set(`${type.name}.${field.name}`, field.comment);
  }
  return found;
}
