/**
 * The model as a .proto file: with it any protobuf implementation reads records, and a whole segment as one
 * message. docs/snapshot-format.md explains what else a segment holds.
 */
import type {
  ElementType,
  Entity,
  Enum,
  Field,
  FieldType,
  Schema,
  ValueType,
  View,
} from "../model.js";
import { pascalCase, snakeCase } from "../names.js";
import { breakLines } from "./break-lines.js";
import { ownDoc, protoComment } from "./doc.js";
import { header } from "./header.js";
import { protoType } from "./wire.js";

/** The file's text; the same to the byte on every machine. */
export function emitProto(schema: Schema): string {
  const blocks = [
    header(schema),
    'syntax = "proto3";',
    `${protoComment(schema.doc)}package ${schema.package};`,
    ...(usesTimestamps(schema) ? ['import "google/protobuf/timestamp.proto";'] : []),
    ...schema.enums.map(enumBlock),
    ...schema.types.map((type) => messageBlock(schema, type)),
    ...schema.entities.flatMap((entity) => [
      messageBlock(schema, entity),
      segmentBlock(schema, entity),
    ]),
  ];
  return breakLines(`${blocks.join("\n\n")}\n`);
}

function usesTimestamps({ types, entities }: Schema): boolean {
  const fields = [...types, ...entities].flatMap((each) => each.fields);
  return fields.some(({ type }) => valueOf(type).kind === "timestamp");
}

/** The type of a list's elements or a map's values. */
function valueOf(type: FieldType): ElementType {
  if (type.kind === "list") return type.element;
  return type.kind === "map" ? type.value : type;
}

function enumBlock({ name, doc, values }: Enum): string {
  const zero = `  ${snakeCase(name).toUpperCase()}_UNSPECIFIED = 0;\n`;
  const lines = values.map(
    (value) => `${protoComment(value.doc, "  ")}  ${value.protoName} = ${value.number};\n`,
  );
  return `${protoComment(doc)}enum ${name} {\n${zero}${lines.join("")}}`;
}

/** Writes a type's name so that it means the type also where a nested message is called alike. */
type NameText = (type: ElementType) => string;

function nameText(schema: Schema, nested: ReadonlySet<string>): NameText {
  return (type) => {
    const name = protoType(type);
    return nested.has(name) ? `.${schema.package}.${name}` : name;
  };
}

function messageBlock(schema: Schema, { name, doc, fields }: Entity | ValueType): string {
  const maps = fields.filter(({ type }) => type.kind === "map");
  // protobuf makes a nested message for the entries of each map (language guide, "Backwards compatibility").
  const nested = new Set(maps.map(({ protoName }) => `${pascalCase(protoName)}Entry`));
  const names = nameText(schema, nested);
  const lines = fields.map((field) => fieldLine(field, names));
  return `${protoComment(doc)}message ${name} {\n${lines.join("")}}`;
}

function fieldLine({ doc, type, optional, protoName, number }: Field, names: NameText): string {
  // Messages have presence anyway.
  const presence = optional && type.kind !== "message" && type.kind !== "timestamp";
  const label = type.kind === "list" ? "repeated " : presence ? "optional " : "";
  const line = `${label}${typeText(type, names)} ${protoName} = ${number};${meaning(valueOf(type))}`;
  return `${protoComment(doc, "  ")}  ${line}\n`;
}

/** What protobuf's type does not say. */
function meaning(type: ElementType): string {
  if (type.kind === "json") return " // JSON";
  if (type.kind === "date") return " // days since 1970-01-01";
  return type.kind === "decimal" && type.digits > 0 ? ` // times 10^${type.digits}` : "";
}

function typeText(type: FieldType, names: NameText): string {
  if (type.kind === "list") return names(type.element);
  if (type.kind !== "map") return names(type);
  const { key } = type;
  const keyType = key === "int32" || key === "int64" ? `s${key}` : key;
  return `map<${keyType}, ${names(type.value)}>`;
}

const FIRST_VIEW_FIELD = 16;
const ARRAYS = ["slots", "starts", "ordinals", "elements"] as const;

function segmentBlock(schema: Schema, { name, views }: Entity): string {
  const record = name === "Header" ? `.${schema.package}.${name}` : name;
  const lines = [
    protoComment(
      ownDoc(`Records of ${name} with their indexes: the unit in which they are stored.`),
    ).trimEnd(),
    `message ${name}Segment {`,
    "  message Header {",
    "    uint32 format = 1;",
    "    string schema_hash = 2;",
    "    uint32 records = 3;",
    "    // Numbers of the views that leave entries beyond their limit out.",
    "    repeated uint32 cut_views = 4;",
    "    fixed32 hash_seed = 5;",
    "    uint32 removed = 6;",
    "    // Of the whole segment.",
    "    fixed32 size_bytes = 7;",
    "  }",
    "",
    "  Header header = 1;",
    `  repeated ${record} records = 2;`,
    "  // Only the key's fields are set.",
    `  repeated ${record} removed = 3;`,
    "  // Of the key.",
    // No view's array has this name: theirs begin with the view's.
    "  repeated fixed32 slots = 4;",
    "  repeated bytes padding = 15;",
    ...views.flatMap(viewLines),
    "}",
  ];
  return lines.join("\n");
}

function viewLines(view: View, index: number): string[] {
  const stem = snakeCase(view.name);
  const arrays = arraysOf(view);
  return ARRAYS.flatMap((array, i) => {
    const number = FIRST_VIEW_FIELD + index * ARRAYS.length + i;
    return arrays.includes(array) ? [`  repeated fixed32 ${stem}_${array} = ${number};`] : [];
  });
}

/** Those of the four arrays that a view of this kind has. */
function arraysOf(view: View): readonly (typeof ARRAYS)[number][] {
  if (view.view === "unique" && view.duplicates === "error") return ["slots"];
  if (view.view === "sorted") return ["ordinals"];
  const each = view.view === "group" && view.each;
  return each ? ARRAYS : ["slots", "starts", "ordinals"];
}
