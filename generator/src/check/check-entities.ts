/** The entities of a schema: first fields and keys of all, then what refers to them. */
import type { Entity, Field, FieldPath, Guards, Reference, View } from "../model.js";
import { propertyName } from "../names.js";
import { isNull, type Entry, type Node } from "../parse/tree.js";
import { checkFields } from "./check-fields.js";
import { checkKey } from "./check-key.js";
import { checkName } from "./check-name.js";
import { checkReferences, type Targets } from "./check-references.js";
import { checkViews } from "./check-views.js";
import { readDoc, readInteger, readProps, type Props } from "./read.js";
import type { PathRoot } from "./resolve-path.js";
import type { FileContext, Scope } from "./scope.js";

/** An entity without what needs the whole schema: the hash, and with whom it shares a version. */
export type EntityBody = Omit<Entity, "hash" | "connected">;

export interface CheckedEntity {
  readonly name: string;
  readonly entry: Entry;
  /** Whether a key is declared: a mapping, else a sequence. */
  readonly keyed: boolean;
  readonly views: readonly View[];
  readonly references: readonly Reference[];
  readonly referenceEntries: ReadonlyMap<string, Entry>;
  readonly viewEntries: ReadonlyMap<string, Entry>;
  /** Undefined when anything that others rest on is broken. */
  readonly body: EntityBody | undefined;
}

const KNOWN = ["doc", "key", "salt", "guards", "fields", "references", "views"];

/** All entities in source order. */
export function checkEntities(
  context: FileContext,
  scope: Scope,
  entries: readonly Entry[],
): readonly CheckedEntity[] {
  const drafts = withoutOutdented(context, entries).map((entry) => draftOf(context, scope, entry));
  const targets: Targets = new Map(drafts.map((draft) => [draft.root.name, draft]));
  return drafts.map((draft) => completed(context, draft, targets));
}

/** `key` and `fields` that stand beside their entity: told once, and the entity, which is empty, is left out. */
function withoutOutdented(context: FileContext, entries: readonly Entry[]): readonly Entry[] {
  const first = entries.findIndex(({ key }) => KNOWN.includes(key.text));
  const outdented = entries[first];
  if (outdented === undefined) return entries;
  const owner = entries[first - 1]?.key.text;
  const { text, span } = outdented.key;
  const fact = `${text} stands among the entities, not inside one`;
  const fix = owner === undefined ? "indent it below an entity" : `indent it below ${owner}`;
  context.reporter.add("wrong-shape", span, fact, fix);
  return entries.filter(({ key, value }) => !KNOWN.includes(key.text) && !isNull(value));
}

interface Draft {
  readonly entry: Entry;
  readonly props: Props | undefined;
  readonly root: PathRoot;
  readonly fields: readonly Field[] | undefined;
  /** Undefined when broken, empty for a sequence. */
  readonly key: readonly FieldPath[] | undefined;
}

function draftOf(context: FileContext, scope: Scope, entry: Entry): Draft {
  const { reporter } = context;
  const name = entry.key.text;
  checkName(reporter, entry.key, "entity");
  const props = readProps(reporter, entry.value, `the entity ${name}`, KNOWN);
  if (props === undefined) {
    return { entry, props, root: { name, table: new Map() }, fields: undefined, key: undefined };
  }
  const checked = checkFields(context, scope, { name, span: entry.key.span, props });
  const root = { name, table: checked.table };
  const keyNode = props.get("key")?.value;
  const keyOf = (node: Node): Draft["key"] =>
    isRooted ? checkKey(reporter, root, node) : undefined;
  // Without any field, what names fields would only repeat that there is none.
  const isRooted = checked.table.size > 0;
  const key = keyNode === undefined ? noKey(props) : keyOf(keyNode);
  return { entry, props: isRooted ? props : undefined, root, fields: checked.fields, key };
}

/** A sequence, unless the key may just be misspelt. */
function noKey(props: Props): Draft["key"] {
  return props.misspelt ? undefined : [];
}

function completed(context: FileContext, draft: Draft, targets: Targets): CheckedEntity {
  const { reporter } = context;
  const { entry, props, root, fields, key } = draft;
  const { name } = root;
  const viewsNode = props?.get("views")?.value;
  const referencesNode = props?.get("references")?.value;
  const views = checkViews(reporter, root, viewsNode);
  const references = checkReferences(reporter, root, targets, referencesNode);
  const doc = readDoc(reporter, props);
  const guards = checkGuards(context, props);
  const saltNode = props?.get("salt")?.value;
  const salt = saltNode && readInteger(reporter, saltNode, "salt", { min: 0, max: 2 ** 31 - 1 });
  const isWhole = fields !== undefined && key !== undefined;
  return {
    name,
    entry,
    keyed: key === undefined || key.length > 0,
    views,
    references,
    viewEntries: entriesOf(viewsNode),
    referenceEntries: entriesOf(referencesNode),
    body: isWhole
      ? {
          name,
          ...(doc !== undefined && { doc }),
          property: propertyName(name),
          fields,
          key,
          ...(key.length > 1 && { keyName: `${name}Key` }),
          views,
          references,
          guards,
          salt: salt ?? 0,
        }
      : undefined,
  };
}

function entriesOf(node: Entry["value"] | undefined): ReadonlyMap<string, Entry> {
  const entries = node?.kind === "map" ? node.entries : [];
  return new Map(entries.map((entry) => [entry.key.text, entry]));
}

const COUNT = { min: 0, max: 2 ** 31 - 1 };

function checkGuards({ reporter }: FileContext, props: Props | undefined): Guards {
  const node = props?.get("guards")?.value;
  const known = ["minRecords", "maxRecords", "maxShrinkPercent"];
  const guards = node && readProps(reporter, node, "guards", known);
  const read = (name: string, limits: typeof COUNT): number | undefined => {
    const value = guards?.get(name)?.value;
    return value && readInteger(reporter, value, name, limits);
  };
  const minRecords = read("minRecords", COUNT);
  const maxRecords = read("maxRecords", COUNT);
  const maxShrinkPercent = read("maxShrinkPercent", { min: 0, max: 100 });
  if (minRecords !== undefined && maxRecords !== undefined && minRecords > maxRecords) {
    const span = guards?.get("maxRecords")?.value.span ?? { start: 0, end: 1 };
    const fact = `maxRecords ${String(maxRecords)} is below minRecords ${String(minRecords)}`;
    reporter.add("bad-number", span, fact, "exchange them");
  }
  return {
    ...(minRecords !== undefined && { minRecords }),
    ...(maxRecords !== undefined && { maxRecords }),
    ...(maxShrinkPercent !== undefined && { maxShrinkPercent }),
  };
}
