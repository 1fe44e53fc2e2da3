/** How messages name keys: the value alone, or the components by name. */
import { describeValue } from "../codec/invalid-field.js";
import type { IndexField } from "../definition.js";

/** The key of a record: `2988507`, or `country "FR", adminCode "11"`. */
export function describeKey<R>(fields: readonly IndexField<R>[], record: R): string {
  const [only] = fields;
  if (fields.length === 1 && only) return describeValue(only.read(record));
  return fields.map((field) => `${field.name} ${describeValue(field.read(record))}`).join(", ");
}

/** A key as a caller gave it, which may be anything. */
export function describeGivenKey<R>(fields: readonly IndexField<R>[], key: unknown): string {
  if (fields.length === 1 || typeof key !== "object" || key === null) return describeValue(key);
  const parts = fields.map(
    (field) => `${field.name} ${describeValue(Reflect.get(key, field.name))}`,
  );
  return parts.join(", ");
}
