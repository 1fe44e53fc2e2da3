/** YAML's nodes -> our tree. Refuses names given twice and a doc whose text YAML cut at a comma. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from "yaml";
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
  if (refusesMap(node, span, reporter)) return { kind: "broken", span };
  return { kind: "map", entries: entriesOf(node, reporter), span };
}

/** Maps that are no maps of the language: what follows from them is not reported. */
function refusesMap({ items }: YAMLMap.Parsed, span: Span, reporter: Reporter): boolean {
  const [first] = items;
  if (items.length === 1 && isMap(first?.key) && first.key.flow === true && first.value === null) {
    const fact = "{{ }} is a place for a template to fill in, and nothing has filled it in";
    reporter.add("wrong-shape", span, fact, "fill it in before codegen reads the file");
    return true;
  }
  const merge = items.find(({ key }) => isScalar(key) && isPlain(key) && key.source === "<<");
  if (merge === undefined) return false;
  if (!isAlias(merge.value)) {
    const [start, end] = merge.key.range;
    const fact = "a merge key (<<) is not part of the schema language";
    reporter.add("yaml-feature", { start, end }, fact, "write the members out");
  }
  return true;
}

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

function entriesOf(map: YAMLMap.Parsed, reporter: Reporter): readonly Entry[] {
  const entries = new Map<string, Entry>();
  const cut = cutTexts(map, reporter);
  const lost = new Set([...cut.values()].flatMap(({ rest }) => rest));
  for (const pair of map.items) {
    if (lost.has(pair)) continue;
    const key = convert(pair.key, reporter);
    if (key.kind !== "text") {
      reportKey(reporter, key);
      continue;
    }
    const first = entries.get(key.text);
    const value = cut.get(pair)?.value ?? valueOf(pair, key, reporter);
    if (value.kind === "broken" && pair.value === null) continue;
    if (first === undefined) entries.set(key.text, { key, value });
    else reportDuplicate(reporter, key);
  }
  return [...entries.values()];
}

function valueOf(pair: ParsedPair, key: TextNode, reporter: Reporter): Node {
  if (pair.value !== null) return convert(pair.value, reporter);
  if (refusesColon(key, reporter)) return { kind: "broken", span: key.span };
  return { kind: "text", text: "", quoted: false, span: key.span };
}

/** Inside braces `key:id` is one text. */
function refusesColon(key: TextNode, reporter: Reporter): boolean {
  const [, name, value] = key.quoted ? [] : (/^(\w+):(\S.*)$/.exec(key.text) ?? []);
  if (name === undefined || value === undefined) return false;
  const fact = "a space is missing after the colon";
  reporter.add("yaml-syntax", key.span, fact, `write ${name}: ${value}`);
  return true;
}

/** A text without quotes that YAML ended at a comma, with what it took for further members. */
interface CutText {
  readonly rest: readonly ParsedPair[];
  readonly value: Node;
}

/** Members that name a field or a list of fields. */
const FIELD_LISTS = new Set(["key", "by", "group", "unique", "sort"]);

/** `{ type: string, doc: ISO code, upper case }`: what is cut, by the member whose text it is. */
function cutTexts(map: YAMLMap.Parsed, reporter: Reporter): ReadonlyMap<ParsedPair, CutText> {
  const cut = new Map<ParsedPair, CutText>();
  if (map.flow !== true) return cut;
  for (const [index, pair] of map.items.entries()) {
    if (pair.value === null || !isPlain(pair.value)) continue;
    const name = isScalar(pair.key) ? pair.key.source : "";
    const isList = FIELD_LISTS.has(name);
    const rest = remainders(map.items, index + 1, name === "doc" || isList);
    const last = rest.at(-1);
    if (last === undefined) continue;
    const span = { start: pair.value.range[0], end: last.key.range[1] };
    const text = reporter.file.text.slice(span.start, span.end);
    const fact = "inside { } YAML ends the text at the comma";
    const fix = isList ? `write a list: [${text}]` : `put it into quotes: ${JSON.stringify(text)}`;
    reporter.add("doc-comma", span, fact, fix);
    const value: Node = isList
      ? { kind: "broken", span }
      : { kind: "text", text, quoted: true, span };
    cut.set(pair, { rest, value });
  }
  return cut;
}

function remainders(items: readonly ParsedPair[], start: number, isText: boolean): ParsedPair[] {
  const rest: ParsedPair[] = [];
  for (let index = start; index < items.length; index += 1) {
    const item = items[index];
    if (item === undefined || !isRemainder(item, isText)) break;
    rest.push(item);
  }
  return rest;
}

/** A member without a value; but after a doc and fields, only several words are surely no member. */
function isRemainder(pair: ParsedPair, isText: boolean): boolean {
  if (pair.value !== null || !isPlain(pair.key)) return false;
  return isText || /\s/.test(pair.key.source);
}

function isPlain(node: ParsedNode): node is Scalar.Parsed {
  return isScalar(node) && node.type === "PLAIN";
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
