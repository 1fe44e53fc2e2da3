/** Names that generated code derives from a schema's names, where two become one. */
import {
  entityNames,
  propertyName,
  protoSpelling,
  protoValueName,
  schemaNames,
  typeNames,
} from "../names.js";
import type { Reporter } from "../parse/reporter.js";
import type { Entry } from "../parse/tree.js";
import type { CheckedEntity } from "./check-entities.js";
import { RESERVED_PROPERTIES } from "./reserved.js";

export interface Declaration {
  readonly reporter: Reporter;
  readonly entry: Entry;
  readonly kind: "enum" | "value type";
  /** The names of an enum's values. */
  readonly values: readonly string[];
}

export interface Declared {
  /** The schema's name in PascalCase. */
  readonly schema: string;
  readonly reporter: Reporter;
  readonly types: readonly Declaration[];
  readonly entities: readonly CheckedEntity[];
}

export function refuseClashes(declared: Declared): void {
  refuseTopLevel(declared);
  refuseProperties(declared);
  refuseProtoValues(declared.types);
  for (const entity of declared.entities) refuseMembers(declared.reporter, entity);
}

function refuseTopLevel({ schema, reporter, types, entities }: Declared): void {
  const taken = new Map(schemaNames(schema).map((name) => [name, "the data set of this package"]));
  for (const type of types) {
    const { text } = type.entry.key;
    const names = type.kind === "enum" ? [text] : typeNames(text);
    take(taken, names, { ...type, owner: `the ${type.kind} ${text}` });
  }
  for (const entity of entities) {
    const { name, entry } = entity;
    const keys = entity.views.flatMap((view) => ("keyName" in view ? [view.keyName ?? ""] : []));
    const names = [...entityNames(schema, name, entity.keyed), ...keys.filter((key) => key !== "")];
    take(taken, names, { reporter, entry, owner: `the entity ${name}` });
  }
}

interface Taker {
  readonly reporter: Reporter;
  readonly entry: Entry;
  readonly owner: string;
}

function take(taken: Map<string, string>, names: readonly string[], taker: Taker): void {
  const clash = names.find((name) => taken.has(name));
  for (const name of names) if (!taken.has(name)) taken.set(name, taker.owner);
  if (clash === undefined) return;
  const other = taken.get(clash) ?? "";
  const fact =
    other === taker.owner
      ? `${other} is declared in another file too`
      : `${taker.owner} and ${other} both give ${clash} to the generated code`;
  taker.reporter.add("name-clash", taker.entry.key.span, fact, "rename one of them");
}

function refuseProperties({ reporter, entities }: Declared): void {
  const taken = new Map<string, string>();
  for (const { name, entry } of entities) {
    if (!/^[A-Z]/.test(name)) continue;
    const property = propertyName(name);
    const other = taken.get(property);
    taken.set(property, other ?? name);
    if (RESERVED_PROPERTIES.has(property)) {
      const fact = `${name} would be the property ${property} of the data set, which keeps this name for itself`;
      reporter.add("reserved-name", entry.key.span, fact, "choose another name");
    } else if (other !== undefined) {
      const fact = `${other} and ${name} would both be the property ${property} of the data set`;
      reporter.add("name-clash", entry.key.span, fact, "rename one of them");
    }
  }
}

/** In a .proto the values of all enums of a package share one name space. */
function refuseProtoValues(types: readonly Declaration[]): void {
  const taken = new Map<string, string>();
  for (const { reporter, entry, kind, values } of types) {
    if (kind !== "enum") continue;
    const name = entry.key.text;
    for (const value of ["UNSPECIFIED", ...values]) {
      const protoName = protoValueName(name, value);
      const other = taken.get(protoName) ?? name;
      taken.set(protoName, other);
      if (other === name) continue;
      const fact = `the enums ${other} and ${name} both have ${protoName} in the .proto`;
      reporter.add("name-clash", entry.key.span, fact, "rename one of the enums");
    }
  }
}

/** Views and references of an entity are members of one snapshot; views name fields of its segment too. */
function refuseMembers(reporter: Reporter, entity: CheckedEntity): void {
  for (const [name, entry] of entity.referenceEntries) {
    if (!entity.viewEntries.has(name)) continue;
    const fact = `${entity.name} has both a view and a reference called ${name}`;
    reporter.add("name-clash", entry.key.span, fact, "rename one of them");
  }
  const spellings = new Map<string, string>();
  for (const [name, entry] of entity.viewEntries) {
    const other = spellings.get(protoSpelling(name));
    if (other === undefined) {
      spellings.set(protoSpelling(name), name);
      continue;
    }
    const fact = `the views ${other} and ${name} become one name in the .proto`;
    reporter.add("name-clash", entry.key.span, fact, "rename one of them");
  }
}
