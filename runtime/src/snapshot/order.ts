/** The orders of records, by the values of their fields, as the producer ordered them by byte keys. */
import { compareNormal, normalOf, type Normal } from "../bytes/scalar.js";
import type { IndexField } from "../definition.js";

/** Negative when the first comes first, 0 when they are equal. */
export type Order<T> = (a: T, b: T) => number;

/** The order of records by these fields, one after the other; unset values are last in both directions. */
export function orderOf<R>(fields: readonly IndexField<R>[]): Order<R> {
  return (a, b) => {
    for (const field of fields) {
      const order = compareValues(field, field.read(a), field.read(b));
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** The order of two values of a field in its direction. */
export function compareValues<R>(field: IndexField<R>, a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  const { kind } = field;
  const order = compareNormal(normalOf(kind, a) as Normal, normalOf(kind, b) as Normal);
  return field.descending === true ? -order : order;
}
