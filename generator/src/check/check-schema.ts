/** The loaded files of a schema -> its checked parts. */
import type { Enum, Schema, ValueType } from "../model.js";
import { pascalCase } from "../names.js";
import type { Reporter } from "../parse/reporter.js";
import { isNull, type Entry, type Node } from "../parse/tree.js";
import { refuseClashes, type Declaration } from "./check-clashes.js";
import { checkEntities, type CheckedEntity, type EntityBody } from "./check-entities.js";
import { checkName } from "./check-name.js";
import { checkEnum, resolveValueType } from "./check-types.js";
import type { Loaded, LoadedFile } from "./load-files.js";
import { readDoc, readMap, readText, reportMissing, shorten, type Props } from "./read.js";
import type { DeclaredType, Scope } from "./scope.js";

export type SchemaBody = Omit<Schema, "entities"> & { readonly entities: readonly EntityBody[] };

/** Checks everything; undefined when something is wrong, or when the file only declares types for others. */
export function checkSchema({ files, lacksImports }: Loaded): SchemaBody | undefined {
  const root = files.at(-1);
  if (root === undefined) return undefined;
  const { reporter } = root.context;
  const members = membersOf(reporter, root.props, "entities");
  const names = new Set(members.map(({ key }) => key.text));
  const scope = newScope(names, lacksImports);
  const docs = files.map(({ context, props }) => readDoc(context.reporter, props));
  const types = files.flatMap((file) => declareTypes(scope, file));
  resolveAll(scope);
  const isShared = isSharedFile(root.props);
  const packageName = isShared ? undefined : checkPackage(reporter, root.props);
  const entities = isShared ? [] : checkRootEntities(root, scope, members);
  const schema = pascalCase(packageName ?? "");
  refuseClashes({ schema, reporter, types, entities });
  if (packageName === undefined || files.some((file) => file.context.reporter.failed))
    return undefined;
  return bodyOf(root, scope, { packageName, schema, entities, doc: docs.at(-1) });
}

function newScope(entities: ReadonlySet<string>, lacksImports: boolean): Scope {
  const scope: Scope = {
    enums: new Map(),
    types: new Map(),
    entities,
    lacksImports,
    openTypes: 0,
    valueType: (declared, onCycle) => resolveValueType(scope, declared, onCycle),
  };
  return scope;
}

/** A file with types only, for other schemas to import. */
function isSharedFile(props: Props | undefined): boolean {
  return props === undefined || !(props.has("package") || props.has("entities") || isEmpty(props));
}

function isEmpty(props: Props): boolean {
  return !props.has("types") && !props.has("enums") && !props.has("imports");
}

function membersOf(reporter: Reporter, props: Props | undefined, name: string): readonly Entry[] {
  const node: Node | undefined = props?.get(name)?.value;
  // Its members may stand beside it, where they were refused.
  if (node !== undefined && isNull(node) && props?.misspelt === true) return [];
  return (node && readMap(reporter, node, name, "{ Name: ... }"))?.entries ?? [];
}

function declareTypes(scope: Scope, { context, props }: LoadedFile): readonly Declaration[] {
  const { reporter } = context;
  const enums = membersOf(reporter, props, "enums").map((entry): Declaration => {
    const isNamed = checkName(reporter, entry.key, "enum");
    const checked = checkEnum(context, entry.key, entry.value);
    if (!scope.enums.has(entry.key.text)) {
      scope.enums.set(entry.key.text, isNamed ? checked : undefined);
    }
    const values = checked?.values.map((value) => value.name) ?? [];
    return { reporter, entry, kind: "enum", values };
  });
  const types = membersOf(reporter, props, "types").map((entry): Declaration => {
    const isNamed = checkName(reporter, entry.key, "value type");
    const { text: name, span } = entry.key;
    const node: Node = isNamed ? entry.value : { kind: "broken", span };
    const waiting = { state: "waiting", type: undefined, depth: 0 } as const;
    const declared: DeclaredType = { name, node, span, context, ...waiting };
    if (!scope.types.has(name)) scope.types.set(name, declared);
    return { reporter, entry, kind: "value type", values: [] };
  });
  return [...enums, ...types];
}

/** Also those that no field uses, so that their errors are found. */
function resolveAll(scope: Scope): void {
  for (const declared of scope.types.values()) {
    if (declared.state === "waiting") scope.valueType(declared, () => undefined);
  }
}

function checkPackage(reporter: Reporter, props: Props | undefined): string | undefined {
  const node = props?.get("package")?.value;
  if (node === undefined) {
    const fact = "the schema has no package";
    const fix = "begin with package: and a name, like package: geo";
    reportMissing(reporter, props, { span: { start: 0, end: 1 }, fact, fix });
    return undefined;
  }
  const text = readText(reporter, node, "package");
  if (text === undefined) return undefined;
  if (text.text.split(".").includes("google")) {
    const fact =
      "google cannot be a part of the package: protobuf's own types are in google.protobuf";
    reporter.add("reserved-name", text.span, fact, "choose another name");
    return undefined;
  }
  if (/^(?=.{1,100}$)[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/.test(text.text)) return text.text;
  const fact = `"${shorten(text.text)}" cannot be a package`;
  const fix = "use small letters, digits and _, in parts with dots: geo, acme.shop";
  reporter.add("bad-name", text.span, fact, fix);
  return undefined;
}

function checkRootEntities(
  { context, props }: LoadedFile,
  scope: Scope,
  entries: readonly Entry[],
): readonly CheckedEntity[] {
  const node = props?.get("entities");
  if (node === undefined) {
    const fix = "add entities: with at least one";
    const fact = "the schema has no entities";
    reportMissing(context.reporter, props, { span: { start: 0, end: 1 }, fact, fix });
  } else if (node.value.kind === "map" && entries.length === 0) {
    context.reporter.add(
      "empty",
      node.value.span,
      "the schema has no entities",
      "add at least one",
    );
  }
  return checkEntities(context, scope, entries);
}

interface Names {
  readonly packageName: string;
  readonly schema: string;
  readonly entities: readonly CheckedEntity[];
  readonly doc: string | undefined;
}

function bodyOf(root: LoadedFile, scope: Scope, names: Names): SchemaBody {
  const { reporter } = root.context;
  const { doc } = names;
  const types = [...scope.types.values()].map((declared) => declared.type);
  return {
    path: reporter.file.path,
    package: names.packageName,
    name: names.schema,
    ...(doc !== undefined && { doc }),
    enums: [...scope.enums.values()].filter((each): each is Enum => each !== undefined),
    types: types.filter((each): each is ValueType => each !== undefined),
    entities: names.entities.flatMap(({ body }) => body ?? []),
  };
}
