/** `views`: what each is by, in which order, and which records it holds. */
import type { FieldPath, GroupView, SortedView, SortField, UniqueView, View } from "../model.js";
import { viewKeyName } from "../names.js";
import type { Reporter } from "../parse/reporter.js";
import type { Entry, Node, TextNode } from "../parse/tree.js";
import { refusesRepetition } from "./check-key.js";
import { checkName } from "./check-name.js";
import { checkWhere } from "./check-where.js";
import {
  readChoice,
  readDoc,
  readInteger,
  readMap,
  readProps,
  readTexts,
  type Props,
} from "./read.js";
import { indexTypeOf, resolvePath, typedPath, type PathRoot } from "./resolve-path.js";
import { typeText } from "./type-text.js";

/** The most views of one entity. */
const MAX_VIEWS = 64;
const MAX_LIMIT = 1_000_000_000;
const KNOWN = ["doc", "group", "unique", "sort", "where", "limit", "duplicates"];

/** All views of an entity; the broken ones are left out. */
export function checkViews(
  reporter: Reporter,
  root: PathRoot,
  node: Node | undefined,
): readonly View[] {
  const map =
    node && readMap(reporter, node, `views of ${root.name}`, "{ name: { group: field } }");
  if (map === undefined) return [];
  if (map.entries.length > MAX_VIEWS) {
    const fact = `${root.name} has ${String(map.entries.length)} views; at most ${String(MAX_VIEWS)} are allowed`;
    reporter.add("too-large", map.span, fact, "derive values from fewer views");
  }
  return map.entries
    .map((entry) => checkView(reporter, root, entry))
    .filter((view) => view !== undefined);
}

function checkView(reporter: Reporter, root: PathRoot, entry: Entry): View | undefined {
  const isNamed = checkName(reporter, entry.key, "view");
  const props = readProps(reporter, entry.value, `the view ${entry.key.text}`, KNOWN);
  if (props === undefined) return undefined;
  const kind = kindOf(reporter, entry, props);
  if (kind === undefined) return undefined;
  refuseOptions(reporter, props, kind);
  const doc = readDoc(reporter, props);
  const sort = checkSort(reporter, root, props.get("sort")?.value);
  const where = checkWhere(reporter, root, props.get("where")?.value);
  const common = { name: entry.key.text, ...(doc !== undefined && { doc }), where, sort };
  const view = viewOf(reporter, root, { kind, props, common });
  return isNamed ? view : undefined;
}

type Kind = View["view"];

function kindOf(reporter: Reporter, entry: Entry, props: Props): Kind | undefined {
  const unique = props.get("unique");
  if (props.has("group") && unique !== undefined) {
    const fact = `the view ${entry.key.text} is both a group and unique`;
    reporter.add("view-kind", unique.key.span, fact, "make two views of it");
    return undefined;
  }
  if (props.has("group")) return "group";
  if (unique !== undefined) return "unique";
  if (props.has("sort")) return "sorted";
  const fact = `the view ${entry.key.text} has neither group nor unique nor sort`;
  reporter.add(
    "view-kind",
    entry.key.span,
    fact,
    "say what it is by: { group: field }, { unique: field } or { sort: field }",
  );
  return undefined;
}

/** Options that would decide nothing. */
function refuseOptions(reporter: Reporter, props: Props, kind: Kind): void {
  const duplicates = props.get("duplicates");
  if (duplicates !== undefined && kind !== "unique") {
    const fact = `duplicates is for unique views, and this is a ${kind} view`;
    reporter.add("view-option", duplicates.key.span, fact, "remove duplicates");
  }
  const limit = props.get("limit");
  if (limit !== undefined && kind === "unique") {
    const fact = "limit is for group and sorted views, and a unique view holds one record a key";
    reporter.add("view-option", limit.key.span, fact, "remove limit");
  }
  const sort = props.get("sort");
  const choice = duplicates?.value.kind === "text" ? duplicates.value.text : "error";
  if (sort !== undefined && kind === "unique" && choice === "error") {
    const fact = "sort decides nothing in a unique view that refuses duplicates";
    reporter.add("view-option", sort.key.span, fact, "remove sort, or add duplicates: first");
  }
}

type Common = Pick<View, "name" | "doc" | "where" | "sort">;

interface ViewParts {
  readonly kind: Kind;
  readonly props: Props;
  readonly common: Common;
}

function viewOf(reporter: Reporter, root: PathRoot, parts: ViewParts): View | undefined {
  switch (parts.kind) {
    case "group":
      return groupView(reporter, root, parts);
    case "unique":
      return uniqueView(reporter, root, parts);
    case "sorted": {
      const view: SortedView = {
        view: "sorted",
        ...parts.common,
        ...limitOf(reporter, parts.props),
      };
      return view.sort.length === 0 ? undefined : view;
    }
  }
}

function groupView(reporter: Reporter, root: PathRoot, parts: ViewParts): GroupView | undefined {
  const limit = limitOf(reporter, parts.props);
  const by = checkBy(reporter, root, parts, "group");
  if (by === undefined) return undefined;
  return {
    view: "group",
    ...parts.common,
    ...by,
    ...keyNameOf(root, parts.common, by.by),
    ...limit,
  };
}

function uniqueView(reporter: Reporter, root: PathRoot, parts: ViewParts): UniqueView | undefined {
  const node = parts.props.get("duplicates")?.value;
  const choices = ["error", "first", "last"] as const;
  const duplicates =
    node === undefined ? "error" : readChoice(reporter, node, "duplicates", choices);
  const by = checkBy(reporter, root, parts, "unique");
  if (by === undefined || duplicates === undefined) return undefined;
  const keyName = keyNameOf(root, parts.common, by.by);
  return { view: "unique", ...parts.common, by: by.by, ...keyName, duplicates };
}

function keyNameOf(root: PathRoot, view: Common, by: readonly FieldPath[]): { keyName?: string } {
  return by.length > 1 ? { keyName: viewKeyName(root.name, view.name) } : {};
}

function limitOf(reporter: Reporter, props: Props): { limit?: number } {
  const node = props.get("limit")?.value;
  const limit = node && readInteger(reporter, node, "limit", { min: 1, max: MAX_LIMIT });
  return limit === undefined ? {} : { limit };
}

interface By {
  readonly by: readonly FieldPath[];
  readonly each: boolean;
}

function checkBy(
  reporter: Reporter,
  root: PathRoot,
  parts: ViewParts,
  kind: "group" | "unique",
): By | undefined {
  const node = parts.props.get(kind)?.value;
  const texts = node && readTexts(reporter, node, kind);
  if (texts === undefined || refusesRepetition(reporter, texts, kind)) return undefined;
  const isAlone = kind === "group" && texts.length === 1;
  const paths = texts.map((text) => checkByPath(reporter, root, text, { kind, isAlone }));
  if (!paths.every((path) => path !== undefined)) return undefined;
  if (
    refusesComponents(
      reporter,
      texts,
      paths.map((path) => path.name),
    )
  )
    return undefined;
  const [first] = paths;
  return { by: paths, each: first !== undefined && lastStepIsList(first) };
}

function lastStepIsList(path: FieldPath): boolean {
  return path.steps.at(-1)?.type.kind === "list";
}

/** `location.lat` and `locationLat` would be one property of the key. */
function refusesComponents(
  reporter: Reporter,
  texts: readonly TextNode[],
  names: readonly string[],
): boolean {
  const at = names.findIndex((name, index) => names.indexOf(name) < index);
  const text = texts[at];
  if (text === undefined) return false;
  const fact = `two parts of the key would both be called ${names[at] ?? ""}`;
  reporter.add("name-clash", text.span, fact, "rename one of the fields");
  return true;
}

interface ByUse {
  readonly kind: "group" | "unique";
  /** Whether a list may stand here: a group by one field. */
  readonly isAlone: boolean;
}

function checkByPath(
  reporter: Reporter,
  root: PathRoot,
  text: TextNode,
  use: ByUse,
): FieldPath | undefined {
  const path = resolvePath(reporter, root, text);
  if (path === undefined) return undefined;
  if (path.type.kind === "list" && !use.isAlone) {
    const fact = `${text.text} is a list, and only a group by this one field can be by its elements`;
    reporter.add("bad-index", text.span, fact, `make a view { group: ${text.text} }`);
    return undefined;
  }
  const value = path.type.kind === "list" ? path.type.element : path.type;
  const type = indexTypeOf(value);
  if (type !== undefined && type.kind !== "float" && type.kind !== "double")
    return typedPath(path, type);
  const fact = `${text.text} is ${typeText(path.type)}, by which nothing can be looked up`;
  const fix =
    type === undefined
      ? "use a field with a single value of a type that has an order"
      : "numbers that are not exact find nothing reliably: use a decimal or an integer, or a sorted view";
  reporter.add("bad-index", text.span, fact, fix);
  return undefined;
}

/** `sort: -population` or `sort: [-population, name]`. */
function checkSort(
  reporter: Reporter,
  root: PathRoot,
  node: Node | undefined,
): readonly SortField[] {
  const texts = node && readTexts(reporter, node, "sort");
  if (texts === undefined) return [];
  const bare = texts.map((text) => ({ ...text, text: text.text.replace(/^-\s*/, "") }));
  if (refusesRepetition(reporter, bare, "sort")) return [];
  const fields = texts.map((text, index) => {
    const path = bare[index] ?? text;
    return checkSortField(reporter, root, path, text.text.startsWith("-"));
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
  reporter.add(
    "bad-index",
    text.span,
    fact,
    "sort by a field with a single value that is not bytes or json",
  );
  return undefined;
}
