/** Reads parts of the tree in the shape they must have, or reports the shape they have. */
import { MAX_NAME } from "../parse/limits.js";
import type { Reporter } from "../parse/reporter.js";
import type { Span } from "../parse/source-file.js";
import { isNull, type Entry, type MapNode, type Node, type TextNode } from "../parse/tree.js";
import { offer } from "./nearest.js";

export type Props = ReadonlyMap<string, Entry>;

/** A map whose members are known by name; the unknown ones are reported, the known ones returned. */
export function readProps(
  reporter: Reporter,
  node: Node,
  what: string,
  known: readonly string[],
): Props | undefined {
  const map = readMap(reporter, node, what, `{ ${known.join(", ")} }`);
  if (map === undefined) return undefined;
  const props = new Map<string, Entry>();
  for (const entry of map.entries) {
    const name = entry.key.text;
    if (known.includes(name)) props.set(name, entry);
    else {
      const fact = `${what} has no property "${shorten(name)}"`;
      reporter.add("unknown-property", entry.key.span, fact, offer(name, known, "it has"));
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
export function readText(reporter: Reporter, node: Node, what: string): TextNode | undefined {
  if (node.kind === "text" && !isNull(node)) return node;
  reportShape(reporter, node, what, "a text");
  return undefined;
}

/** One text or a list of at least one. */
export function readTexts(
  reporter: Reporter,
  node: Node,
  what: string,
): readonly TextNode[] | undefined {
  const items = node.kind === "list" ? node.items : [node];
  if (items.length === 0) {
    reporter.add("wrong-shape", node.span, `${what} is an empty list`, "name at least one");
    return undefined;
  }
  const texts = items.map((item) => readText(reporter, item, what));
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
  const fact = `${what} is ${describe(node)}, not ${expected.split(" {", 1)[0] ?? expected}`;
  reporter.add("wrong-shape", node.span, fact, `write ${expected}`);
}

export function reportMissing(reporter: Reporter, span: Span, what: string, fix: string): void {
  reporter.add("missing-property", span, what, fix);
}

function describe(node: Node): string {
  if (node.kind === "list") return "a list";
  if (node.kind === "map") return "a map";
  if (isNull(node)) return "empty";
  return node.kind === "text" ? `the text "${shorten(node.text)}"` : "broken";
}

/** Keeps messages short whatever a schema holds. */
export function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME)}...` : line;
}
