/** The type that is meant by what other languages write, or by a slip. */
import { MAX_TYPE } from "../parse/limits.js";
import { nearest } from "./nearest.js";
import type { Scope } from "./scope.js";
import { parseType, type TypeSyntax } from "./type-syntax.js";

/** As fixes name them. */
export const SCALAR_NAMES: readonly string[] =
  "bool int32 uint32 int64 uint64 float double string bytes timestamp date decimal(2) json".split(
    " ",
  );

const DECLARE_ENUM = "declare the values under enums, and write the enum's name";

/** Names of types elsewhere, in small letters, and ours. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    any: "json",
    bigint: "int64",
    boolean: "bool",
    buffer: "bytes",
    byte: "bytes",
    char: "string",
    datetime: "timestamp",
    decimal: "decimal(2)",
    float32: "float",
    float64: "double",
    int: "int32",
    integer: "int32",
    long: "int64",
    number: "double",
    numeric: "decimal(2)",
    object: "json",
    record: "map<string, string>",
    sint32: "int32",
    sint64: "int64",
    text: "string",
    time: "timestamp",
    uint: "uint32",
    ulong: "uint64",
    uuid: "string",
    varchar: "string",
  }),
);

/** Texts around types elsewhere; `$1` is the type. */
const AROUND: readonly (readonly [RegExp, string])[] = [
  [/^(.+?)\s*[;,]$/, "$1"],
  [/^(.+?)\s*\|\s*(?:null|undefined)$/, "$1?"],
  [/^(?:null|undefined)\s*\|\s*(.+)$/, "$1?"],
  [/^\?\s*(\w+)$/, "$1?"],
  [/^(?:optional|maybe|nullable)<(.+)>$/i, "$1?"],
];

/** Texts of types elsewhere that hold others. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^(?:list|array|readonlyarray|vector|set|repeated)\s*[<[(](.+)[>\])]$/i, "list<$1>"],
  [/^(?:map|record|dict|dictionary|hashmap)\s*[<[(](.+)[>\])]$/i, "map<$1>"],
];

/** Where a type stands. */
export interface TypePlace {
  readonly scope: Pick<Scope, "enums" | "types">;
  /** Whether it is the type of a field of the key. */
  readonly isKey: boolean;
}

/** The fix for a text that is no type, or for a name that no type has; undefined when nobody can tell. */
export function typeFix(text: string, place: TypePlace): string | undefined {
  if (/^enum\b/i.test(text)) return DECLARE_ENUM;
  const moment = suggestType(withDate(text, "timestamp", place), place);
  if (moment === undefined) return undefined;
  if (place.isKey && NO_KEY.test(moment)) return keyFix(moment);
  const ofDay = withDate(text, "date", place);
  const day = ofDay === text ? undefined : suggestType(ofDay, place);
  if (day === undefined) return `write ${moment}`;
  return `write ${moment} for moments, ${day} for days without a time`;
}

/** JavaScript's Date is a moment, and who writes it may mean a day. */
function withDate(text: string, meaning: string, place: TypePlace): string {
  return isDeclared("Date", place) ? text : text.replaceAll(/\bDate\b/g, meaning);
}

/** Scalars that cannot be in a key. */
const NO_KEY = /^(?:(float|double|decimal\(\d+\))|bytes|timestamp|date|json)$/;

function keyFix(type: string): string {
  const isNumber = NO_KEY.exec(type)?.[1] !== undefined;
  const types = isNumber ? "int32, uint32, int64 or uint64" : "string, an integer type or an enum";
  return `write ${types}: ${type} cannot be a key`;
}

function suggestType(text: string, place: TypePlace): string | undefined {
  if (text.length > MAX_TYPE) return undefined;
  for (const [pattern, replacement] of AROUND) {
    if (pattern.test(text)) return suggestType(text.replace(pattern, replacement), place);
  }
  const [, stem = "", marks = ""] = /^(.*?)((?:\s*(?:\[\]|\?))*)$/s.exec(text) ?? [];
  const list = marks.includes("[]") ? "[]" : "";
  const optional = marks.endsWith("?") ? "?" : "";
  const syntax = parseType(`${withoutForm(stem, place)}${list}${optional}`);
  if ("mistake" in syntax) return undefined;
  if (syntax.form !== "name") {
    const nameOf = (name: string): string => innerName(name, place);
    return syntax.optional ? emptyWhenAbsent(syntax, nameOf) : textOf(syntax, nameOf);
  }
  const { name, digits } = syntax;
  const type = digits === undefined ? meantBy(name, place) : `decimal(${digits})`;
  return type && `${type}${syntax.optional ? "?" : ""}`;
}

/** A text that parses, when it is one that other languages write; its names may not be ours yet. */
function withoutForm(text: string, place: TypePlace): string {
  for (const [pattern, replacement] of FORMS) {
    if (pattern.test(text)) return text.replace(pattern, replacement);
  }
  if (text === "decimal") return "decimal(2)";
  const [, name = "", inside] = /^([\w$]+)\s*\((.*)\)$/s.exec(text) ?? [];
  return inside === undefined ? text : (withDigits(name, inside, place) ?? text);
}

/** `varchar(255)`, `decimall(2)`, `numeric(8, 2)`; `numeric(8)` has no digits after the point. */
function withDigits(name: string, inside: string, place: TypePlace): string | undefined {
  const [, comma, digits] = /^(?:\s*\d+\s*(,))?\s*(\d+)\s*$/.exec(inside) ?? [];
  if (digits === undefined) return undefined;
  const type = meantBy(name, place);
  if (type !== "decimal(2)") return comma === undefined ? type : undefined;
  if (comma === undefined && name.toLowerCase() === "numeric") return "decimal(0)";
  return Number(digits) <= 18 ? `decimal(${digits})` : undefined;
}

/** The type that a name means, or the nearest one. */
function meantBy(name: string, place: TypePlace): string | undefined {
  if (isDeclared(name, place)) return name;
  const { enums, types } = place.scope;
  return elsewhere(name) ?? nearestType(name, [...enums.keys(), ...types.keys()]);
}

/** The same for one of several names, which stays when it is near to no scalar: all the declared ones are many. */
function innerName(name: string, place: TypePlace): string {
  if (isDeclared(name, place)) return name;
  return elsewhere(name) ?? nearestType(name, []) ?? name;
}

function isDeclared(name: string, { scope }: TypePlace): boolean {
  return scope.enums.has(name) || scope.types.has(name);
}

function elsewhere(name: string): string | undefined {
  return ELSEWHERE.get(name.toLowerCase());
}

function nearestType(name: string, declared: readonly string[]): string | undefined {
  const near = nearest(name, [...SCALAR_NAMES, "decimal", ...declared]);
  return near === "decimal" ? "decimal(2)" : near;
}

/** The field with this list or map where a loader's row may lack it. */
export function emptyWhenAbsent(syntax: CollectionSyntax, nameOf: NameOf = same): string {
  if (syntax.form === "list") return `{ type: ${textOf(syntax, nameOf)}, default: [] }`;
  const { key, value } = syntax;
  const isShort = key === undefined || textOf(key, nameOf) === "string";
  const type = isShort ? `map<${textOf(value, nameOf)}>` : `"${textOf(syntax, nameOf)}"`;
  return `{ type: ${type}, default: {} }`;
}

type CollectionSyntax = Exclude<TypeSyntax, { readonly form: "name" }>;
type NameOf = (name: string) => string;

/** The type as it can stand inside { } too, without `?`. */
function textOf(syntax: TypeSyntax, nameOf: NameOf): string {
  const inner = (each: TypeSyntax): string => textOf(each, nameOf);
  switch (syntax.form) {
    case "name":
      return syntax.digits === undefined ? nameOf(syntax.name) : `decimal(${syntax.digits})`;
    case "list":
      return `list<${inner(syntax.element)}>`;
    case "map":
      return `map<${syntax.key ? `${inner(syntax.key)}, ` : ""}${inner(syntax.value)}>`;
  }
}

function same(name: string): string {
  return name;
}
