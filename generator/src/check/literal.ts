/**
 * Values in `default` and `where`, read from the source text against the type they stand for: what a value
 * means never depends on YAML's guesses, and a value that the type cannot hold exactly is refused.
 */
import type { IndexType, Literal } from "../model.js";
import type { Reporter } from "../parse/reporter.js";
import { isNull, type Node, type TextNode } from "../parse/tree.js";
import { dateLiteral, decimalLiteral, timestampLiteral } from "./literal-text.js";
import { floatLiteral, integerLiteral } from "./literal-number.js";
import type { LiteralResult, Refused } from "./literal-result.js";
import { nearest } from "./nearest.js";
import { reportShape, shorten } from "./read.js";

export function readLiteral(reporter: Reporter, node: Node, type: IndexType): Literal | undefined {
  if (node.kind !== "text") {
    reportShape(reporter, node, "the value", "a single value");
    return undefined;
  }
  const result = literalOf(node, type);
  if (!("fact" in result)) return result;
  reporter.add("bad-literal", node.span, result.fact, result.fix);
  return undefined;
}

function literalOf(node: TextNode, type: IndexType): LiteralResult {
  const { text } = node;
  if (isNull(node)) {
    return {
      fact: "null is no value here",
      fix: "for unset values write exists: false; text goes in quotes",
    };
  }
  switch (type.kind) {
    case "string":
      return { kind: "string", value: text };
    case "enum":
      return enumLiteral(text, type);
    case "decimal":
      return decimalLiteral(text, type.digits);
    case "date":
      return dateLiteral(text);
    case "timestamp":
      return timestampLiteral(text);
    default:
      return node.quoted ? quotedNumber(node, type) : bareLiteral(text, type);
  }
}

type BareType = Exclude<
  IndexType,
  { readonly kind: "string" | "enum" | "decimal" | "date" | "timestamp" }
>;

function bareLiteral(text: string, type: BareType): LiteralResult {
  switch (type.kind) {
    case "bool":
      return boolLiteral(text);
    case "float":
    case "double":
      return floatLiteral(text, type.kind);
    default:
      return integerLiteral(text, type);
  }
}

function quotedNumber(node: TextNode, type: BareType): Refused {
  const what = type.kind === "bool" ? "a bool" : "a number";
  const isValue = !("fact" in bareLiteral(node.text, type));
  const fix = isValue ? `write ${node.text} without quotes` : `write ${what}`;
  return { fact: `"${shorten(node.text)}" is a text, and the type is ${type.kind}`, fix };
}

const YES = /^(?:yes|on|y|true|1)$/i;
const NO = /^(?:no|off|n|false|0)$/i;

function boolLiteral(text: string): LiteralResult {
  if (text === "true" || text === "false") return { kind: "bool", value: text === "true" };
  const fix = YES.test(text) ? "write true" : NO.test(text) ? "write false" : "write true or false";
  return { fact: `"${shorten(text)}" is not a bool`, fix };
}

function enumLiteral(
  text: string,
  type: Extract<IndexType, { readonly kind: "enum" }>,
): LiteralResult {
  const { name, values } = type.enum;
  const value = values.find((each) => each.name === text);
  if (value !== undefined) return { kind: "enum", value };
  const fix = (): string => {
    const names = values.map((each) => each.name);
    const near = nearest(text, names);
    return near === undefined ? `${name} has: ${names.slice(0, 12).join(", ")}` : `write ${near}`;
  };
  return { fact: `"${shorten(text)}" is not a value of ${name}`, fix };
}

/** One text for each value, so that equal values can be found. */
export function literalText(literal: Literal): string {
  switch (literal.kind) {
    case "string":
      return JSON.stringify(literal.value);
    case "enum":
      return literal.value.name;
    case "decimal":
    case "date":
      return literal.text;
    case "timestamp":
      return new Date(literal.milliseconds).toISOString();
    case "emptyList":
      return "[]";
    case "emptyMap":
      return "{}";
    default:
      return String(literal.value);
  }
}
