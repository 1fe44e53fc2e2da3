/**
 * Breaks lines of generated TypeScript and .proto files that are too long: heads of classes, signatures, and whatever has names
 * so long that the layout of expressions could not help. Comments are left alone.
 */
import { LINE_WIDTH } from "./layout.js";

/** The text with every line within the width, where the language lets it be broken. */
export function breakLines(text: string): string {
  const lines = text.split("\n");
  return lines.flatMap((line) => (isComment(line) ? [line] : broken(line))).join("\n");
}

function isComment(line: string): boolean {
  return /^\s*(?:\/\/|\/\*|\*)/.test(line);
}

function broken(line: string): string[] {
  if (line.length <= LINE_WIDTH) return [line];
  const indent = line.search(/\S/);
  const code = withoutQuotes(line);
  const pieces =
    brokenClass(line) ?? brokenGroup(line, code, indent) ?? brokenAtOperator(line, code, indent);
  return pieces === undefined ? [line] : pieces.flatMap(broken);
}

/** The line with other characters for what stands in quotes. */
function withoutQuotes(line: string): string {
  return line.replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) => "_".repeat(text.length));
}

/** What a class extends and implements on lines of their own, as Prettier has it. */
function brokenClass(line: string): string[] | undefined {
  const head = /^(export class \w+) (extends .+) (implements .+) \{$/.exec(line);
  if (head === null) return undefined;
  const [, name = "", base = "", implemented = ""] = head;
  return [name, `  ${base}`, `  ${implemented}`, "{"];
}

/** Brackets of a line. */
interface Group {
  readonly open: number;
  readonly close: number;
  /** The places of the commas or semicolons between its items. */
  readonly ends: readonly number[];
}

/** The longest of the line's outermost brackets is opened: an item a line. */
function brokenGroup(line: string, code: string, indent: number): string[] | undefined {
  const [longest] = groupsIn(code)
    .filter(({ open, close }) => close - open > 1)
    .toSorted((a, b) => b.close - b.open - (a.close - a.open));
  if (longest === undefined) return undefined;
  const { open, close, ends } = longest;
  const starts = [open, ...ends];
  const inner = " ".repeat(indent + 2);
  const items = starts.map((start, i) => {
    const end = ends[i];
    const item = line.slice(start + 1, end ?? close).trim();
    return inner + item + (end === undefined ? lastEnd(code, open) : line.charAt(end));
  });
  return [line.slice(0, open + 1), ...items, " ".repeat(indent) + line.slice(close)];
}

/** What follows the last item: a comma in calls, parameters and literals. */
function lastEnd(code: string, open: number): string {
  const before = code.slice(0, open);
  switch (code.charAt(open)) {
    case "(":
      return /[\w>]$/.test(before) ? "," : "";
    case "{":
      return code.startsWith("{ readonly ", open) ? ";" : ",";
    case "[":
      return /[\w\])]$/.test(before) ? "" : ",";
    default:
      return "";
  }
}

const CLOSES: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" };

/** The brackets that stand in no others and are closed on the line. */
function groupsIn(code: string): Group[] {
  const groups: Group[] = [];
  const stack: { readonly open: number; readonly closing: string; readonly ends: number[] }[] = [];
  for (let at = 0; at < code.length; at++) {
    const char = code.charAt(at);
    const top = stack.at(-1);
    const closing = opens(code, at) ? CLOSES[char] : undefined;
    if (closing !== undefined) stack.push({ open: at, closing, ends: [] });
    else if (char === "," || char === ";") top?.ends.push(at);
    else if (top !== undefined && char === top.closing && code.charAt(at - 1) !== "=") {
      stack.pop();
      if (stack.length === 0) groups.push({ open: top.open, close: at, ends: top.ends });
    }
  }
  return groups;
}

/** Whether a bracket opens here: `<` is one only behind a name. */
function opens(code: string, at: number): boolean {
  return code.charAt(at) !== "<" || /^\w<\S$/.test(code.slice(at - 1, at + 2));
}

/** Where lines may be broken, the best places first. Never behind `return`, where a statement would end. */
const PLACES: readonly RegExp[] = [
  / (?=extends )/g,
  // A field's name and number in a .proto.
  /(?<=[\w>]) (?=\w+ = \d+;)/g,
  /(?<= =>?) /g,
  /(?<= (?:\|\||&&)) /g,
  / (?=[?:|&] )/g,
  /(?<= (?:[!=]==|[<>]=?)) /g,
  /(?<=[\w)]\??:) /g,
  /(?<=[\w\])])(?=\??\.[a-zA-Z#])/g,
];

/** The rest of the line goes to the next one from the last place that lets the first part fit. */
function brokenAtOperator(line: string, code: string, indent: number): string[] | undefined {
  const all = PLACES.map((places) =>
    [...code.matchAll(places)].map(({ index }) => index).filter((each) => each > indent + 2),
  );
  const fitting = all.map((each) => each.findLast((place) => place <= LINE_WIDTH));
  // A name that is too long by itself ends where it can.
  const place = [...fitting, ...all.map(([first]) => first)].find((each) => each !== undefined);
  if (place === undefined) return undefined;
  return [line.slice(0, place), " ".repeat(indent + 2) + line.slice(place).trimStart()];
}
