/** The tests of a view's `where` as one expression over `record`. The model's Condition says what they mean. */
import type { Condition, FieldPath, IndexType, Literal } from "../model.js";
import { access, accessSet, SetPaths } from "./access.js";
import { arrow, type Code } from "./layout.js";
import { groupDigits, numberText } from "./number-text.js";

type Comparing = Extract<Condition, { readonly value: Literal }>;
type Listing = Extract<Condition, { readonly values: readonly Literal[] }>;
type Existing = Extract<Condition, { readonly test: "exists" }>;

/** All tests as a function of `record`, the parameter; undefined when all records pass. */
export function whereArrow(parameter: string, conditions: readonly Condition[]): Code | undefined {
  const needed = conditions.flatMap(simplified);
  const [first, ...others] = needed;
  if (first === undefined) return undefined;
  const known = new SetPaths();
  if (others.length === 0 && first.test === "in") {
    return arrow(parameter, alternatives(first, known), "||");
  }
  return arrow(
    parameter,
    needed.flatMap((condition) => conditionTerms(condition, known)),
  );
}

/** `in` with all values that there are says only that there is one. */
function simplified(condition: Condition): Condition[] {
  const { test, path } = condition;
  if (test !== "in" || condition.values.length < valueCount(path.type)) return [condition];
  return path.optional ? [{ test: "exists", path, exists: true }] : [];
}

/** How many values a type has. */
function valueCount(type: IndexType): number {
  if (type.kind === "bool") return 2;
  return type.kind === "enum" ? type.enum.values.length : Infinity;
}

/** Terms to be joined by &&; what they show to be set is added to what is known. */
function conditionTerms(condition: Condition, known: SetPaths): string[] {
  switch (condition.test) {
    case "not":
      return [equality(condition.path, "!==", condition.value, known)];
    case "notIn":
      return condition.values.map((value) => equality(condition.path, "!==", value, known));
    case "exists":
      return existence(condition, known);
    case "equals": {
      const term = equality(condition.path, "===", condition.value, known);
      known.add(condition.path);
      return [term];
    }
    case "in": {
      const terms = alternatives(condition, known);
      known.add(condition.path);
      return [terms.length === 1 ? terms.join("") : `(${terms.join(" || ")})`];
    }
    default:
      return comparison(condition, known);
  }
}

function alternatives({ path, values }: Listing, known: SetPaths): string[] {
  return values.map((value) => equality(path, "===", value, known));
}

function existence({ path, exists }: Existing, known: SetPaths): string[] {
  if (!exists) return [`${access(path, known)} === undefined`];
  if (!known.mayLack(path)) return [];
  const term = `${access(path, known)} !== undefined`;
  known.add(path);
  return [term];
}

function equality(
  path: FieldPath,
  operator: "===" | "!==",
  value: Literal,
  known: SetPaths,
): string {
  const read = access(path, known);
  if (path.type.kind === "bool" && !known.mayLack(path)) {
    const isSame = (value.kind === "bool" && value.value) === (operator === "===");
    return isSame ? read : `!${read}`;
  }
  if (path.type.kind === "timestamp" && path.type.as === "date") {
    const question = known.mayBeUnset(path, path.steps.length - 1) ? "?" : "";
    return `${read}${question}.getTime() ${operator} ${literalText(value, path)}`;
  }
  return `${read} ${operator} ${literalText(value, path)}`;
}

const OPERATORS = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

function comparison({ path, test, value }: Comparing, known: SetPaths): string[] {
  const operator = test === "equals" || test === "not" ? "===" : OPERATORS[test];
  const isSet = existence({ test: "exists", path, exists: true }, known);
  return [...isSet, ordered(path, operator, literalText(value, path))];
}

/** Text compares by code point and decimals as numbers; days as text stand in their order as they are. */
function ordered(path: FieldPath, operator: string, literal: string): string {
  const value = accessSet(path);
  const { type } = path;
  if (type.kind === "string") return `cc.compareText(${value}, ${literal}) ${operator} 0`;
  const isNumberText = "as" in type && type.as === "string";
  if (type.kind === "decimal" || isNumberText) {
    return `cc.compareDecimals(${value}, ${literal}) ${operator} 0`;
  }
  if (type.kind === "timestamp" && type.as === "date")
    return `${value}.getTime() ${operator} ${literal}`;
  return `${value} ${operator} ${literal}`;
}

/** A literal in the form in which records hold values of the path's type; moments in milliseconds. */
function literalText(value: Literal, path: FieldPath): string {
  switch (value.kind) {
    case "integer":
      return integerText(value.value, path);
    case "string":
      return JSON.stringify(value.value);
    case "enum":
      return JSON.stringify(value.value.name);
    case "decimal":
    case "date":
      return JSON.stringify(value.text);
    case "timestamp":
      return numberText(value.milliseconds);
    case "bool":
      return String(value.value);
    case "number":
      return numberText(value.value);
    case "emptyList":
    case "emptyMap":
      return "undefined";
  }
}

function integerText(value: bigint, { type }: FieldPath): string {
  const as = "as" in type ? type.as : "bigint";
  if (as === "string") return JSON.stringify(String(value));
  return groupDigits(String(value)) + (as === "bigint" ? "n" : "");
}
