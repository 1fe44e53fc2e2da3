/**
 * What snapshots must answer, worked out the plain way: arrays, sort, filter. Nothing here is shared with the
 * runtime, least of all the comparison of values.
 */
import type { IndexField, ScalarKind, ViewDefinition } from "../../runtime/src/definition.js";

/** A value as something that orders by `<`: text by the code points of its UTF-8 bytes. */
function sortable(kind: ScalarKind, value: unknown): number | bigint | string {
  if (value instanceof Date) return value.getTime();
  if (kind.type === "string") return Buffer.from(String(value)).toString("hex");
  if (kind.type === "enum") return kind.names.indexOf(String(value));
  if (kind.type === "decimal") return BigInt(String(value).replace(".", ""));
  if (kind.type === "int64" || kind.type === "uint64") return BigInt(String(value));
  if (typeof value === "number" || typeof value === "boolean") return Number(value) + 0;
  return String(value);
}

/** Orders two values of a field; unset ones are last in both directions. */
export function compareField<R>(field: IndexField<R>, a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const [left, right] = [sortable(field.kind, a), sortable(field.kind, b)];
  const order = Number(left > right) - Number(left < right);
  return field.descending === true ? -order : order;
}

/** Records in the order of these fields; stable. */
export function sortBy<R>(records: readonly R[], fields: readonly IndexField<R>[]): R[] {
  return [...records].sort((a, b) => {
    for (const field of fields) {
      const order = compareField(field, field.read(a), field.read(b));
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** A text that is the same for equal keys and no others. */
export function identity<R>(fields: readonly IndexField<R>[], values: readonly unknown[]): string {
  const parts = fields.map(({ kind }, index) => {
    const value = values[index];
    return value === undefined ? "unset" : `=${String(sortable(kind, value))}`;
  });
  return JSON.stringify(parts);
}

/** The key that a caller would give: a value, or an object by names; 0 for -0, which is the same key. */
export function keyFrom<R>(fields: readonly IndexField<R>[], values: readonly unknown[]): unknown {
  const parts = values.map((value) => (Object.is(value, -0) ? 0 : value));
  if (fields.length === 1) return parts[0];
  return Object.fromEntries(fields.map((field, index) => [field.name, parts[index]]));
}

/** One group of a view, or one key of a unique view. */
export interface PlainGroup<R> {
  readonly key: unknown;
  readonly values: readonly unknown[];
  /** In the view's order, not cut. */
  readonly records: R[];
}

/** The groups of a view in the order of their keys, made from records in key order. */
export function groupsOf<R>(
  view: ViewDefinition<R> & { readonly view: "group" | "unique" },
  records: readonly R[],
): PlainGroup<R>[] {
  const groups = new Map<string, PlainGroup<R>>();
  const file = (values: readonly unknown[], record: R): void => {
    const id = identity(view.by, values);
    const group = groups.get(id) ?? { key: keyFrom(view.by, values), values, records: [] };
    groups.set(id, group);
    if (!group.records.includes(record)) group.records.push(record);
  };
  for (const record of sortBy(matching(view, records), view.sort)) {
    if (view.view === "group" && view.each !== undefined) {
      for (const element of view.each(record)) file([element], record);
    } else
      file(
        view.by.map((field) => field.read(record)),
        record,
      );
  }
  const found = [...groups.values()];
  return view.by.reduceRight((ordered, field, index) => {
    return [...ordered].sort((a, b) => compareField(field, a.values[index], b.values[index]));
  }, found);
}

/** The records that a view is about. */
export function matching<R>(view: ViewDefinition<R>, records: readonly R[]): readonly R[] {
  return records.filter((record) => view.where === undefined || view.where(record));
}

/** Rows without those whose key came before. */
export function withoutDuplicates<R>(key: readonly IndexField<R>[], rows: readonly R[]): R[] {
  if (key.length === 0) return [...rows];
  const byKey = new Map<string, R>();
  for (const row of rows) {
    const id = identity(
      key,
      key.map((field) => field.read(row)),
    );
    if (!byKey.has(id)) byKey.set(id, row);
  }
  return [...byKey.values()];
}

/** Whether two records of these have the same value in a unique view that refuses that. */
export function hasDuplicates<R>(view: ViewDefinition<R>, records: readonly R[]): boolean {
  if (view.view !== "unique" || view.duplicates !== "error") return false;
  return groupsOf(view, records).some(
    ({ values, records }) => records.length > 1 && !values.includes(undefined),
  );
}
