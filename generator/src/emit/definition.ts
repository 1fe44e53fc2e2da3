/** The constant that describes an entity to the runtime: EntityDefinition in runtime/src/definition.ts. */
import type {
  Entity,
  FieldPath,
  FieldType,
  Guards,
  Reference,
  Schema,
  SortField,
  View,
} from "../model.js";
import { access, accessSet, unsetTests } from "./access.js";
import { array, arrow, arrowChoice, object, type Code } from "./layout.js";
import type { Constants } from "./names.js";
import { numberText } from "./number-text.js";
import { scalarKind } from "./type-text.js";
import { whereArrow } from "./where.js";

/** The properties of the constant, in the order in which they are printed. */
export function definitionProperties(
  schema: Schema,
  entity: Entity,
  constants: Constants,
): Readonly<Record<string, Code | undefined>> {
  const { name, hash, guards } = entity;
  return {
    format: "1",
    package: JSON.stringify(schema.package),
    entity: JSON.stringify(name),
    hash: JSON.stringify(hash),
    fields: `${constants.fields(name)}.names`,
    key: array(entity.key.map((path) => indexField(path))),
    views: array(entity.views.map(viewDefinition)),
    references: array(
      entity.references.map((reference) => referenceDefinition(schema, reference, constants)),
    ),
    guards: Object.keys(guards).length === 0 ? undefined : guardsObject(guards),
    encode: `encode${name}`,
    decode: `decode${name}`,
  };
}

function indexField(path: FieldPath, descending = false): Code {
  return object({
    name: JSON.stringify(path.name),
    kind: object(scalarKind(path.type)),
    read: arrow("record", [access(path)]),
    descending: descending ? "true" : undefined,
  });
}

function sortFields(sort: readonly SortField[]): Code {
  return array(sort.map((path) => indexField(path, path.descending)));
}

function viewDefinition(view: View): Code {
  const { name, sort } = view;
  const common = { view: JSON.stringify(view.view), name: JSON.stringify(name) };
  const where = whereArrow(view.where);
  if (view.view === "sorted") {
    return object({ ...common, where, sort: sortFields(sort), limit: limitText(view.limit) });
  }
  const by = array(view.by.map((path) => indexField(path)));
  if (view.view === "unique") {
    const duplicates = JSON.stringify(view.duplicates);
    return object({ ...common, by, where, sort: sortFields(sort), duplicates });
  }
  const each = view.each ? eachArrow(view.by) : undefined;
  return object({
    ...common,
    by,
    each,
    where,
    sort: sortFields(sort),
    limit: limitText(view.limit),
  });
}

function limitText(limit: number | undefined): string | undefined {
  return limit === undefined ? undefined : numberText(limit);
}

/** The list itself; a list is never unset, but what holds it may be. */
function eachArrow([path]: readonly FieldPath<FieldType>[]): Code {
  if (path === undefined) return arrow("", ["[]"]);
  return arrow("record", [path.optional ? `${access(path)} ?? []` : access(path)]);
}

function referenceDefinition(schema: Schema, reference: Reference, constants: Constants): Code {
  return object({
    name: JSON.stringify(reference.name),
    to: JSON.stringify(reference.to),
    target: `() => ${constants.definition(reference.to)}`,
    keys: referenceKeys(schema, reference),
    dangling: JSON.stringify(reference.dangling),
  });
}

function referenceKeys(schema: Schema, reference: Reference): Code {
  const { by, each } = reference;
  if (each) return eachArrow(by);
  const key = referenceKey(schema, reference);
  const unset = unsetTests(by);
  if (unset.length === 0) return arrow("record", [`[${key}]`]);
  return arrowChoice("record", unset.join(" || "), "[]", `[${key}]`);
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
