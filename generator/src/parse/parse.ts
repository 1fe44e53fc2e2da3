/**
 * YAML text -> tree of texts, lists and maps. YAML's own errors end here: a file that has any gives no tree,
 * since whatever the check found in it would be a consequence.
 */
import { Composer, Parser, type CST, type Document, type ErrorCode } from "yaml";
import { convert } from "./convert.js";
import { lex } from "./lex.js";
import { MAX_DEPTH, MAX_SYNTAX_ERRORS } from "./limits.js";
import type { Reporter } from "./reporter.js";
import { Lines } from "./source-file.js";
import type { Node } from "./tree.js";

/** The tree of the reporter's file; undefined when it is no YAML, which is then reported. */
export function parse(reporter: Reporter): Node | undefined {
  const lexemes = lex(reporter);
  if (lexemes === undefined) return undefined;
  const tokens = tokensOf(reporter, lexemes);
  if (tokens === undefined) return undefined;
  const [document, second] = compose(tokens, reporter.file.text.length);
  if (second !== undefined) reportSecond(reporter, second);
  const errors = [document, second].flatMap((each) => each?.errors ?? []);
  if (reportSyntax(reporter, errors)) return undefined;
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
  for (const lexeme of lexemes) {
    for (const token of parser.next(lexeme)) tokens.push(token);
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

function reportSecond(reporter: Reporter, second: Document.Parsed): void {
  const [start] = second.range;
  const fact = "a schema file holds one YAML document, and a second one begins here";
  const at = Math.max(0, start - 4);
  reporter.add(
    "yaml-feature",
    { start: at, end: at + 3 },
    fact,
    "put each schema into its own file",
  );
}

function reportSyntax(reporter: Reporter, errors: Document.Parsed["errors"]): boolean {
  const lines = new Lines(reporter.file.text);
  const known = new Set(reporter.list().map((diagnostic) => diagnostic.line));
  for (const error of errors.slice(0, MAX_SYNTAX_ERRORS)) {
    const [start, end] = error.pos;
    if (known.has(lines.at(start).number)) continue;
    const fact = firstSentence(error.message);
    reporter.add(
      "yaml-syntax",
      { start, end },
      fact,
      SYNTAX_FIXES[error.code] ?? "correct the YAML",
    );
  }
  return errors.length > 0;
}

function firstSentence(message: string): string {
  const line = message.split("\n", 1)[0] ?? message;
  return `this is no YAML: ${line.replace(/[.:]$/, "").replace(/^\w/, (first) => first.toLowerCase())}`;
}

const QUOTE = 'put text that holds ": ", " #" or begins with a special character into quotes';
const INDENT = "indent the members of one map or list by the same number of spaces";

const SYNTAX_FIXES: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: INDENT,
  BAD_SCALAR_START: QUOTE,
  BLOCK_AS_IMPLICIT_KEY: QUOTE,
  BLOCK_IN_FLOW: "write the members inside { } or [ ] with commas between them",
  BAD_DQ_ESCAPE: "write a backslash in double quotes as \\\\, or use single quotes",
  MISSING_CHAR: "add the character that is missing",
  MULTILINE_IMPLICIT_KEY: `end the name with a colon and a space; ${INDENT}`,
  KEY_OVER_1024_CHARS: "end the name with a colon and a space",
  UNEXPECTED_TOKEN: "remove it, or put the text into quotes",
};
