/** `where`: tests that a record must pass to be in a view, checked against the types they test. */
import type { Condition, FieldPath, FieldType, IndexType, Literal } from "../model.js";
import type { Reporter } from "../parse/reporter.js";
import type { Entry, Node } from "../parse/tree.js";
import { literalText, readLiteral } from "./literal.js";
import { readChoice, readMap, reportShape } from "./read.js";
import { indexTypeOf, resolvePath, typedPath, type PathRoot } from "./resolve-path.js";
import { OPERATORS, suggestTest } from "./suggest-test.js";
import { typeText } from "./type-text.js";

/** The most fields that one `where` tests. */
const MAX_TESTED = 100;
/** The most values of one `in` or `not`. */
const MAX_VALUES = 1000;

/** The conditions, in source order; the broken ones are left out. */
export function checkWhere(
  reporter: Reporter,
  root: PathRoot,
  node: Node | undefined,
): readonly Condition[] {
  const map = node && readMap(reporter, node, "where", "{ field: value }");
  if (map?.entries.length === 0) {
    reporter.add("empty", map.span, "where tests nothing", "remove it, or write { field: value }");
  }
  if (map !== undefined && map.entries.length > MAX_TESTED) {
    const fact = `where tests more than ${String(MAX_TESTED)} fields`;
    reporter.add("too-large", map.span, fact, "put what decides into a field of its own");
    return [];
  }
  const tested = map?.entries.map((entry) => ({
    entry,
    conditions: checkField(reporter, root, entry),
  }));
  refuseContradictions(reporter, tested ?? []);
  return tested?.flatMap(({ conditions }) => conditions) ?? [];
}

interface Tested {
  readonly entry: Entry;
  readonly conditions: readonly Condition[];
}

/** Tests that no record can pass, or that say nothing beside another. */
function refuseContradictions(reporter: Reporter, tested: readonly Tested[]): void {
  const all = tested.flatMap(({ conditions }) => conditions);
  const unset = all.filter((each) => each.test === "exists" && !each.exists);
  for (const { entry, conditions } of tested) {
    const { span } = entry.key;
    const isBelow = (other: Condition): boolean =>
      conditions.some(({ path }) => `${path.text}.`.startsWith(`${other.path.text}.`));
    const contradicted = unset.find(
      (other) => isBelow(other) && !(conditions.length === 1 && conditions[0] === other),
    );
    if (contradicted !== undefined) {
      const fact = `${entry.key.text} is tested, and ${contradicted.path.text} must be unset`;
      reporter.add("bad-where", span, fact, "remove one of the tests");
    }
    const tests = new Set(conditions.map(({ test }) => test));
    if (tests.has("in") && (tests.has("not") || tests.has("notIn"))) {
      const fact = "in already says which values there may be, and not takes some of them away";
      reporter.add("bad-where", span, fact, "leave those values out of in, and remove not");
    }
  }
}

function checkField(reporter: Reporter, root: PathRoot, entry: Entry): readonly Condition[] {
  const path = resolvePath(reporter, root, entry.key);
  if (path === undefined) return [];
  const { value } = entry;
  if (value.kind === "map") {
    const operators = value.entries.flatMap((each) => checkOperator(reporter, path, each));
    if (value.entries.length === 0)
      reportShape(reporter, value, entry.key.text, "a value or a test { gte: 1 }");
    return operators;
  }
  if (value.kind === "list") {
    const fact = `${entry.key.text} is tested against a list`;
    reporter.add("bad-where", value.span, fact, "write { in: [ ... ] }");
    return [];
  }
  const typed = testedPath(reporter, path, entry.key.span);
  const literal = typed && readLiteral(reporter, value, typed.type);
  return literal ? [{ test: "equals", path: typed, value: literal }] : [];
}

function checkOperator(
  reporter: Reporter,
  path: FieldPath<FieldType>,
  entry: Entry,
): readonly Condition[] {
  const operator = OPERATORS.find((each) => each === entry.key.text);
  if (operator === undefined) {
    const fact = `where has no test "${entry.key.text}"`;
    reporter.add("bad-where", entry.key.span, fact, () => suggestTest(entry.key.text));
    return [];
  }
  if (operator === "exists") return checkExists(reporter, path, entry);
  const typed = testedPath(reporter, path, entry.key.span);
  if (typed === undefined) return [];
  if (operator === "in" || (operator === "not" && entry.value.kind === "list")) {
    const values = checkValues(reporter, typed, entry.value);
    return values ? [{ test: operator === "in" ? "in" : "notIn", path: typed, values }] : [];
  }
  if (operator !== "not" && refusesOrder(reporter, typed, entry)) return [];
  const value = readLiteral(reporter, entry.value, typed.type);
  return value ? [{ test: operator, path: typed, value }] : [];
}

function checkExists(
  reporter: Reporter,
  path: FieldPath<FieldType>,
  entry: Entry,
): readonly Condition[] {
  const choice = readChoice(reporter, entry.value, "exists", ["true", "false"]);
  if (!path.optional) {
    const fact = `${path.text} is always set`;
    const fix = "remove the test, or make the field optional with ?";
    reporter.add("bad-where", entry.key.span, fact, fix);
    return [];
  }
  return choice ? [{ test: "exists", path, exists: choice === "true" }] : [];
}

function testedPath(
  reporter: Reporter,
  path: FieldPath<FieldType>,
  span: Entry["key"]["span"],
): FieldPath | undefined {
  const type = indexTypeOf(path.type);
  if (type !== undefined) return typedPath(path, type);
  const fact = `${path.text} is ${typeText(path.type)}, which cannot be compared with a value`;
  const fix = path.optional ? "test only whether it exists" : "test a field with a single value";
  reporter.add("bad-where", span, fact, fix);
  return undefined;
}

function refusesOrder(reporter: Reporter, path: FieldPath, entry: Entry): boolean {
  const { type } = path;
  if (type.kind !== "bool" && type.kind !== "enum") return false;
  const fact = `${entry.key.text} asks for an order, and ${typeText(type)} is tested for equality only`;
  const fix = type.kind === "enum" ? "name the values: { in: [ ... ] }" : "write true or false";
  reporter.add("bad-where", entry.key.span, fact, fix);
  return true;
}

function checkValues(
  reporter: Reporter,
  path: FieldPath,
  node: Node,
): readonly Literal[] | undefined {
  if (node.kind === "list" && node.items.length === 0) {
    reporter.add("empty", node.span, `the test of ${path.text} has no values`, "name at least one");
    return undefined;
  }
  if (node.kind !== "list" || node.items.length > MAX_VALUES) {
    reportShape(
      reporter,
      node,
      `the test of ${path.text}`,
      `a list of at most ${String(MAX_VALUES)} values`,
    );
    return undefined;
  }
  const seen = new Set<string>();
  const values = node.items.map((item) => checkValue(reporter, item, path.type, seen));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function checkValue(
  reporter: Reporter,
  node: Node,
  type: IndexType,
  seen: Set<string>,
): Literal | undefined {
  const literal = readLiteral(reporter, node, type);
  if (literal === undefined) return undefined;
  const text = literalText(literal);
  if (seen.has(text)) {
    reporter.add(
      "repeated-value",
      node.span,
      `${text} stands twice in one list`,
      "remove one of them",
    );
    return undefined;
  }
  seen.add(text);
  return literal;
}
