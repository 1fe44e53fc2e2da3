/**
 * Binary search in records sorted by a field: shared by lists over one part and over several. Unset values
 * come last in both directions and are in no range. Each search decodes about log n records.
 */
import { compareNormal, normalOf, type Normal } from "../bytes/scalar.js";
import { describeValue } from "../codec/invalid-field.js";
import type { IndexField } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import type { TextRange } from "./views.js";

/** Says where a value lies: negative before what is looked for, positive behind it, in the list's direction. */
export type Side = (value: Normal) => number;

/** Records in the order of the field, by position. */
export interface Searched<R> {
  readonly size: number;
  recordAt(position: number): R;
}

/** All bounds that any list takes, whatever the type of its values. */
export type AnyBounds = { readonly [K in keyof TextRange]?: unknown };

export class SortSearch<R> {
  /** 1 where values ascend, -1 where they descend. */
  readonly direction: number;
  readonly #field: IndexField<R>;

  constructor(field: IndexField<R>) {
    this.#field = field;
    this.direction = field.descending === true ? -1 : 1;
  }

  /** The positions within the bounds. */
  range(list: Searched<R>, bounds: AnyBounds): { readonly start: number; readonly end: number } {
    const { gt, gte, lt, lte, prefix } = bounds;
    const [after, from] = this.direction > 0 ? [gt, gte] : [lt, lte];
    const [before, to] = this.direction > 0 ? [lt, lte] : [gt, gte];
    let start = 0;
    let end = this.unsetFrom(list);
    if (from !== undefined) start = Math.max(start, this.first(list, this.sideOf(from), 0));
    if (after !== undefined) start = Math.max(start, this.first(list, this.sideOf(after), 1));
    if (to !== undefined) end = Math.min(end, this.first(list, this.sideOf(to), 1));
    if (before !== undefined) end = Math.min(end, this.first(list, this.sideOf(before), 0));
    if (prefix !== undefined) {
      const side = this.#prefixSide(prefix);
      start = Math.max(start, this.first(list, side, 0));
      end = Math.min(end, this.first(list, side, 1));
    }
    return { start, end: Math.max(start, end) };
  }

  /** The first position whose side is at least `least`; unset values lie behind everything. */
  first(list: Searched<R>, side: Side, least: 0 | 1): number {
    let low = 0;
    let high = list.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const value = this.valueOf(list.recordAt(middle));
      if (value === undefined || side(value) >= least) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Where unset values begin; mostly there are none, which the last record shows. */
  unsetFrom(list: Searched<R>): number {
    const { size } = list;
    if (size === 0 || this.valueOf(list.recordAt(size - 1)) !== undefined) return size;
    return this.first(list, () => -1, 0);
  }

  valueOf(record: R): Normal | undefined {
    const value = this.#field.read(record);
    return value === undefined ? undefined : normalOf(this.#field.kind, value);
  }

  /** Sides of a value that a caller gave. */
  sideOf(bound: unknown): Side {
    const { kind, name } = this.#field;
    const normal = normalOf(kind, bound);
    if (normal === undefined) throw badBound(name, kind.type, bound);
    return this.sideOfNormal(normal);
  }

  sideOfNormal(normal: Normal): Side {
    return (value) => Math.sign(this.direction * compareNormal(value, normal));
  }

  #prefixSide(prefix: unknown): Side {
    const { kind, name } = this.#field;
    if (kind.type !== "string" || typeof prefix !== "string")
      throw badBound(name, kind.type, prefix);
    return (value) => {
      if (String(value).startsWith(prefix)) return 0;
      return Math.sign(this.direction * compareNormal(value, prefix));
    };
  }
}

function badBound(field: string, type: string, bound: unknown): CachedCollectionsError {
  const message = `a bound for ${field} must be a ${type}, got ${describeValue(bound)}`;
  return new CachedCollectionsError("ERR_INVALID_ARGUMENT", "", message);
}
