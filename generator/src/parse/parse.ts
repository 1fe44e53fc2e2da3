/**
 * YAML text -> tree of texts, lists and maps. YAML's own errors end here: a file that has any gives no tree,
 * since whatever the check found in it would be a consequence.
 */
import { Composer, Parser, type CST, type Document } from "yaml";
import { convert } from "./convert.js";
import { lex, textSpans } from "./lex.js";
import { MAX_DEPTH, MAX_SYNTAX_ERRORS, type Budget } from "./limits.js";
import type { Reporter } from "./reporter.js";
import { Lines } from "./source-file.js";
import type { Node } from "./tree.js";

/** The tree of the reporter's file; undefined when it is no YAML, which is then reported. Takes from the budget. */
export function parse(reporter: Reporter, budget: Budget): Node | undefined {
  const lexemes = lex(reporter, budget);
  if (lexemes === undefined) return undefined;
  const tokens = tokensOf(reporter, lexemes);
  if (tokens === undefined) return undefined;
  const [document] = withoutStacks(() => compose(tokens, reporter.file.text.length));
  if (reportSyntax(reporter, document?.errors ?? [], lexemes)) return undefined;
  const empty = { start: 0, end: 0 };
  if (!document?.contents) return { kind: "text", text: "", quoted: false, span: empty };
  return convert(document.contents, reporter);
}

/** Parses without recursion and gives up as soon as the nesting is too deep. */
function tokensOf(
  reporter: Reporter,
  lexemes: readonly string[],
): readonly CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let errors = 0;
  for (const lexeme of lexemes) {
    for (const token of parser.next(lexeme)) {
      errors += token.type === "error" ? 1 : 0;
      if (token.type !== "error" || errors <= MAX_SYNTAX_ERRORS) tokens.push(token);
    }
    // A level of nesting is one collection on the stack; the document and a scalar come on top.
    if (parser.stack.length <= MAX_DEPTH + 2) continue;
    const span = { start: parser.offset, end: parser.offset + 1 };
    const fact = `lists and maps are nested deeper than ${String(MAX_DEPTH)} levels`;
    reporter.add("too-deep", span, fact, "a schema needs no more than nine levels");
    return undefined;
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function compose(tokens: readonly CST.Token[], length: number): Document.Parsed[] {
  const options = {
    schema: "failsafe",
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
  } as const;
  return [...new Composer(options).compose(tokens, true, length)];
}

/** Each of what may be a million syntax errors is an Error, whose stack costs more than all the rest of it. */
function withoutStacks<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function reportSyntax(
  reporter: Reporter,
  errors: Document.Parsed["errors"],
  lexemes: readonly string[],
): boolean {
  const lines = new Lines(reporter.file.text);
  const known = new Set(reporter.list().map((diagnostic) => diagnostic.line));
  for (const error of errors.slice(0, MAX_SYNTAX_ERRORS)) {
    const [start, end] = error.pos;
    const { number } = lines.at(start);
    if (known.has(number)) continue;
    known.add(number);
    const opening = error.message.includes("quote") ? openingQuote(lexemes, end) : undefined;
    const span = opening === undefined ? { start, end } : { start: opening, end: opening + 1 };
    const { fact, fix } = explain(error);
    reporter.add("yaml-syntax", span, fact, fix);
  }
  return errors.length > 0;
}

/** Where the last quoted text before this offset begins. */
function openingQuote(lexemes: readonly string[], end: number): number | undefined {
  return textSpans(lexemes).findLast(([start]) => start < end)?.[0];
}

type SyntaxError = Document.Parsed["errors"][number];

function explain({ code, message }: SyntaxError): { readonly fact: string; readonly fix: string } {
  const known = EXPLAINED.find(([pattern]) => pattern.test(`${code} ${message}`));
  if (known !== undefined) return { fact: known[1], fix: known[2] };
  const line = message.split("\n", 1)[0] ?? message;
  const first = line.charAt(0).toLowerCase() + line.slice(1);
  return { fact: `this is no YAML: ${first.replace(/[.:]$/, "")}`, fix: "correct the YAML" };
}

const QUOTE = 'put the text into quotes, "like this"';
const INDENT = "indent the members of one map or list by the same number of spaces";

/** The parser's code and message, our words, and the fix. */
const EXPLAINED: readonly (readonly [RegExp, string, string])[] = [
  [/^BLOCK_AS_IMPLICIT_KEY /, 'the text holds ": ", which begins another map', QUOTE],
  [/^BAD_SCALAR_START /, "a text cannot begin with this character", QUOTE],
  [/Missing closing .*quote/, "the quote that opens here is never closed", "close it"],
  [
    /must be sufficiently indented and end with a/,
    "a { or [ before this is not closed",
    "close it with } or ]",
  ],
  [/^MISSING_CHAR .*separat/, "a comma is missing before this", "write commas between the members"],
  [
    /expected flow \w+ to end with|^BAD_INDENT .*end with/i,
    "a { or [ is not closed",
    "close it with } or ]",
  ],
  [
    /^BLOCK_IN_FLOW /,
    "inside { } and [ ] there are no indented maps and lists",
    "write commas between the members",
  ],
  [
    /^BAD_INDENT |All .* items must start at the same column/,
    "the line is indented otherwise than those before it",
    INDENT,
  ],
  [
    /^BAD_DQ_ESCAPE /,
    "the backslash begins no escape that YAML knows",
    "write \\\\ for a backslash, or use single quotes",
  ],
  [
    /^MULTILINE_IMPLICIT_KEY |^KEY_OVER_1024_CHARS /,
    "a name and its colon stand on one line",
    "write name: value",
  ],
];
