/** What a view is by, and in which order: paths to values that can be looked up or ordered. */
import type { FieldPath, SortField } from "../model.js";
import type { Reporter } from "../parse/reporter.js";
import type { Node, TextNode } from "../parse/tree.js";
import { refusesRepetition } from "./check-key.js";
import { readNames } from "./read.js";
import { indexTypeOf, resolvePath, typedPath, type PathRoot } from "./resolve-path.js";
import { typeText } from "./type-text.js";

export interface By {
  readonly by: readonly FieldPath[];
  /** One list field: by its elements. */
  readonly each: boolean;
}

/** `group: country`, `unique: [country, adminCode]`. */
export function checkBy(
  reporter: Reporter,
  root: PathRoot,
  kind: "group" | "unique",
  node: Node | undefined,
): By | undefined {
  const texts = node && readNames(reporter, node, kind);
  if (texts === undefined || refusesRepetition(reporter, texts, kind)) return undefined;
  const mayBeList = kind === "group" && texts.length === 1;
  const by = texts.map((text) => checkComponent(reporter, root, text, mayBeList));
  if (!by.every((path) => path !== undefined)) return undefined;
  if (refusesComponents(reporter, texts, by)) return undefined;
  return { by, each: by[0]?.steps.at(-1)?.type.kind === "list" };
}

/** `location.lat` and `locationLat` would be one property of the key. */
function refusesComponents(
  reporter: Reporter,
  texts: readonly TextNode[],
  by: readonly FieldPath[],
): boolean {
  const names = by.map((path) => path.name);
  const at = names.findIndex((name, index) => names.indexOf(name) < index);
  const text = texts[at];
  if (text === undefined) return false;
  const fact = `two parts of the key would both be called ${names[at] ?? ""}`;
  reporter.add("name-clash", text.span, fact, "rename one of the fields");
  return true;
}

function checkComponent(
  reporter: Reporter,
  root: PathRoot,
  text: TextNode,
  mayBeList: boolean,
): FieldPath | undefined {
  const path = resolvePath(reporter, root, text);
  if (path === undefined) return undefined;
  if (path.type.kind === "list" && !mayBeList) {
    const fact = `${text.text} is a list, and only a group by this one field can be by its elements`;
    reporter.add("bad-index", text.span, fact, `make a view { group: ${text.text} }`);
    return undefined;
  }
  const type = indexTypeOf(path.type.kind === "list" ? path.type.element : path.type);
  if (type !== undefined && type.kind !== "float" && type.kind !== "double") {
    return typedPath(path, type);
  }
  const fact = `${text.text} is ${typeText(path.type)}, by which nothing can be looked up`;
  const fix =
    type === undefined
      ? "use a field with a single value of a type that has an order"
      : "fractions are rarely equal: use a decimal or an integer, or a sorted view";
  reporter.add("bad-index", text.span, fact, fix);
  return undefined;
}

/** `sort: -population` or `sort: [-population, name]`; empty when there is none, or when it is wrong. */
export function checkSort(
  reporter: Reporter,
  root: PathRoot,
  node: Node | undefined,
): readonly SortField[] {
  const texts = node && readNames(reporter, node, "sort");
  if (texts === undefined) return [];
  const bare = texts.map((text) => ({ ...text, text: text.text.replace(/^-\s*/, "") }));
  if (refusesRepetition(reporter, bare, "sort")) return [];
  const fields = bare.map((text, index) => {
    const descending = texts[index]?.text.startsWith("-") ?? false;
    return checkSortField(reporter, root, text, descending);
  });
  return fields.every((field) => field !== undefined) ? fields : [];
}

function checkSortField(
  reporter: Reporter,
  root: PathRoot,
  text: TextNode,
  descending: boolean,
): SortField | undefined {
  const path = resolvePath(reporter, root, text);
  if (path === undefined) return undefined;
  const type = indexTypeOf(path.type);
  if (type !== undefined) return { ...typedPath(path, type), descending };
  const fact = `${text.text} is ${typeText(path.type)}, which has no order`;
  const fix = "sort by a field with a single value that is not bytes or json";
  reporter.add("bad-index", text.span, fact, fix);
  return undefined;
}
