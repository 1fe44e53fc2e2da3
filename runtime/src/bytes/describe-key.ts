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

/** What a key has to be: `{ country, adminCode }`, or `its id, of type uint32`. */
export function describeKeyShape<R>(fields: readonly IndexField<R>[]): string {
  const [only] = fields;
  if (fields.length === 1 && only) return `its ${only.name}, of type ${only.kind.type}`;
  return `{ ${fields.map(({ name }) => name).join(", ")} }`;
}

/** Which row of a loader: by its key where it has one, else by its number, from 1. */
export function describeRow<R>(
  key: readonly IndexField<R>[],
  row: unknown,
  number: number,
): string {
  const values: string[] = [];
  for (const field of key) {
    const value = propertyOf(row, field.name);
    if (value === undefined || value === null) return `row ${number + 1}`;
    values.push(`${field.name} ${describeValue(value)}`);
  }
  return values.length === 0 ? `row ${number + 1}` : `the row with ${values.join(", ")}`;
}

function propertyOf(row: unknown, name: string): unknown {
  return typeof row === "object" && row !== null ? (Reflect.get(row, name) as unknown) : undefined;
}
