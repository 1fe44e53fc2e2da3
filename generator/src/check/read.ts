/** Reads parts of the tree in the shape they must have, or reports the shape they have. */
import { MAX_NAME } from "../parse/limits.js";
import type { Reporter } from "../parse/reporter.js";
import type { Span } from "../parse/source-file.js";
import { isNull, type Entry, type MapNode, type Node, type TextNode } from "../parse/tree.js";
import { nearest, offer } from "./nearest.js";

/** The known members of a map. */
export class Props extends Map<string, Entry> {
  /** Whether there were unknown members too: then what is missing may just be misspelt. */
  misspelt = false;
}

/** A map whose members are known by name; the unknown ones are reported, the known ones returned. */
export function readProps(
  reporter: Reporter,
  node: Node,
  what: string,
  known: readonly string[],
): Props | undefined {
  const map = readMap(reporter, node, what, `{ ${known.join(", ")} }`);
  if (map === undefined || refusesInner(reporter, map, what, known)) return undefined;
  const props = new Props();
  for (const entry of map.entries) {
    const name = entry.key.text;
    if (known.includes(name)) props.set(name, entry);
    else {
      const fact = `${what} has no property "${shorten(name)}"`;
      reporter.add("unknown-property", entry.key.span, fact, () => memberFix(name, known));
      props.misspelt = true;
    }
  }
  return props;
}

/** What people call members who come from other languages. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map([
  ["description", ["doc"]],
  ["comment", ["doc"]],
  ["columns", ["fields"]],
  ["properties", ["fields"]],
  ["indexes", ["views"]],
  ["primaryKey", ["key"]],
  ["entity", ["to", "entities"]],
  ["field", ["by"]],
  ["orderBy", ["sort"]],
  ["filter", ["where"]],
  ["by", ["group", "unique"]],
  ["models", ["entities"]],
  ["tables", ["entities"]],
  ["import", ["imports"]],
]);

/** Members of a field elsewhere whose meaning is part of the type here. */
const OPTIONALITY = new Set(["required", "optional", "nullable", "null"]);

function memberFix(name: string, known: readonly string[]): string {
  const meant = SYNONYMS.get(name)?.filter((each) => known.includes(each)) ?? [];
  if (meant.length > 0) return `write ${meant.join(" or ")}`;
  if (OPTIONALITY.has(name) && known.includes("type"))
    return "remove it; the type of what may be unset ends in ?, like string?";
  if (/^[A-Z]/.test(name) && known.includes("entities"))
    return "indent it below entities, types or enums";
  return offer(name, known, "it has");
}

/** What holds its members directly, as if it were `fields` or `values`. */
function refusesInner(
  reporter: Reporter,
  map: MapNode,
  what: string,
  known: readonly string[],
): boolean {
  const inner = ["fields", "values"].find((each) => known.includes(each));
  const [first] = map.entries;
  if (inner === undefined || first === undefined) return false;
  const isMeant = (entry: Entry): boolean =>
    known.includes(entry.key.text) ||
    SYNONYMS.has(entry.key.text) ||
    nearest(entry.key.text, known) !== undefined;
  if (map.entries.some(isMeant)) return false;
  const fact = `${what} holds ${shorten(first.key.text)} directly`;
  const fix = `put it below ${inner}: { ${inner}: { ${shorten(first.key.text)}: ... } }`;
  reporter.add("wrong-shape", first.key.span, fact, fix);
  return true;
}

export function readMap(
  reporter: Reporter,
  node: Node,
  what: string,
  expected: string,
): MapNode | undefined {
  if (node.kind === "map") return node;
  reportShape(reporter, node, what, `a map ${expected}`);
  return undefined;
}

/** A text; null is none. */
export function readText(
  reporter: Reporter,
  node: Node,
  what: string,
  expected = "a text",
): TextNode | undefined {
  if (node.kind === "text" && !isNull(node)) return node;
  reportShape(reporter, node, what, expected);
  return undefined;
}

/** The name of a field, or a list of at least one. */
export function readNames(
  reporter: Reporter,
  node: Node,
  what: string,
): readonly TextNode[] | undefined {
  const items = node.kind === "list" ? node.items : [node];
  if (items.length === 0) {
    reporter.add("empty", node.span, `${what} is an empty list`, "name at least one field");
    return undefined;
  }
  const expected = node.kind === "list" ? "a field's name" : "a field's name or a list of names";
  const texts = items.map((item) => readText(reporter, item, what, expected));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** The text of a `doc`, without space around it; undefined when there is none. */
export function readDoc(reporter: Reporter, props: Props | undefined): string | undefined {
  const entry = props?.get("doc");
  if (entry === undefined) return undefined;
  return docOf(readText(reporter, entry.value, "doc"));
}

/** A doc as it is kept: without space around it, with line feeds. */
export function docOf(node: TextNode | undefined): string | undefined {
  const doc = node?.text.trim().replaceAll("\r\n", "\n");
  return doc === "" ? undefined : doc;
}

export function readInteger(
  reporter: Reporter,
  node: Node,
  what: string,
  limits: { readonly min: number; readonly max: number },
): number | undefined {
  if (node.kind === "broken") return undefined;
  const isNumber = node.kind === "text" && !node.quoted && /^(?:0|[1-9]\d*)$/.test(node.text);
  const value = isNumber ? Number(node.text) : Number.NaN;
  if (value >= limits.min && value <= limits.max) return value;
  const range = `from ${String(limits.min)} to ${String(limits.max)}`;
  const fact = `${what} is ${describe(node)}, not a whole number ${range}`;
  reporter.add("bad-number", node.span, fact, `write a whole number ${range} in plain digits`);
  return undefined;
}

export function readChoice<T extends string>(
  reporter: Reporter,
  node: Node,
  what: string,
  choices: readonly T[],
): T | undefined {
  const text = readText(reporter, node, what);
  if (text === undefined) return undefined;
  const choice = choices.find((each) => each === text.text);
  if (choice !== undefined) return choice;
  const fact = `${what} cannot be "${shorten(text.text)}"`;
  reporter.add("unknown-choice", text.span, fact, `write one of: ${choices.join(", ")}`);
  return undefined;
}

export function reportShape(reporter: Reporter, node: Node, what: string, expected: string): void {
  if (node.kind === "broken") return;
  const fact = `${what} is ${describe(node)}, not ${expected.split(/ [{[]/, 1)[0] ?? expected}`;
  reporter.add("wrong-shape", node.span, fact, `write ${expected}`);
}

/** Reports a missing member, unless an unknown one may be meant for it. */
export function reportMissing(
  reporter: Reporter,
  props: Props | undefined,
  missing: { readonly span: Span; readonly fact: string; readonly fix: string },
): void {
  if (props?.misspelt === true) return;
  reporter.add("missing-property", missing.span, missing.fact, missing.fix);
}

function describe(node: Node): string {
  if (node.kind === "list") return "a list";
  if (node.kind === "map") return "a map";
  if (isNull(node)) return "empty";
  if (node.kind === "broken") return "broken";
  return node.quoted || /[^-\w.]/.test(node.text)
    ? `the text "${shorten(node.text)}"`
    : shorten(node.text);
}

/** Keeps messages short whatever a schema holds. */
export function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME)}...` : line;
}
