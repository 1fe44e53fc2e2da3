/** The tests of a view's `where` as one expression over `record`. The model's Condition says what they mean. */
import type { Condition, FieldPath, Literal } from "../model.js";
import { access, accessSet } from "./access.js";
import { arrow, type Code } from "./layout.js";
import { groupDigits, numberText } from "./number-text.js";

type Comparing = Extract<Condition, { readonly value: Literal }>;
type Listing = Extract<Condition, { readonly values: readonly Literal[] }>;

/** All tests as a function of a record; undefined when there are none. */
export function whereArrow(conditions: readonly Condition[]): Code | undefined {
  const [first, ...others] = conditions;
  if (first === undefined) return undefined;
  if (others.length === 0 && first.test === "in") return arrow("record", alternatives(first), "||");
  return arrow("record", conditions.flatMap(conditionTerms));
}

/** Terms to be joined by &&. */
function conditionTerms(condition: Condition): string[] {
  switch (condition.test) {
    case "equals":
      return [equality(condition.path, "===", condition.value)];
    case "not":
      return [equality(condition.path, "!==", condition.value)];
    case "in": {
      const tests = alternatives(condition);
      return [tests.length === 1 ? tests.join("") : `(${tests.join(" || ")})`];
    }
    case "notIn":
      return condition.values.map((value) => equality(condition.path, "!==", value));
    case "exists":
      return [existence(condition)];
    default:
      return comparison(condition);
  }
}

function alternatives({ path, values }: Listing): string[] {
  return values.map((value) => equality(path, "===", value));
}

function existence(condition: Extract<Condition, { readonly test: "exists" }>): string {
  const { path, exists } = condition;
  if (!path.optional) return String(exists);
  return `${access(path)} ${exists ? "!==" : "==="} undefined`;
}

function equality(path: FieldPath, operator: "===" | "!==", value: Literal): string {
  if (path.type.kind === "bool" && !path.optional) {
    return (value.kind === "bool" && value.value) === (operator === "===")
      ? access(path)
      : `!${access(path)}`;
  }
  if (path.type.kind === "timestamp" && path.type.as === "date") {
    const question = path.steps.at(-1)?.optional === true ? "?" : "";
    return `${access(path)}${question}.getTime() ${operator} ${literalText(value, path)}`;
  }
  return `${access(path)} ${operator} ${literalText(value, path)}`;
}

const OPERATORS = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

function comparison({ path, test, value }: Comparing): string[] {
  const operator = test === "equals" || test === "not" ? "===" : OPERATORS[test];
  const tests = [ordered(path, operator, literalText(value, path))];
  return path.optional ? [`${access(path)} !== undefined`, ...tests] : tests;
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
