/** `references`: fields that hold the key of another entity. Checked when all entities are known. */
import type { FieldPath, FieldType, Reference } from "../model.js";
import type { Reporter } from "../parse/reporter.js";
import type { Entry, Node, TextNode } from "../parse/tree.js";
import { refusesRepetition } from "./check-key.js";
import { checkName } from "./check-name.js";
import { offer } from "./nearest.js";
import {
  readChoice,
  readDoc,
  readMap,
  readProps,
  readText,
  readNames,
  reportMissing,
} from "./read.js";
import { indexTypeOf, resolvePath, typedPath, type PathRoot } from "./resolve-path.js";
import { exactTypeText } from "./type-text.js";

/** What a reference may lead to: `key` is undefined when broken, empty for a sequence. */
export type Targets = ReadonlyMap<string, { readonly key: readonly FieldPath[] | undefined }>;

/** All references of an entity; the broken ones are left out. */
export function checkReferences(
  reporter: Reporter,
  root: PathRoot,
  targets: Targets,
  node: Node | undefined,
): readonly Reference[] {
  const shape = "{ name: { to: Entity, by: field } }";
  const map = node && readMap(reporter, node, `references of ${root.name}`, shape);
  if (map === undefined) return [];
  const references = map.entries.map((entry) => checkReference(reporter, root, targets, entry));
  return references.filter((reference) => reference !== undefined);
}

function checkReference(
  reporter: Reporter,
  root: PathRoot,
  targets: Targets,
  entry: Entry,
): Reference | undefined {
  const name = entry.key.text;
  const isNamed = checkName(reporter, entry.key, "reference");
  const known = ["doc", "to", "by", "dangling"];
  const props = readProps(reporter, entry.value, `the reference ${name}`, known);
  if (props === undefined) return undefined;
  const doc = readDoc(reporter, props);
  const choice = props.get("dangling")?.value;
  const dangling = choice && readChoice(reporter, choice, "dangling", ["error", "warn"]);
  const to = props.get("to")?.value;
  const by = props.get("by")?.value;
  if (to === undefined || by === undefined) {
    const missing = to === undefined ? "to" : "by";
    const fix =
      to === undefined
        ? "add to: and the entity's name"
        : "add by: and the field that holds the key";
    const fact = `the reference ${name} has no ${missing}`;
    reportMissing(reporter, props, { span: entry.key.span, fact, fix });
    return undefined;
  }
  const target = checkTarget(reporter, targets, to);
  const paths = checkPaths(reporter, root, by);
  if (target === undefined || paths === undefined || !isNamed) return undefined;
  const matched = matchKey(reporter, target, paths);
  if (matched === undefined) return undefined;
  const common = { name, ...(doc !== undefined && { doc }), to: target.name };
  return { ...common, ...matched, dangling: dangling ?? "error" };
}

interface Target {
  readonly name: string;
  readonly key: readonly FieldPath[];
}

function checkTarget(reporter: Reporter, targets: Targets, node: Node): Target | undefined {
  const text = readText(reporter, node, "to");
  if (text === undefined) return undefined;
  const name = text.text;
  const target = targets.get(name);
  if (target === undefined) {
    const fix = (): string => offer(name, [...targets.keys()], "the entities are");
    reporter.add("unknown-entity", text.span, `there is no entity "${name.slice(0, 100)}"`, fix);
    return undefined;
  }
  if (target.key === undefined) return undefined;
  if (target.key.length > 0) return { name, key: target.key };
  const fact = `${name} has no key, so nothing can refer to it`;
  reporter.add("bad-reference", text.span, fact, `give ${name} a key`);
  return undefined;
}

interface Path {
  readonly text: TextNode;
  readonly path: FieldPath<FieldType>;
}

function checkPaths(reporter: Reporter, root: PathRoot, node: Node): readonly Path[] | undefined {
  const texts = readNames(reporter, node, "by");
  if (texts === undefined || refusesRepetition(reporter, texts, "by")) return undefined;
  const paths = texts.map((text) => {
    const path = resolvePath(reporter, root, text);
    return path && { text, path };
  });
  return paths.every((path) => path !== undefined) ? paths : undefined;
}

type Matched = Pick<Reference, "by" | "each">;

function matchKey(reporter: Reporter, target: Target, paths: readonly Path[]): Matched | undefined {
  const [first] = paths;
  if (first === undefined) return undefined;
  if (paths.length !== target.key.length) {
    const key = target.key.map((path) => path.name).join(", ");
    const fact = `the key of ${target.name} has ${counted(target.key.length)}, and by names ${String(paths.length)}`;
    reporter.add("bad-reference", first.text.span, fact, `name a field for each of: ${key}`);
    return undefined;
  }
  const by = paths.map((each, index) => matchPart(reporter, target, each, index));
  if (!by.every((path) => path !== undefined)) return undefined;
  return { by, each: first.path.type.kind === "list" };
}

function counted(parts: number): string {
  return parts === 1 ? "1 part" : `${String(parts)} parts`;
}

function matchPart(
  reporter: Reporter,
  target: Target,
  { text, path }: Path,
  index: number,
): FieldPath | undefined {
  const part = target.key[index];
  if (part === undefined) return undefined;
  const isList = path.type.kind === "list" && target.key.length === 1;
  const type =
    isList && path.type.kind === "list" ? indexTypeOf(path.type.element) : indexTypeOf(path.type);
  if (type !== undefined && exactTypeText(type) === exactTypeText(part.type)) {
    return typedPath(path, type);
  }
  const fact = `${path.text} is ${exactTypeText(path.type)}, and ${target.name}.${part.name} is ${exactTypeText(part.type)}`;
  const isPartList = path.type.kind === "list" && target.key.length > 1;
  const fix = isPartList
    ? "refer by single values: a list can only refer to a key of one field"
    : "give both the same type";
  reporter.add("bad-reference", text.span, fact, fix);
  return undefined;
}
