/** `views`: what each is by, in which order, and which records it holds. */
import type { FieldPath, GroupView, SortedView, UniqueView, View } from "../model.js";
import { viewKeyName } from "../names.js";
import type { Reporter } from "../parse/reporter.js";
import type { Entry, Node } from "../parse/tree.js";
import { checkBy, checkSort } from "./check-by.js";
import { checkName } from "./check-name.js";
import { checkWhere } from "./check-where.js";
import {
  readChoice,
  readDoc,
  readInteger,
  readMap,
  readProps,
  reportShape,
  type Props,
} from "./read.js";
import type { PathRoot } from "./resolve-path.js";

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
  if (entry.value.kind !== "map") {
    const forms = "{ group: field }, { unique: field } or { sort: field }";
    reportShape(reporter, entry.value, `the view ${entry.key.text}`, `a map ${forms}`);
    return undefined;
  }
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
  if (props.misspelt) return undefined;
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
  const by = checkBy(reporter, root, "group", parts.props.get("group")?.value);
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
  const by = checkBy(reporter, root, "unique", parts.props.get("unique")?.value);
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
