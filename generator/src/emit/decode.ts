/**
 * `decodeCity`: reads a record from its bytes. One variable a field, one case a tag, one literal at the end, so
 * that all records of an entity have one shape. Fields that are not known are skipped. Types that the compiler
 * could find out are said: it takes longer to find them.
 */
import type { ElementType, Field, MapType, ScalarType } from "../model.js";
import { arrow, call, object, print, printInBody } from "./layout.js";
import { localName } from "./names.js";
import { recordType } from "./type-text.js";
import { isPackable, lengthTag, tag } from "./wire.js";

/** The statements of the function. `name` is the entity or value type. */
export function decodeStatements(name: string, fields: readonly Field[]): string[] {
  return [
    ...fields.map(declaration),
    "while (r.pos < end) {",
    "  const tag = r.tag();",
    "  switch (tag) {",
    ...fields.flatMap(cases).map((line) => `    ${line}`),
    "    default:",
    "      r.skipType(tag & 7);",
    "  }",
    "}",
    "cc.checkEnd(r, end);",
    returned(name, fields),
  ];
}

function returned(name: string, fields: readonly Field[]): string {
  const properties = fields.map((field) => [field.name, property(field)] as const);
  return printInBody(`return cc.freeze<${name}>(`, object(Object.fromEntries(properties)), ");");
}

function declaration(field: Field): string {
  const name = localName(field.name);
  const { type } = field;
  if (type.kind === "list") return `let ${name}: ${recordType(type.element)}[] | undefined;`;
  if (type.kind === "map")
    return `let ${name}: cc.GrowingMap<${recordType(type.value)}> | undefined;`;
  const value = field.optional ? undefined : absentValue(type);
  return value === undefined
    ? `let ${name}: ${recordType(type)} | undefined;`
    : `let ${name} = ${value};`;
}

/** What proto3 means by leaving a field out; undefined where an encoder always writes it. */
function absentValue(type: ElementType): string | undefined {
  if (type.kind === "enum" || type.kind === "message") return undefined;
  return absentScalar(type);
}

function absentScalar(type: ScalarType): string | undefined {
  switch (type.kind) {
    case "bool":
      return "false";
    case "string":
      return '""';
    case "bytes":
      return "cc.noBytes";
    case "date":
      return '"1970-01-01"';
    case "decimal":
      return JSON.stringify(type.digits === 0 ? "0" : `0.${"0".repeat(type.digits)}`);
    case "int64":
    case "uint64":
      return { bigint: "0n", number: "0", string: '"0"' }[type.as];
    case "timestamp":
    case "json":
      return undefined;
    default:
      return "0";
  }
}

function cases(field: Field): string[] {
  const name = localName(field.name);
  const { type, number } = field;
  if (type.kind === "map") return mapCase(name, number, type);
  if (type.kind !== "list") {
    return [`case ${tag(number, type)}:`, `  ${name} = ${readText(type)};`, "  break;"];
  }
  const { element } = type;
  const read = readText(element);
  if (!isPackable(element)) {
    return [`case ${tag(number, element)}:`, `  (${name} ??= []).push(${read});`, "  break;"];
  }
  return [
    `case ${tag(number, element)}:`,
    `case ${lengthTag(number)}:`,
    `  ${name} = cc.readPacked(r, tag, ${name}, () => ${read});`,
    "  break;",
  ];
}

/** How far a case stands to the right of what `cases` returns: function, loop, switch. */
const CASE_INDENT = 6;

function mapCase(name: string, number: number, { key, value }: MapType): string[] {
  const absent = absentValue(value);
  const read = arrow("", [readText(value)]);
  const values = ["r", name, `cc.${key}Keys`, read, ...(absent === undefined ? [] : [absent])];
  const start = `  ${name} = `;
  const entry = call(`cc.readEntry<${recordType(value)}>`, values);
  const statement = `${start}${print(entry, 2, CASE_INDENT + start.length)};`;
  return [`case ${lengthTag(number)}:`, ...statement.split("\n"), "  break;"];
}

/** Reads one value. */
function readText(type: ElementType): string {
  switch (type.kind) {
    case "enum":
      return `cc.readEnum<${type.enum.name}>(r, ${type.enum.name})`;
    case "message":
      return `decode${type.type.name}(r, r.end())`;
    case "int32":
      return "r.sint32()";
    case "int64":
    case "uint64":
      return `cc.read${type.kind === "int64" ? "Int64" : "Uint64"}${AS_SUFFIX[type.as]}(r)`;
    case "date":
      return "cc.readDate(r)";
    case "json":
      return "cc.readJson(r)";
    case "timestamp":
      return type.as === "date" ? "cc.readTimestamp(r)" : "cc.readTimestampMs(r)";
    case "decimal":
      return `cc.readDecimal(r, ${type.digits})`;
    default:
      return `r.${type.kind}()`;
  }
}

const AS_SUFFIX = { bigint: "", number: "Number", string: "Text" } as const;

/** The field's value in the literal. */
function property({ name, optional, type }: Field): string {
  const local = localName(name);
  if (type.kind === "list") return `cc.frozenList<${recordType(type.element)}>(${local})`;
  if (type.kind === "map") return `cc.frozenMap<${recordType(type.value)}>(${local})`;
  if (optional || absentValue(type) !== undefined) return local;
  const missing = `cc.missing(${JSON.stringify(name)})`;
  // JSON's null is a value.
  if (type.kind === "json") return `${local} === undefined ? ${missing} : ${local}`;
  return `${local} ?? ${missing}`;
}
