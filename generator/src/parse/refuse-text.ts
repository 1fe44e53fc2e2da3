/** What YAML would misread, or what the schema language leaves out of YAML: found before YAML reads it. */
import { CST } from "yaml";
import { isMarker, textSearch } from "./lexemes.js";
import { MAX_SYNTAX_ERRORS } from "./limits.js";
import type { Reporter } from "./reporter.js";

/** Control characters, lone surrogates, and U+FFFD, which stands where a file was not UTF-8. */
const NO_TEXT = /(?![\t\n\r])\p{Cc}|\r(?!\n)|\uFFFD|[\uFFFE\uFFFF]|\p{Cs}/u;

/** Characters that no text has. Only the first is shown. */
export function refusesCharacters(reporter: Reporter): boolean {
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
export function refusesTabs(reporter: Reporter, lexemes: readonly string[]): boolean {
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

/** Characters that look like the spaces before a name and after its colon: they come with text copied from a page. */
export function refusesLookalikes(reporter: Reporter, lexemes: readonly string[]): boolean {
  const isInText = textSearch(lexemes);
  for (const match of reporter.file.text.matchAll(/^ *(\w+:)?(?![ \t\r\n\uFEFF])\s/gm)) {
    const start = match.index + match[0].length - 1;
    if (isInText(start)) continue;
    const code = match[0].slice(-1).charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    const [place, fix] =
      match[1] === undefined
        ? ["the line is indented with", "indent with two spaces"]
        : ["after the colon stands", "write a space"];
    const fact = `${place} U+${code}, which only looks like a space`;
    reporter.add("bad-character", { start, end: start + 1 }, fact, fix);
    return true;
  }
  return false;
}

const FEATURES: Readonly<Record<string, string>> = {
  alias: "an alias (*name)",
  anchor: "an anchor (&name)",
  tag: "a tag (!name)",
  "directive-line": "a directive (%NAME)",
};

/** Reports them all; true when the rest cannot be read: no more errors are shown, or a second document begins. */
export function refusesFeatures(reporter: Reporter, lexemes: readonly string[]): boolean {
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
export function refusesEscapes(reporter: Reporter, lexemes: readonly string[]): boolean {
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
