/** The fields of an entity or a value type: names, types, representation, defaults. */
import type { Field } from "../model.js";
import { protoSpelling, snakeCase } from "../names.js";
import type { Span } from "../parse/source-file.js";
import type { Entry, ListNode, TextNode } from "../parse/tree.js";
import { checkAs } from "./check-as.js";
import { checkDefault } from "./check-default.js";
import { checkName } from "./check-name.js";
import { readDoc, readMap, readProps, readText, reportMissing, shorten, Props } from "./read.js";
import { resolveType } from "./resolve-type.js";
import type { FileContext, Scope } from "./scope.js";

/** The most fields of one entity or value type. */
const MAX_FIELDS = 1000;

export interface FieldsNode {
  /** The entity or value type. */
  readonly name: string;
  readonly span: Span;
  readonly props: Props;
}

/** Fields by name; undefined stands for a declared but broken one. */
export type FieldTable = ReadonlyMap<string, Field | undefined>;

export interface CheckedFields {
  /** Undefined when any is broken. */
  readonly fields: readonly Field[] | undefined;
  readonly table: FieldTable;
  /** Levels of value types inside. */
  readonly depth: number;
}

export function checkFields(context: FileContext, scope: Scope, owner: FieldsNode): CheckedFields {
  const table = new Map<string, Field | undefined>();
  const broken: CheckedFields = { fields: undefined, table, depth: 0 };
  const node = owner.props.get("fields")?.value;
  if (node === undefined) {
    const fact = `${owner.name} has no fields`;
    const fix = "add fields: { name: string }";
    reportMissing(context.reporter, owner.props, { span: owner.span, fact, fix });
    return broken;
  }
  const map = readMap(context.reporter, node, `fields of ${owner.name}`, "{ name: type }");
  if (map === undefined) return broken;
  if (refusesCount(context, owner, map.entries.length, map.span)) return broken;
  const keys = keyNames(owner.props);
  const depths = map.entries.map((entry, index) => {
    const place = { number: index + 1, isKey: keys.has(entry.key.text) };
    const checked = checkField(context, scope, entry, place);
    table.set(entry.key.text, checked?.field);
    return checked?.depth ?? 0;
  });
  refuseProtoClashes(context, map.entries);
  const fields = [...table.values()].filter((field) => field !== undefined);
  const isWhole = fields.length === table.size;
  return { fields: isWhole ? fields : undefined, table, depth: Math.max(0, ...depths) };
}

function refusesCount(context: FileContext, owner: FieldsNode, count: number, span: Span): boolean {
  if (count === 0) {
    context.reporter.add(
      "empty",
      span,
      `${owner.name} has no fields`,
      "add at least one: name: string",
    );
    return true;
  }
  if (count <= MAX_FIELDS) return false;
  const fact = `${owner.name} has ${String(count)} fields; at most ${String(MAX_FIELDS)} are allowed`;
  context.reporter.add("too-large", owner.span, fact, "group fields into value types");
  return true;
}

/** The fields that the entity's key names, right or wrong. */
function keyNames(props: Props): ReadonlySet<string> {
  const node = props.get("key")?.value;
  const nodes = node?.kind === "list" ? node.items : node === undefined ? [] : [node];
  return new Set(nodes.flatMap((each) => (each.kind === "text" ? [each.text] : [])));
}

interface FieldPlace {
  readonly number: number;
  readonly isKey: boolean;
}

interface CheckedField {
  readonly field: Field | undefined;
  readonly depth: number;
}

function checkField(
  context: FileContext,
  scope: Scope,
  entry: Entry,
  { number, isKey }: FieldPlace,
): CheckedField | undefined {
  const { reporter } = context;
  const name = entry.key.text;
  const isNamed = checkName(reporter, entry.key, "field");
  const props = propsOf(context, entry);
  if (props === undefined) return undefined;
  const doc = readDoc(reporter, props);
  const text = typeText(context, entry, props);
  const resolved = text && resolveType(context, scope, text, isKey);
  if (resolved === undefined) return undefined;
  const type = checkAs(context, props, resolved.type);
  const value = type && checkDefault(context, props, type, resolved.optional);
  if (!isNamed || type === undefined || value === undefined) {
    return { field: undefined, depth: resolved.depth };
  }
  const { optional, depth } = resolved;
  const common = { name, protoName: snakeCase(name), number, type, optional };
  return { field: { ...common, ...value, ...(doc !== undefined && { doc }) }, depth };
}

/** A field is a type, or a map that has one. */
function propsOf(context: FileContext, entry: Entry): Props | undefined {
  if (entry.value.kind === "map") {
    return readProps(context.reporter, entry.value, `the field ${entry.key.text}`, [
      "type",
      "doc",
      "as",
      "default",
    ]);
  }
  return new Props([["type", entry]]);
}

function typeText(context: FileContext, entry: Entry, props: Props): TextNode | undefined {
  const type = props.get("type");
  if (type === undefined) {
    const fact = `the field ${entry.key.text} has no type`;
    const fix = "add type: string, or another type";
    reportMissing(context.reporter, props, { span: entry.key.span, fact, fix });
    return undefined;
  }
  if (type.value.kind === "list") {
    refuseList(context, entry, type.value);
    return undefined;
  }
  const what = `the type of ${entry.key.text}`;
  return readText(context.reporter, type.value, what, "a type like string");
}

/** `[string]` for a list, `[draft, active]` for an enum. */
function refuseList({ reporter }: FileContext, entry: Entry, { items, span }: ListNode): void {
  const [only] = items;
  const isType = items.length === 1 && only?.kind === "text";
  const fix = isType
    ? `write list<${shorten(only.text)}>`
    : "declare values under enums, and write the enum's name";
  reporter.add("wrong-shape", span, `the type of ${entry.key.text} is a list, not a type`, fix);
}

/** Fields are snake_case in the .proto, where two names may become one, or too much alike for protobuf. */
function refuseProtoClashes(context: FileContext, entries: readonly Entry[]): void {
  const seen = new Map<string, string>();
  for (const { key } of entries) {
    const spelling = protoSpelling(key.text);
    const other = seen.get(spelling);
    if (other === undefined) {
      seen.set(spelling, key.text);
      continue;
    }
    const fact = `${other} and ${key.text} ${likeness(other, key.text)}`;
    context.reporter.add("name-clash", key.span, fact, "rename one of them");
  }
}

function likeness(one: string, other: string): string {
  const protoName = snakeCase(one);
  return protoName === snakeCase(other)
    ? `both become ${protoName} in the .proto`
    : "differ only in case, and protobuf's JSON takes them for one";
}
