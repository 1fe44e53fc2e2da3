/**
 * What a key is made of: how it is hashed, compared with a record, and made from one. A key of one component
 * is its value; of several, an object by their names. Lookups make no garbage for text and integers.
 */
import { addPart, finishHash, hashSingle, startHash } from "../bytes/hash.js";
import { normalOf, sameNormal } from "../bytes/scalar.js";
import type { IndexField, ScalarKind } from "../definition.js";

/** The value that a key has for one of its components. */
export function componentOf<R>(
  fields: readonly IndexField<R>[],
  key: unknown,
  index: number,
): unknown {
  if (fields.length === 1) return key;
  const name = fields[index]?.name;
  if (name === undefined || typeof key !== "object" || key === null) return undefined;
  return (key as Readonly<Record<string, unknown>>)[name];
}

/** The hash of a key that a caller gave; any number for what is no key at all. */
export function hashOf<R>(fields: readonly IndexField<R>[], key: unknown, seed: number): number {
  const only = fields[0];
  if (fields.length === 1 && only !== undefined) {
    return hashSingle(only.kind, normalOf(only.kind, key), seed);
  }
  let state = startHash(seed);
  for (let i = 0; i < fields.length; i++) {
    const { kind } = fields[i] as IndexField<R>;
    state = addPart(state, kind, normalOf(kind, componentOf(fields, key, i)));
  }
  return finishHash(state);
}

/** Whether a record's values are a key's. */
export function matches<R>(fields: readonly IndexField<R>[], record: R, key: unknown): boolean {
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as IndexField<R>;
    const given = fields.length === 1 ? key : componentOf(fields, key, i);
    if (!sameValue(field.kind, field.read(record), given)) return false;
  }
  return fields.length < 2 || (typeof key === "object" && key !== null);
}

/** Whether two values of a kind are the same key. */
export function sameValue(kind: ScalarKind, stored: unknown, given: unknown): boolean {
  if (stored === given) return true;
  if (kind.type === "string" || stored === undefined || given === undefined) return false;
  const normal = normalOf(kind, given);
  return normal !== undefined && sameNormal(normalOf(kind, stored), normal);
}

/** The key of a record. */
export function keyOf<R>(fields: readonly IndexField<R>[], record: R): unknown {
  const only = fields[0];
  if (fields.length === 1 && only !== undefined) return shownKey(only.read(record));
  const key: Record<string, unknown> = {};
  for (const field of fields) key[field.name] = shownKey(field.read(record));
  return Object.freeze(key);
}

/** A value as keys show it: records with 0 and -0 have one key, which is 0, as in a Map. */
export function shownKey(value: unknown): unknown {
  return value === 0 ? 0 : value;
}
