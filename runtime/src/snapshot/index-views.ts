/** Views over one segment: group, unique and sorted. Each looks only into the arrays that the producer built. */
import type { SegmentView } from "../bytes/segment.js";
import { homeSlot, nextSlot } from "../bytes/slots.js";
import type {
  GroupDefinition,
  IndexField,
  SortedDefinition,
  UniqueDefinition,
} from "../definition.js";
import { hashOf, keyOf, matches, sameValue } from "./key-shape.js";
import { keyTable, type KeyTable } from "./key-table.js";
import { OrdinalList, type Stretch } from "./record-list.js";
import type { Records } from "./records.js";
import { SortedOrdinalList } from "./sorted-list.js";
import type { GroupView, UniqueView } from "./views.js";

/** What a view is made over. */
export interface ViewSource<R extends object> {
  readonly records: Records<R>;
  readonly arrays: SegmentView;
  readonly seed: number;
}

/** A list in the view's order: sorted when the view sorts. */
function listOf<R extends object>(
  records: Records<R>,
  stretch: Stretch,
  sort: readonly IndexField<R>[],
): OrdinalList<R> {
  const [first] = sort;
  if (first === undefined) return new OrdinalList(records, stretch);
  return new SortedOrdinalList(records, stretch, first);
}

/** The list of a sorted view. */
export function sortedIndex<R extends object>(
  view: SortedDefinition<R>,
  source: ViewSource<R>,
): OrdinalList<R> {
  const { ordinals } = source.arrays;
  const end = Math.min(ordinals.length, view.limit ?? Infinity);
  return listOf(source.records, { ordinals, start: 0, end }, view.sort);
}

export class GroupIndex<R extends object> implements GroupView<unknown, R> {
  readonly size: number;
  readonly #view: GroupDefinition<R>;
  readonly #source: ViewSource<R>;
  readonly #lists: Map<number, OrdinalList<R>> = new Map();
  readonly #empty: OrdinalList<R>;

  constructor(view: GroupDefinition<R>, source: ViewSource<R>) {
    this.#view = view;
    this.#source = source;
    this.size = Math.max(0, source.arrays.starts.length - 1);
    this.#empty = listOf(
      source.records,
      { ordinals: source.arrays.ordinals, start: 0, end: 0 },
      view.sort,
    );
  }

  has(key: unknown): boolean {
    return this.#find(key) !== undefined;
  }

  get(key: unknown): readonly R[] {
    return this.list(key).toArray();
  }

  list(key: unknown): OrdinalList<R> {
    const group = this.#find(key);
    return group === undefined ? this.#empty : this.#list(group);
  }

  count(key: unknown): number {
    const group = this.#find(key);
    return group === undefined ? 0 : this.#list(group).size;
  }

  *keys(): Generator<unknown, undefined, unknown> {
    for (let group = 0; group < this.size; group++) yield this.#keyOf(group);
  }

  /** Keeps the arrays that readers of an earlier snapshot hold, where they did not change. */
  adopt(previous: GroupIndex<R>): void {
    for (const [group, list] of previous.#lists) {
      const array = list.arrayInUse;
      if (array !== undefined) this.list(previous.#keyOf(group)).adopt(array);
    }
    this.#empty.adopt(previous.#empty.toArray());
  }

  #list(group: number): OrdinalList<R> {
    const known = this.#lists.get(group);
    if (known !== undefined) return known;
    const { ordinals, starts } = this.#source.arrays;
    const start = starts[group] as number;
    const end = Math.min(starts[group + 1] as number, start + (this.#view.limit ?? Infinity));
    const list = listOf(this.#source.records, { ordinals, start, end }, this.#view.sort);
    this.#lists.set(group, list);
    return list;
  }

  #find(key: unknown): number | undefined {
    const { words, bits } = this.#source.arrays.slots;
    if (words.length === 0) return undefined;
    const hash = hashOf(this.#view.by, key, this.#source.seed);
    const wanted = hash << bits;
    for (let slot = homeSlot(hash, words.length); ; slot = nextSlot(slot, words.length)) {
      const word = words[slot] as number;
      if (word === 0) return undefined;
      const group = (word & ((1 << bits) - 1)) - 1;
      if ((word ^ wanted) >>> bits === 0 && this.#has(group, key)) return group;
    }
  }

  #has(group: number, key: unknown): boolean {
    const view = this.#view;
    const [field] = view.by;
    if (view.each === undefined || field === undefined) {
      return matches(view.by, this.#first(group), key);
    }
    return sameValue(field.kind, this.#keyOf(group), key);
  }

  #keyOf(group: number): unknown {
    const view = this.#view;
    const first = this.#first(group);
    if (view.each === undefined) return keyOf(view.by, first);
    const { elements, starts } = this.#source.arrays;
    return view.each(first)[elements[starts[group] as number] as number];
  }

  #first(group: number): R {
    const { ordinals, starts } = this.#source.arrays;
    return this.#source.records.get(ordinals[starts[group] as number] as number);
  }
}

/** A unique view: a key table of its own, or the first or last of a group where duplicates are allowed. */
export class UniqueIndex<R extends object> implements UniqueView<unknown, R> {
  readonly #find: (key: unknown) => R | undefined;

  constructor(view: UniqueDefinition<R>, source: ViewSource<R>) {
    if (view.duplicates === "error") {
      const { records, seed, arrays } = source;
      const table: KeyTable<R> = keyTable({ fields: view.by, slots: arrays.slots, seed, records });
      this.#find = (key) => table.get(key);
      return;
    }
    const { name, by, sort, duplicates } = view;
    const group = new GroupIndex<R>({ view: "group", name, by, sort }, source);
    this.#find = (key) => group.list(key).at(duplicates === "first" ? 0 : -1);
  }

  has(key: unknown): boolean {
    return this.get(key) !== undefined;
  }

  get(key: unknown): R | undefined {
    return this.#find(key);
  }
}
