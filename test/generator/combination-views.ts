/**
 * A view as a few words, from which come both its text in a schema and its plain definition, so that the compiler
 * and the generated code have a second opinion to agree with.
 */
import type { IndexField, ScalarKind, ViewDefinition } from "../../runtime/src/definition.js";
import { compareField } from "../support/plain.js";

export type Row = Readonly<Record<string, unknown>>;

/** `group: country, sort: [-population, name], where: ...`, with paths as texts. */
export interface ViewSpec {
  readonly name: string;
  readonly group?: readonly string[];
  /** The group is by the elements of this list, whose path `group` names. */
  readonly each?: true;
  readonly unique?: readonly string[];
  /** With `-` before those that go down. */
  readonly sort?: readonly string[];
  readonly limit?: number;
  readonly duplicates?: "error" | "first" | "last";
  readonly where?: readonly Test[];
}

export type Operator = "equals" | "in" | "not" | "notIn" | "gt" | "gte" | "lt" | "lte" | "exists";

/** One test of a `where`. */
export interface Test {
  readonly path: string;
  readonly operator: Operator;
  /** For `exists` one bool. */
  readonly values: readonly unknown[];
  /** The same as a schema has them. */
  readonly texts: readonly string[];
}

/** The kinds of all paths that views name. */
export type Kinds = Readonly<Record<string, ScalarKind>>;

/** The view's line in a schema. */
export function viewText(spec: ViewSpec): string {
  const list = (paths: readonly string[]): string =>
    paths.length === 1 ? (paths[0] ?? "") : `[${paths.join(", ")}]`;
  const parts = [
    spec.group && `group: ${list(spec.group)}`,
    spec.unique && `unique: ${list(spec.unique)}`,
    spec.sort && `sort: ${list(spec.sort)}`,
    spec.limit !== undefined && `limit: ${spec.limit}`,
    spec.duplicates && `duplicates: ${spec.duplicates}`,
    spec.where && `where: ${whereText(spec.where)}`,
  ];
  return `${spec.name}: { ${parts.filter((part) => typeof part === "string").join(", ")} }`;
}

/** Tests of one path become one entry. */
function whereText(tests: readonly Test[]): string {
  const paths = [...new Set(tests.map(({ path }) => path))];
  const entries = paths.map((path) => {
    const [first, ...more] = tests.filter((test) => test.path === path);
    if (first?.operator === "equals" && more.length === 0) return `${path}: ${first.texts[0]}`;
    return `${path}: { ${tests
      .filter((test) => test.path === path)
      .map(testText)
      .join(", ")} }`;
  });
  return `{ ${entries.join(", ")} }`;
}

function testText({ operator, texts }: Test): string {
  const isList = operator === "in" || operator === "notIn";
  return `${operator === "notIn" ? "not" : operator}: ${isList ? `[${texts.join(", ")}]` : texts[0]}`;
}

/** The view as plain code reads it. */
export function plainView(spec: ViewSpec, kinds: Kinds): ViewDefinition<Row> {
  const fields = (paths: readonly string[]): readonly IndexField<Row>[] =>
    paths.map((path) => plainField(path, kinds));
  const { name, limit, where, group, unique } = spec;
  const common = {
    name,
    sort: fields(spec.sort ?? []),
    ...(where && { where: (row: Row) => where.every((test) => holds(test, row, kinds)) }),
  };
  const cut = limit === undefined ? {} : { limit };
  if (unique) {
    const duplicates = spec.duplicates ?? "error";
    return { view: "unique", ...common, by: fields(unique), duplicates };
  }
  if (!group) return { view: "sorted", ...common, ...cut };
  const path = (group[0] ?? "").split(".");
  const each = (row: Row): readonly unknown[] => (valueAt(row, path) ?? []) as readonly unknown[];
  return { view: "group", ...common, by: fields(group), ...(spec.each && { each }), ...cut };
}

/** A component of a key or an order: `-lost.value`. */
export function plainField(text: string, kinds: Kinds): IndexField<Row> {
  const path = text.replace(/^-/, "");
  const parts = path.split(".");
  const name = path.replaceAll(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
  const kind = kinds[path];
  if (kind === undefined) throw new Error(`no kind for ${path}`);
  return { name, kind, read: (row) => valueAt(row, parts), descending: text.startsWith("-") };
}

/** The value at the end of a path; undefined where it, or something before it, is unset. */
function valueAt(row: Row, parts: readonly string[]): unknown {
  return parts.reduce<unknown>((value, part) => (value as Row | undefined)?.[part], row);
}

function holds({ path, operator, values }: Test, row: Row, kinds: Kinds): boolean {
  const value = valueAt(row, path.split("."));
  if (operator === "exists") return (value !== undefined) === values[0];
  const field = plainField(path, kinds);
  const isAmong = values.some((each) => compareField(field, value, each) === 0);
  if (operator === "not" || operator === "notIn") return !isAmong;
  if (value === undefined) return false;
  if (operator === "equals" || operator === "in") return isAmong;
  const order = compareField(field, value, values[0]);
  return { gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[operator];
}
