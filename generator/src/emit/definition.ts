/**
 * What describes an entity to the runtime: EntityDefinition in runtime/src/definition.ts. It stands in a function
 * of its own: the compiler looks for what each `cc` in a module's constants may be in all constants before it,
 * which takes seconds for a thousand entities; in a function it looks no further than the function.
 */
import type {
  Entity,
  FieldPath,
  FieldType,
  Guards,
  IndexType,
  Reference,
  Schema,
  SortField,
  View,
} from "../model.js";
import { access, accessSet, unsetTests } from "./access.js";
import { array, arrow, arrowChoice, call, object, type Code } from "./layout.js";
import { numberText } from "./number-text.js";
import { scalarKind } from "./type-text.js";
import { whereArrow } from "./where.js";

/** The properties of the definition, in the order in which they are printed. */
export function definitionObject(schema: Schema, entity: Entity): Code {
  const { name, hash, fields, guards, views, references } = entity;
  const names = array(fields.map((field) => JSON.stringify(field.name)));
  return object({
    format: "1",
    package: JSON.stringify(schema.package),
    entity: JSON.stringify(name),
    hash: JSON.stringify(hash),
    fields: call("new cc.FieldNames", [names]),
    key: array(entity.key.map((path) => indexField(name, path))),
    views: array(views.map((view) => viewDefinition(name, view))),
    references: array(references.map((reference) => referenceDefinition(schema, name, reference))),
    guards: Object.keys(guards).length === 0 ? undefined : guardsObject(guards),
    encode: `encode${name}`,
    decode: `decode${name}`,
  });
}

/** Where the definition is found. */
export function definitionOf(entity: string): string {
  return `${entity}Snapshot.definition`;
}

/** The parameter of functions that take an entity's record. */
function recordOf(entity: string): string {
  return `record: ${entity}`;
}

function indexField(entity: string, path: FieldPath, descending = false): Code {
  const { name, type } = path;
  const read = arrow(recordOf(entity), [access(path)]);
  const order = descending ? [JSON.stringify("descending")] : [];
  return call("cc.field", [JSON.stringify(name), kindOf(type), read, ...order]);
}

/** A type that says all by its name is that. */
function kindOf(type: IndexType): Code {
  const kind = scalarKind(type);
  return Object.keys(kind).length === 1 ? (kind["type"] ?? "") : object(kind);
}

function sortFields(entity: string, sort: readonly SortField[]): Code {
  return array(sort.map((path) => indexField(entity, path, path.descending)));
}

function viewDefinition(entity: string, view: View): Code {
  const isKeyed = view.view !== "sorted";
  const each = view.view === "group" && view.each;
  const properties = {
    name: JSON.stringify(view.name),
    by: isKeyed ? array(view.by.map((path) => indexField(entity, path))) : undefined,
    each: each ? eachArrow(entity, view.by) : undefined,
    where: whereArrow(recordOf(entity), view.where),
    sort: sortFields(entity, view.sort),
    limit: "limit" in view && view.limit !== undefined ? numberText(view.limit) : undefined,
    duplicates: view.view === "unique" ? JSON.stringify(view.duplicates) : undefined,
  };
  return call(`cc.${view.view}`, [object(properties)]);
}

/** The list itself; a list is never unset, but what holds it may be. */
function eachArrow(entity: string, [path]: readonly FieldPath<FieldType>[]): Code {
  if (path === undefined) return arrow("", ["[]"]);
  return arrow(recordOf(entity), [path.optional ? `${access(path)} ?? []` : access(path)]);
}

function referenceDefinition(schema: Schema, entity: string, reference: Reference): Code {
  return object({
    name: JSON.stringify(reference.name),
    to: JSON.stringify(reference.to),
    target: `() => ${definitionOf(reference.to)}`,
    keys: referenceKeys(schema, entity, reference),
    dangling: JSON.stringify(reference.dangling),
  });
}

function referenceKeys(schema: Schema, entity: string, reference: Reference): Code {
  const { by, each } = reference;
  if (each) return eachArrow(entity, by);
  const key = referenceKey(schema, reference);
  const unset = unsetTests(by);
  const parameter = recordOf(entity);
  if (unset.length === 0) return arrow(parameter, [`[${key}]`]);
  return arrowChoice(parameter, unset.join(" || "), "[]", `[${key}]`);
}

/** The key a reference leads to, once all of its fields are known to be set. */
export function referenceKey(schema: Schema, { to, by }: Reference): string {
  const target = schema.entities.find(({ name }) => name === to);
  if (by.length === 1) return by.map((path) => accessSet(path)).join("");
  const components = by.map((path, i) => {
    return `${target?.key[i]?.name ?? path.name}: ${accessSet(path)}`;
  });
  return `{ ${components.join(", ")} }`;
}

function guardsObject(guards: Guards): Code {
  const entries = Object.entries(guards) as [string, number][];
  return object(Object.fromEntries(entries.map(([name, value]) => [name, numberText(value)])));
}
