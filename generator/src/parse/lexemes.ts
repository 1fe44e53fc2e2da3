/** Where lexemes stand in the text that they were split from. */
import { CST } from "yaml";

/** Lexemes that stand for nothing in the text. */
export function isMarker(lexeme: string): boolean {
  return lexeme === CST.SCALAR || lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END;
}

/** What stands between the header of a block text and the text. */
const SPACES = new Set(["newline", "comment", "space"]);

/** Whether a place is inside a quoted text or block text; to be asked in ascending order. */
export function textSearch(lexemes: readonly string[]): (at: number) => boolean {
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
