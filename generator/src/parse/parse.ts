/**
 * YAML text -> tree of texts, lists and maps. YAML's own errors end here: a file that has any gives no tree,
 * since whatever the check found in it would be a consequence.
 */
import { Composer, Parser, type CST, type Document } from "yaml";
import { convert } from "./convert.js";
import { lex } from "./lex.js";
import { MAX_DEPTH, MAX_SYNTAX_ERRORS, type Budget } from "./limits.js";
import type { Reporter } from "./reporter.js";
import { reportSyntax } from "./syntax-errors.js";
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
