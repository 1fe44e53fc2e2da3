/**
 * The schema hash of an entity: its version. The canonical text holds all that decides the bytes of a segment
 * and what they mean, and nothing else; docs/schema.md describes it line by line. Changing the text for schemas
 * that exist makes every deploy load again: raise nothing here without need.
 */
import { createHash } from "node:crypto";
import { exactTypeText } from "./check/type-text.js";
import { literalText } from "./check/literal.js";
import type {
  Condition,
  Enum,
  Entity,
  Field,
  FieldType,
  Reference,
  SortField,
  ValueType,
  View,
} from "./model.js";

/** The segment format that the hash stands for; the runtime has the same number. */
export const FORMAT = 1;

/** An entity as far as its hash needs it. */
export type HashedEntity = Omit<Entity, "hash" | "connected">;

/** The first 16 hexadecimal digits of SHA-256 over the canonical text in UTF-8. */
export function schemaHash(text: string): string {
  return sha256(text).slice(0, 16);
}

/** Gives the canonical text of any of a schema's entities by name. */
export function canonicalTextOf(entities: readonly HashedEntity[]): (name: string) => string {
  const own = new Map(entities.map((entity) => [entity.name, ownText(entity)]));
  const lines = new Map(
    [...own].map(([name, text]) => [name, `connected ${name} ${sha256(text)}\n`]),
  );
  const groups = connectedGroups(entities);
  return (name) => {
    const others = (groups.get(name) ?? []).filter((other) => other !== name);
    return (own.get(name) ?? "") + others.map((other) => lines.get(other) ?? "").join("");
  };
}

/** By entity, the names of those that references connect with it in either direction, itself included, sorted. */
export function connectedGroups(
  entities: readonly Pick<Entity, "name" | "references">[],
): ReadonlyMap<string, readonly string[]> {
  const neighbours = new Map(entities.map(({ name }) => [name, new Set<string>()]));
  for (const { name, references } of entities) {
    for (const { to } of references) {
      neighbours.get(name)?.add(to);
      neighbours.get(to)?.add(name);
    }
  }
  const groups = new Map<string, readonly string[]>();
  for (const { name } of entities) {
    if (groups.has(name)) continue;
    const group = reachable(name, neighbours);
    for (const member of group) groups.set(member, group);
  }
  return groups;
}

function reachable(
  start: string,
  neighbours: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const found = new Set([start]);
  // A set grows while it is walked.
  for (const name of found) for (const next of neighbours.get(name) ?? []) found.add(next);
  return [...found].sort();
}

function ownText(entity: HashedEntity): string {
  const { enums, types } = reachableTypes(entity.fields);
  const references = [...entity.references].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = [
    `cached-collections ${String(FORMAT)}`,
    `entity ${entity.name}`,
    `key ${entity.key.map((path) => path.text).join(" ")}`.trimEnd(),
    `salt ${String(entity.salt)}`,
    ...entity.fields.map(fieldLine),
    ...entity.views.flatMap(viewLines),
    ...references.map(referenceLine),
    ...enums.flatMap(enumLines),
    ...types.flatMap(typeLines),
  ];
  return `${lines.join("\n")}\n`;
}

function fieldLine(field: Field): string {
  const value = field.default === undefined ? "" : ` default ${literalText(field.default)}`;
  const mark = field.optional ? "?" : "";
  return `field ${String(field.number)} ${field.name}: ${exactTypeText(field.type)}${mark}${value}`;
}

function viewLines(view: View): readonly string[] {
  const by = view.view === "sorted" ? "" : ` by ${view.by.map((path) => path.text).join(" ")}`;
  const lines = [`view ${view.view} ${view.name}${by}`];
  if (view.sort.length > 0) lines.push(`  sort ${view.sort.map(sortText).join(" ")}`);
  if (view.view === "unique") lines.push(`  duplicates ${view.duplicates}`);
  else if (view.limit !== undefined) lines.push(`  limit ${String(view.limit)}`);
  return [...lines, ...view.where.map(conditionLine).sort()];
}

function sortText(field: SortField): string {
  return (field.descending ? "-" : "") + field.text;
}

/** All conditions must hold, and any value of a list may: their order means nothing. */
function conditionLine(condition: Condition): string {
  const start = `  where ${condition.path.text} ${condition.test}`;
  if (condition.test === "exists") return `${start} ${String(condition.exists)}`;
  if ("value" in condition) return `${start} ${literalText(condition.value)}`;
  return `${start} ${condition.values.map(literalText).sort().join(" ")}`;
}

function referenceLine({ name, to, by, dangling }: Reference): string {
  return `reference ${name} to ${to} by ${by.map((path) => path.text).join(" ")} dangling ${dangling}`;
}

function enumLines({ name, values }: Enum): readonly string[] {
  return [
    `enum ${name}`,
    ...values.map((value) => `  value ${String(value.number)} ${value.name}`),
  ];
}

function typeLines({ name, fields }: ValueType): readonly string[] {
  return [`type ${name}`].concat(fields.map((field) => `  ${fieldLine(field)}`));
}

interface Reachable {
  readonly enums: readonly Enum[];
  readonly types: readonly ValueType[];
}

/** The enums and value types that the fields use, directly or not, each sorted by name. */
function reachableTypes(fields: readonly Field[]): Reachable {
  const enums = new Map<string, Enum>();
  const types = new Map<string, ValueType>();
  const visit = (type: FieldType): void => {
    if (type.kind === "list") visit(type.element);
    else if (type.kind === "map") visit(type.value);
    else if (type.kind === "enum") enums.set(type.enum.name, type.enum);
    else if (type.kind === "message" && !types.has(type.type.name)) {
      types.set(type.type.name, type.type);
      for (const field of type.type.fields) visit(field.type);
    }
  };
  for (const field of fields) visit(field.type);
  return { enums: byName(enums), types: byName(types) };
}

function byName<T>(found: ReadonlyMap<string, T>): readonly T[] {
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
