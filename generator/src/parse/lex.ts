/**
 * Splits YAML into lexemes and refuses what YAML would misread. A type that it takes apart, `string[]` or
 * `map<string, string>` inside braces, is joined again into one plain scalar, so that parsing goes on and the
 * mistake is reported once.
 */
import { CST, Lexer } from "yaml";
import { isMarker } from "./lexemes.js";
import { MAX_LENGTH, MAX_LEXEMES, type Budget } from "./limits.js";
import {
  refusesCharacters,
  refusesEscapes,
  refusesFeatures,
  refusesLookalikes,
  refusesTabs,
} from "./refuse-text.js";
import type { Reporter } from "./reporter.js";

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
