/** Reads parts of the tree in the shape they must have, or reports the shape they have. */
import { MAX_NAME } from "../parse/limits.js";
import type { Reporter } from "../parse/reporter.js";
import type { Span } from "../parse/source-file.js";
import { isNull, type Entry, type MapNode, type Node, type TextNode } from "../parse/tree.js";
import { offer } from "./nearest.js";

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
  if (map === undefined) return undefined;
  const props = new Props();
  for (const entry of map.entries) {
    const name = entry.key.text;
    if (known.includes(name)) props.set(name, entry);
    else {
      const fact = `${what} has no property "${shorten(name)}"`;
      reporter.add("unknown-property", entry.key.span, fact, offer(name, known, "it has"));
      props.misspelt = true;
    }
  }
  return props;
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
  const doc = readText(reporter, entry.value, "doc")?.text.trim().replaceAll("\r\n", "\n");
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
