/**
 * A list sorted by at least one field: ranges and neighbours by binary search over the first one, decoding
 * the records that it touches (about 2 log n).
 */
import type { IndexField } from "../definition.js";
import { OrdinalList, type Stretch } from "./record-list.js";
import type { Records } from "./records.js";
import { SortSearch } from "./sort-search.js";
import type { Range, SortedList } from "./views.js";

export class SortedOrdinalList<R extends object, S, B extends Range<S> = Range<S>>
  extends OrdinalList<R>
  implements SortedList<R, S, B>
{
  readonly #search: SortSearch<R>;

  constructor(records: Records<R>, stretch: Stretch, search: SortSearch<R>) {
    super(records, stretch);
    this.#search = search;
  }

  range(bounds: B): SortedList<R, S, B> {
    const { start, end } = this.#search.range(this, bounds);
    const offset = this.stretch.start;
    const { ordinals } = this.stretch;
    const stretch = { ordinals, start: offset + start, end: offset + end };
    return new SortedOrdinalList(this.records, stretch, this.#search);
  }

  floor(value: S): R | undefined {
    return this.#search.direction > 0 ? this.#before(value) : this.#from(value);
  }

  ceiling(value: S): R | undefined {
    return this.#search.direction > 0 ? this.#from(value) : this.#before(value);
  }

  /** The first record at the value or behind it. */
  #from(value: S): R | undefined {
    const search = this.#search;
    const position = search.first(this, search.sideOf(value), 0);
    return position < search.unsetFrom(this) ? this.at(position) : undefined;
  }

  /** The first record with the last value that is at the given one or before it. */
  #before(value: S): R | undefined {
    const search = this.#search;
    const position = search.first(this, search.sideOf(value), 1);
    if (position === 0) return undefined;
    const nearest = search.valueOf(this.recordAt(position - 1));
    if (nearest === undefined) return undefined;
    return this.at(search.first(this, search.sideOfNormal(nearest), 0));
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
  return new SortedOrdinalList(records, stretch, new SortSearch(first));
}
