/** YAML's nodes -> our tree. Refuses names given twice and a doc whose text YAML cut at a comma. */
import { isAlias, isScalar, isSeq, type Pair, type ParsedNode, type YAMLMap } from "yaml";
import type { Reporter } from "./reporter.js";
import type { Span } from "./source-file.js";
import type { Entry, Node, TextNode } from "./tree.js";

/** Recursive: the parser has bounded the nesting. */
export function convert(node: ParsedNode, reporter: Reporter): Node {
  const [start, end] = node.range;
  const span = { start, end: Math.max(start, end) };
  if (isAlias(node)) return { kind: "broken", span };
  if (isScalar(node)) {
    return { kind: "text", text: node.source, quoted: node.type !== "PLAIN", span };
  }
  if (isSeq(node)) {
    return { kind: "list", items: node.items.map((item) => convert(item, reporter)), span };
  }
  return { kind: "map", entries: entriesOf(node, reporter), span };
}

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

function entriesOf(map: YAMLMap.Parsed, reporter: Reporter): readonly Entry[] {
  const entries = new Map<string, Entry>();
  const cut = cutDoc(map, reporter);
  for (const pair of map.items) {
    if (cut?.rest.has(pair) === true) continue;
    const key = convert(pair.key, reporter);
    if (key.kind !== "text") {
      reportKey(reporter, key);
      continue;
    }
    const first = entries.get(key.text);
    const value = cut?.pair === pair ? cut.value : valueOf(pair, key, reporter);
    if (first === undefined) entries.set(key.text, { key, value });
    else reportDuplicate(reporter, key);
  }
  return [...entries.values()];
}

function valueOf(pair: ParsedPair, key: TextNode, reporter: Reporter): Node {
  if (pair.value !== null) return convert(pair.value, reporter);
  return { kind: "text", text: "", quoted: false, span: key.span };
}

interface CutDoc {
  readonly pair: ParsedPair;
  /** What YAML took for further members. */
  readonly rest: ReadonlySet<ParsedPair>;
  readonly value: TextNode;
}

/** `{ type: string, doc: ISO code, upper case }`: the doc with the members that are its text. */
function cutDoc(map: YAMLMap.Parsed, reporter: Reporter): CutDoc | undefined {
  if (map.flow !== true) return undefined;
  const at = map.items.findIndex((pair) => isScalar(pair.key) && pair.key.source === "doc");
  const pair = map.items[at];
  if (pair?.value === undefined || !isScalar(pair.value) || pair.value.type !== "PLAIN")
    return undefined;
  const rest: ParsedPair[] = [];
  for (const each of map.items.slice(at + 1)) {
    if (each.value !== null || !isScalar(each.key) || each.key.type !== "PLAIN") break;
    rest.push(each);
  }
  const last = rest.at(-1);
  if (last === undefined) return undefined;
  const span = { start: pair.value.range[0], end: last.key.range[1] };
  const text = reporter.file.text.slice(span.start, span.end);
  const fact = "inside { } YAML ends the doc at the comma";
  reporter.add("doc-comma", span, fact, `put the text into quotes: doc: ${JSON.stringify(text)}`);
  return { pair, rest: new Set(rest), value: { kind: "text", text, quoted: true, span } };
}

function reportKey(reporter: Reporter, key: { readonly kind: string; readonly span: Span }): void {
  if (key.kind === "broken") return;
  reporter.add(
    "wrong-shape",
    key.span,
    `a name is a text, not a ${key.kind}`,
    "write a plain name",
  );
}

function reportDuplicate(reporter: Reporter, key: TextNode): void {
  const fact = `"${key.text}" stands twice in one map; YAML would keep only one of them`;
  reporter.add("duplicate-key", key.span, fact, "remove one, or give it another name");
}
