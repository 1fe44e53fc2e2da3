/**
 * Binary search in records sorted by a field: shared by lists over one part and over several. Unset values
 * come last in both directions and are in no range. Each search decodes about log n records.
 */
import { compareNormal, normalOf, type Normal } from "../bytes/scalar.js";
import { compareText } from "../codec/compare-text.js";
import { describeValue } from "../codec/invalid-field.js";
import type { IndexField } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import type { TextRange } from "./views.js";

/** Says where a record's value lies: negative before what is looked for, positive behind it, in the list's direction. */
export type Side = (value: unknown) => number;

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
    const { prefix } = bounds;
    const isForward = this.direction > 0;
    const from = isForward ? bounds.gte : bounds.lte;
    const after = isForward ? bounds.gt : bounds.lt;
    const to = isForward ? bounds.lte : bounds.gte;
    const before = isForward ? bounds.lt : bounds.gt;
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
    const field = this.#field;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const value = field.read(list.recordAt(middle));
      const order = value === undefined ? 1 : side(value);
      if (order > 0 || (order === 0 && least === 0)) high = middle;
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
    const { kind } = this.#field;
    const isForward = this.direction > 0;
    // What lists are mostly sorted by is in normal form as it is: this runs for every record that is looked at.
    if (kind.type === "string" && typeof normal === "string")
      return isForward
        ? (value) => compareText(value as string, normal)
        : (value) => compareText(normal, value as string);
    if ((kind.type === "uint32" || kind.type === "int32") && typeof normal === "number")
      return isForward
        ? (value) => (value as number) - normal
        : (value) => normal - (value as number);
    return (value) => this.direction * compareNormal(normalOf(kind, value) as Normal, normal);
  }

  #prefixSide(prefix: unknown): Side {
    const { kind, name } = this.#field;
    if (kind.type !== "string" || typeof prefix !== "string")
      throw badBound(name, kind.type, prefix);
    return (value) => {
      const text = value as string;
      return text.startsWith(prefix) ? 0 : this.direction * compareText(text, prefix);
    };
  }
}

function badBound(field: string, type: string, bound: unknown): CachedCollectionsError {
  const form = type === "decimal" || type === "date" ? `${type} as text` : type;
  const message = `a bound for ${field} must be a ${form}, got ${describeValue(bound)}`;
  return new CachedCollectionsError("ERR_INVALID_ARGUMENT", "", message);
}
