/** What is no YAML, told in words of our own and at the place that is to be corrected. */
import { CST, type Document } from "yaml";
import { isMarker, textSpans } from "./lexemes.js";
import { MAX_SYNTAX_ERRORS } from "./limits.js";
import type { Reporter } from "./reporter.js";
import { Lines, type Span } from "./source-file.js";

type SyntaxError = Document.Parsed["errors"][number];

interface Explained {
  readonly fact: string;
  readonly fix: string;
  /** Where it is better shown than where the parser noticed it. */
  readonly span?: Span | undefined;
}

/** Reports the errors, at most one of a line; true when there are any. */
export function reportSyntax(
  reporter: Reporter,
  errors: readonly SyntaxError[],
  lexemes: readonly string[],
): boolean {
  const lines = new Lines(reporter.file.text);
  const known = new Set(reporter.list().map((diagnostic) => diagnostic.line));
  let before: SyntaxError | undefined;
  for (const error of errors.slice(0, MAX_SYNTAX_ERRORS)) {
    const [start, end] = error.pos;
    const { number } = lines.at(start);
    const isConsequence = before !== undefined && follows(error, before);
    before = error;
    const isKnown = known.has(number);
    known.add(number);
    if (isConsequence || isKnown) continue;
    const { fact, fix, span } = explain(error, reporter.file.text, lexemes);
    reporter.add("yaml-syntax", span ?? { start, end }, fact, fix);
  }
  return errors.length > 0;
}

/** After a name without a colon, what is indented below it is read as more of the name. */
function follows(error: SyntaxError, before: SyntaxError): boolean {
  return before.code === "MULTILINE_IMPLICIT_KEY" && error.code === "BLOCK_AS_IMPLICIT_KEY";
}

function explain(error: SyntaxError, text: string, lexemes: readonly string[]): Explained {
  const { code, message, pos } = error;
  const [start, end] = pos;
  const told = `${code} ${message}`;
  if (/Missing closing .*quote/.test(told)) return unclosedQuote(lexemes, end);
  if (
    /sufficiently indented and end with a|expected flow \w+ to end with|flow \w+ must end with/i.test(
      told,
    )
  )
    return unclosedBracket(lexemes, end);
  if (code === "BLOCK_AS_IMPLICIT_KEY") return secondColon(text, start);
  const known = EXPLAINED.find(([pattern]) => pattern.test(told));
  if (known !== undefined) return { fact: known[1], fix: known[2] };
  // What is quoted may be the rest of the file.
  const [line = message] = message.split(/\n|: "/, 1);
  const first = line.charAt(0).toLowerCase() + line.slice(1);
  return { fact: `this is no YAML: ${first.replace(/[.:]$/, "")}`, fix: "correct the YAML" };
}

function unclosedQuote(lexemes: readonly string[], end: number): Explained {
  const opening = textSpans(lexemes).findLast(([start]) => start < end)?.[0];
  const span = opening === undefined ? undefined : { start: opening, end: opening + 1 };
  return { fact: "the quote that opens here is never closed", fix: "close it", span };
}

/** The innermost one that is open where the parser gave up. */
function unclosedBracket(lexemes: readonly string[], end: number): Explained {
  const open: number[] = [];
  let at = 0;
  let comment = "";
  for (const lexeme of lexemes) {
    if (at >= end) break;
    const type = CST.tokenType(lexeme);
    if (type === "flow-map-start" || type === "flow-seq-start") open.push(at);
    if (type === "flow-map-end" || type === "flow-seq-end") open.pop();
    if (type === "comment" && open.length > 0) comment ||= lexeme;
    if (!isMarker(lexeme)) at += lexeme.length;
  }
  const opening = open.at(-1);
  const span = opening === undefined ? undefined : { start: opening, end: opening + 1 };
  const fix =
    comment === ""
      ? "close it with } or ]"
      : `close it with } or ]; " #" begins a comment, unless the text with it is in quotes`;
  return { fact: "the { or [ that opens here is not closed", fix, span };
}

/** Two colons on one line, or a line that is indented more than the member before it. */
function secondColon(text: string, start: number): Explained {
  const lineEnd = text.indexOf("\n", start);
  const line = text.slice(start, lineEnd === -1 ? text.length : lineEnd);
  if (/:(?:\s|$)/.test(line))
    return { fact: 'the text holds ": ", which begins another map', fix: QUOTE };
  const next = lineEnd + 1 + Math.max(0, text.slice(lineEnd + 1).search(/\S/));
  const fact = "the line is indented deeper than the one before it, which has a value already";
  return { fact, fix: INDENT, span: { start: next, end: next + 1 } };
}

const QUOTE = 'put the text into quotes, "like this"';
const INDENT = "indent the members of one map or list by the same number of spaces";

/** The parser's code and message, our words, and the fix. */
const EXPLAINED: readonly (readonly [RegExp, string, string])[] = [
  [/^BAD_SCALAR_START /, "a text cannot begin with this character", QUOTE],
  [/^MISSING_CHAR .*separat/, "a comma is missing before this", "write commas between the members"],
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
    /^MULTILINE_IMPLICIT_KEY |^KEY_OVER_1024_CHARS |Implicit map keys need/,
    "a colon is missing here, or the space after it",
    "write name: value on one line",
  ],
  [/unexpected flow-(?:map|seq)-end/i, "this closes nothing that is open", "remove it"],
  [
    /unexpected (?:\w+-)*scalar (?:at node end|token in YAML stream)/i,
    "the value before this has ended, and more follows it",
    "write a quote inside single quotes twice, or use double quotes",
  ],
];
