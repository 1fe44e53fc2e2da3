/**
 * Splits YAML into lexemes and finds what YAML would misread before it does: `string[]` and
 * `map<string, string>` inside braces, tabs as indentation, characters that are no text, and the features of
 * YAML that the schema language leaves out. A misread type is joined again into one plain scalar, so that
 * parsing goes on and the mistake is reported once.
 */
import { CST, Lexer } from "yaml";
import type { Reporter } from "./reporter.js";
import { MAX_LENGTH, MAX_LEXEMES, MAX_SYNTAX_ERRORS, type Budget } from "./limits.js";

/** Lexemes for the YAML parser; undefined when the text cannot be read as YAML at all. */
export function lex(reporter: Reporter, budget: Budget): readonly string[] | undefined {
  budget.length -= reporter.file.text.length;
  if (budget.length < 0) return refuseLength(reporter, `${String(MAX_LENGTH)} characters`);
  if (refusesCharacters(reporter)) return undefined;
  const lexemes: string[] = [];
  for (const lexeme of new Lexer().lex(reporter.file.text)) {
    lexemes.push(lexeme);
    budget.lexemes -= 1;
    if (budget.lexemes < 0)
      return refuseLength(reporter, `${String(MAX_LEXEMES)} words, signs and spaces`);
  }
  if (refusesTabs(reporter, lexemes) || refusesLookalikes(reporter, lexemes)) return undefined;
  if (refusesFeatures(reporter, lexemes) || refusesEscapes(reporter, lexemes)) return undefined;
  return joinTypes(reporter, lexemes);
}

function refuseLength(reporter: Reporter, limit: string): undefined {
  const fact = `the schema with what it imports has more than ${limit}`;
  reporter.add("too-large", { start: 0, end: 1 }, fact, "split the schema into several packages");
}

/** Control characters, lone surrogates, and U+FFFD, which stands where a file was not UTF-8. */
const NO_TEXT = /(?![\t\n\r])\p{Cc}|\r(?!\n)|\uFFFD|[\uFFFE\uFFFF]|\p{Cs}/u;

function refusesCharacters(reporter: Reporter): boolean {
  const found = NO_TEXT.exec(reporter.file.text);
  if (found === null) return false;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const span = { start: found.index, end: found.index + 1 };
  const [fact, fix] =
    code === "FFFD"
      ? ["the file is not UTF-8 here", "save the file as UTF-8"]
      : [
          `the character U+${code} is no text`,
          `remove it; inside double quotes it can be written as "\\u${code}"`,
        ];
  reporter.add("bad-character", span, fact, fix);
  return true;
}

/** Tabs that begin a line, outside of quotes and block texts. Only the first is shown. */
function refusesTabs(reporter: Reporter, lexemes: readonly string[]): boolean {
  const { text } = reporter.file;
  const isInText = textSearch(lexemes);
  const places: number[] = [];
  for (const match of text.matchAll(/^ *\t[ \t]*(?=[^\s#])/gm)) {
    if (!isInText(match.index)) places.push(match.index);
  }
  const [first] = places;
  if (first === undefined) return false;
  const start = text.indexOf("\t", first);
  const more = places.length > 1 ? ` (and ${String(places.length - 1)} more)` : "";
  const fact = `the line is indented with a tab${more}; YAML does not allow it`;
  reporter.add("tab-indent", { start, end: start + 1 }, fact, "indent with two spaces");
  return true;
}

/** Characters that look like the spaces of an indentation, and come with text that is copied from a page. */
function refusesLookalikes(reporter: Reporter, lexemes: readonly string[]): boolean {
  const isInText = textSearch(lexemes);
  for (const match of reporter.file.text.matchAll(/^ *(?![ \t\r\n\uFEFF])\s/gm)) {
    const start = match.index + match[0].length - 1;
    if (isInText(start)) continue;
    const code = match[0].slice(-1).charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    const fact = `the line is indented with U+${code}, which only looks like a space`;
    reporter.add("bad-character", { start, end: start + 1 }, fact, "indent with two spaces");
    return true;
  }
  return false;
}

/** What stands between the header of a block text and the text. */
const SPACES = new Set(["newline", "comment", "space"]);

/** Whether a place is inside a quoted text or block text; to be asked in ascending order. */
function textSearch(lexemes: readonly string[]): (at: number) => boolean {
  const spans = textSpans(lexemes);
  let next = 0;
  return (at) => {
    while ((spans[next]?.[1] ?? Infinity) <= at) next += 1;
    return (spans[next]?.[0] ?? Infinity) <= at;
  };
}

/** Start and end of quoted texts and block texts. */
export function textSpans(lexemes: readonly string[]): readonly (readonly [number, number])[] {
  const spans: [number, number][] = [];
  let at = 0;
  let isScalar = false;
  let afterHeader = false;
  for (const lexeme of lexemes) {
    const type = isScalar ? "scalar" : String(CST.tokenType(lexeme));
    isScalar = lexeme === CST.SCALAR;
    if (isMarker(lexeme)) continue;
    const isQuoted = type === "single-quoted-scalar" || type === "double-quoted-scalar";
    if (isQuoted || (afterHeader && type === "scalar")) spans.push([at, at + lexeme.length]);
    afterHeader = type === "block-scalar-header" || (afterHeader && SPACES.has(type));
    at += lexeme.length;
  }
  return spans;
}

const FEATURES: Readonly<Record<string, string>> = {
  alias: "an alias (*name)",
  anchor: "an anchor (&name)",
  tag: "a tag (!name)",
  "directive-line": "a directive (%NAME)",
};

/** Reports them all; true when the rest cannot be read: no more errors are shown, or a second document begins. */
function refusesFeatures(reporter: Reporter, lexemes: readonly string[]): boolean {
  let at = 0;
  let isScalar = false;
  let hasBegun = false;
  for (const lexeme of lexemes) {
    const type = isScalar ? "scalar" : String(CST.tokenType(lexeme));
    const span = { start: at, end: at + lexeme.length };
    const feature = FEATURES[type];
    if (feature !== undefined) {
      const fact = `${feature} is not part of the schema language`;
      const fix = 'write the value out; text that begins with *, &, ! or % goes in quotes: "*text"';
      reporter.add("yaml-feature", span, fact, fix);
    }
    if (type === "doc-start" && hasBegun) {
      const fact = "a second YAML document begins here, and a schema file holds one";
      reporter.add("yaml-feature", span, fact, "put each schema into its own file");
      return true;
    }
    hasBegun ||= type === "scalar" || type === "doc-start";
    isScalar = lexeme === CST.SCALAR;
    if (!isMarker(lexeme)) at += lexeme.length;
  }
  return reporter.isFull;
}

/** What may follow a backslash in double quotes. */
const ESCAPE = /\\(?:[0abefnrtvNLP_ "/\\\t\r\n]|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}|())/g;

/** More wrong escapes than errors are shown: YAML would make an error of each of what may be a million. */
function refusesEscapes(reporter: Reporter, lexemes: readonly string[]): boolean {
  let at = 0;
  let count = 0;
  for (const lexeme of lexemes) {
    if (CST.tokenType(lexeme) === "double-quoted-scalar") {
      for (const escape of lexeme.matchAll(ESCAPE)) count += escape[1] === undefined ? 0 : 1;
    }
    if (count > MAX_SYNTAX_ERRORS) {
      const span = { start: at, end: at + lexeme.length };
      const fact = "this text holds many backslashes that begin no escape that YAML knows";
      reporter.add("yaml-syntax", span, fact, "use single quotes, in which backslashes are plain");
      return true;
    }
    if (!isMarker(lexeme)) at += lexeme.length;
  }
  return false;
}

/** Joins `string` `[` `]` and `map<string` `,` ` ` `string>` inside braces or brackets, and reports them. */
function joinTypes(reporter: Reporter, lexemes: readonly string[]): readonly string[] {
  const joined: string[] = [];
  let at = 0;
  for (let index = 0; index < lexemes.length; index += 1) {
    const lexeme = lexemes[index] ?? "";
    const count = lexemes[index - 1] === CST.SCALAR ? misreadType(lexemes, index) : 0;
    const text = textOf(lexemes.slice(index, index + Math.max(1, count)));
    if (count > 1) {
      reportType(reporter, text, at);
      index += count - 1;
    }
    joined.push(count > 1 ? text : lexeme);
    if (!isMarker(lexeme)) at += text.length;
  }
  return joined;
}

/** How many lexemes from a plain scalar on are one type that YAML took apart; 0 when it did not. */
function misreadType(lexemes: readonly string[], index: number): number {
  const first = lexemes[index] ?? "";
  const isList = /^[A-Za-z][\w<>()?]*$/.test(first) && lexemes[index + 1] === "[";
  if (!isList && !/^map<[^>]*$/.test(first)) return 0;
  for (let end = index + 1; end < Math.min(lexemes.length, index + 14); end += 1) {
    const text = textOf(lexemes.slice(index, end + 1));
    if (/[{}\n:]/.test(text)) return 0;
    if (!isWholeType(text)) continue;
    return lexemes[end + 1] === "?" || lexemes[end + 1] === "["
      ? misreadTail(lexemes, index, end)
      : end + 1 - index;
  }
  return 0;
}

/** The type is whole, but more of it follows: `?` or another `[]`. */
function misreadTail(lexemes: readonly string[], index: number, end: number): number {
  if (lexemes[end + 1] === "?") return end + 2 - index;
  return lexemes[end + 2] === "]" ? end + 3 - index : end + 1 - index;
}

function isWholeType(text: string): boolean {
  if (/^[A-Za-z][\w<>()?]*\[\]$/.test(text)) return true;
  return /^map<[^<>]*,[^<>]*>\??$/.test(text);
}

function reportType(reporter: Reporter, text: string, start: number): void {
  const span = { start, end: start + text.length };
  const list = /^(.*)\[\](\??)$/.exec(text);
  if (list === null) {
    const map = /^map<\s*string\s*,\s*(\w+)\s*>/.exec(text);
    const short = map?.[1] === undefined ? "" : `map<${map[1]}> (string keys), or `;
    const fact = `inside { } YAML ends the value of ${text} at the comma`;
    reporter.add("flow-map", span, fact, `write ${short}"${text}" in quotes`);
    return;
  }
  const fact = `inside { } YAML reads the brackets of ${text} as a list`;
  reporter.add(
    "flow-list",
    span,
    fact,
    `write list<${list[1] ?? ""}>${list[2] ?? ""}, or "${text}" in quotes`,
  );
}

function textOf(lexemes: readonly string[]): string {
  return lexemes.filter((lexeme) => !isMarker(lexeme)).join("");
}

/** Lexemes that stand for nothing in the text. */
function isMarker(lexeme: string): boolean {
  return lexeme === CST.SCALAR || lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END;
}
