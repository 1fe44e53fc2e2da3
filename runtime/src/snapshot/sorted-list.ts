/**
 * A list sorted by at least one field: ranges and neighbours by binary search over the first one, decoding
 * the records that it touches (about 2 log n). Unset values come last in both directions and are in no range.
 */
import { compareNormal, normalOf, type Normal } from "../bytes/scalar.js";
import { describeValue } from "../codec/invalid-field.js";
import type { IndexField } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { OrdinalList, type Stretch } from "./record-list.js";
import type { Records } from "./records.js";
import type { Range, SortedList, TextRange } from "./views.js";

/** Says where a value lies: negative before what is looked for, positive behind it, in the list's direction. */
type Side = (value: Normal) => number;

export class SortedOrdinalList<R extends object, S, B extends Range<S> = Range<S>>
  extends OrdinalList<R>
  implements SortedList<R, S, B>
{
  readonly #field: IndexField<R>;
  readonly #direction: number;

  constructor(records: Records<R>, stretch: Stretch, field: IndexField<R>) {
    super(records, stretch);
    this.#field = field;
    this.#direction = field.descending === true ? -1 : 1;
  }

  range(bounds: B): SortedList<R, S, B> {
    const { gt, gte, lt, lte, prefix }: TextBounds = bounds;
    const [after, from] = this.#direction > 0 ? [gt, gte] : [lt, lte];
    const [before, to] = this.#direction > 0 ? [lt, lte] : [gt, gte];
    let start = 0;
    let end = this.#unsetFrom();
    if (from !== undefined) start = Math.max(start, this.#first(this.#sideOf(from), 0));
    if (after !== undefined) start = Math.max(start, this.#first(this.#sideOf(after), 1));
    if (to !== undefined) end = Math.min(end, this.#first(this.#sideOf(to), 1));
    if (before !== undefined) end = Math.min(end, this.#first(this.#sideOf(before), 0));
    if (prefix !== undefined) {
      const side = this.#prefixSide(prefix);
      start = Math.max(start, this.#first(side, 0));
      end = Math.min(end, this.#first(side, 1));
    }
    return this.#part(start, Math.max(start, end));
  }

  floor(value: S): R | undefined {
    return this.#direction > 0 ? this.#before(value) : this.#from(value);
  }

  ceiling(value: S): R | undefined {
    return this.#direction > 0 ? this.#from(value) : this.#before(value);
  }

  /** The first record at the value or behind it. */
  #from(value: S): R | undefined {
    const position = this.#first(this.#sideOf(value), 0);
    return position < this.#unsetFrom() ? this.at(position) : undefined;
  }

  /** The first record with the last value that is at the given one or before it. */
  #before(value: S): R | undefined {
    const position = this.#first(this.#sideOf(value), 1);
    if (position === 0) return undefined;
    const nearest = this.#valueAt(position - 1);
    if (nearest === undefined) return undefined;
    return this.at(this.#first((other) => this.#direction * compareNormal(other, nearest), 0));
  }

  #part(start: number, end: number): SortedList<R, S, B> {
    const offset = this.stretch.start;
    const { ordinals } = this.stretch;
    const stretch = { ordinals, start: offset + start, end: offset + end };
    return new SortedOrdinalList(this.records, stretch, this.#field);
  }

  /** The first position whose side is at least `least`; unset values lie behind everything. */
  #first(side: Side, least: 0 | 1): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const value = this.#valueAt(middle);
      if (value === undefined || side(value) >= least) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Where unset values begin; mostly there are none, which the last record shows. */
  #unsetFrom(): number {
    if (this.size === 0 || this.#valueAt(this.size - 1) !== undefined) return this.size;
    return this.#first(() => -1, 0);
  }

  #valueAt(position: number): Normal | undefined {
    const value = this.#field.read(this.records.get(this.ordinal(position)));
    return value === undefined ? undefined : normalOf(this.#field.kind, value);
  }

  #sideOf(bound: unknown): Side {
    const { kind, name } = this.#field;
    const normal = normalOf(kind, bound);
    if (normal === undefined) throw badBound(name, kind.type, bound);
    return (value) => Math.sign(this.#direction * compareNormal(value, normal));
  }

  #prefixSide(prefix: unknown): Side {
    const { kind, name } = this.#field;
    if (kind.type !== "string" || typeof prefix !== "string")
      throw badBound(name, kind.type, prefix);
    return (value) => {
      if (String(value).startsWith(prefix)) return 0;
      return Math.sign(this.#direction * compareNormal(value, prefix));
    };
  }
}

/** A list in a view's order: sorted when the view sorts. */
export function listOf<R extends object>(
  records: Records<R>,
  stretch: Stretch,
  sort: readonly IndexField<R>[],
): OrdinalList<R> {
  const [first] = sort;
  if (first === undefined) return new OrdinalList(records, stretch);
  return new SortedOrdinalList(records, stretch, first);
}

/** All bounds that any list takes, whatever the type of its values. */
type TextBounds = { readonly [K in keyof TextRange]?: unknown };

function badBound(field: string, type: string, bound: unknown): CachedCollectionsError {
  const message = `a bound for ${field} must be a ${type}, got ${describeValue(bound)}`;
  return new CachedCollectionsError("ERR_INVALID_ARGUMENT", "", message);
}
