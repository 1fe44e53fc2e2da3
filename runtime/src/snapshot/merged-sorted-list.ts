/**
 * A sorted list over several parts. A range of it is made of the ranges of its runs, each found by binary
 * search, so no merge is needed to find it.
 */
import type { IndexField } from "../definition.js";
import { MergedList, type MergedListSource } from "./merged-list.js";
import { firstLive, lastLive, lookIn, ordinalIn, partOf, type Run } from "./run.js";
import { SortSearch, type AnyBounds, type Searched, type Side } from "./sort-search.js";
import type { Range, SortedList } from "./views.js";

export class MergedSortedList<R extends object, S, B extends Range<S> = Range<S>>
  extends MergedList<R>
  implements SortedList<R, S, B>
{
  readonly #search: SortSearch<R>;

  constructor(source: MergedListSource<R>, search: SortSearch<R>) {
    super(source);
    this.#search = search;
  }

  range(bounds: B): SortedList<R, S, B> {
    const given: AnyBounds = bounds;
    const runs = this.shownRuns().map((run) => {
      const { start, end } = this.#search.range(new SearchedRun(run), given);
      return partOf(run, run.start + start, run.start + end);
    });
    const { order } = this.source;
    return new MergedSortedList(
      { runs: runs.filter(({ start, end }) => start < end), order, limit: Infinity },
      this.#search,
    );
  }

  floor(value: S): R | undefined {
    return this.#search.direction > 0 ? this.#before(value) : this.#from(value);
  }

  ceiling(value: S): R | undefined {
    return this.#search.direction > 0 ? this.#from(value) : this.#before(value);
  }

  /** The first record at the value or behind it. */
  #from(value: S): R | undefined {
    const first = this.#firstOf(this.#search.sideOf(value));
    return first === undefined || this.#search.valueOf(first) === undefined ? undefined : first;
  }

  /** The first record with the last value that is at the given one or before it. */
  #before(value: S): R | undefined {
    const search = this.#search;
    const side = search.sideOf(value);
    let nearest: R | undefined;
    for (const run of this.shownRuns()) {
      const end = run.start + search.first(new SearchedRun(run), side, 1);
      const last = lastLive(partOf(run, run.start, end));
      if (last < run.start) continue;
      const record = lookIn(run, last);
      if (nearest === undefined || this.source.order(record, nearest) > 0) nearest = record;
    }
    const found = nearest && search.valueOf(nearest);
    return found === undefined ? undefined : this.#firstOf(search.sideOfNormal(found));
  }

  /** The first live record, over all runs, whose side is not negative. */
  #firstOf(side: Side): R | undefined {
    let first: R | undefined;
    for (const run of this.shownRuns()) {
      const start = run.start + this.#search.first(new SearchedRun(run), side, 0);
      const index = firstLive(partOf(run, start, run.end));
      if (index === run.end) continue;
      const record = run.records.get(ordinalIn(run, index));
      if (first === undefined || this.source.order(record, first) < 0) first = record;
    }
    return first;
  }
}

/** A list in a view's order: sorted when the view sorts. */
export function mergedListOf<R extends object>(
  source: MergedListSource<R>,
  sort: readonly IndexField<R>[],
): MergedList<R> {
  const [first] = sort;
  return first === undefined
    ? new MergedList(source)
    : new MergedSortedList(source, new SortSearch(first));
}

/** A run by position, dead records included: they are in order too. */
class SearchedRun<R extends object> implements Searched<R> {
  readonly size: number;
  readonly #run: Run<R>;

  constructor(run: Run<R>) {
    this.#run = run;
    this.size = run.end - run.start;
  }

  recordAt(position: number): R {
    return lookIn(this.#run, this.#run.start + position);
  }
}
