/** A group view of a snapshot: lists by key, remembered once somebody asked for them. */
import type { Steps } from "../bytes/steps.js";
import type { GroupDefinition, IndexField } from "../definition.js";
import type { ArrayInUse } from "./arrays-in-use.js";
import { GroupTable, NO_GROUP, type ViewSource } from "./group-table.js";
import { HotKeys } from "./hot-keys.js";
import type { OrdinalList } from "./record-list.js";
import { listOf } from "./sorted-list.js";
import type { GroupView } from "./views.js";

/** How many keys are found without hashing them; then the next ones take their places. */
const MOST_HOT = 8192;

export class GroupIndex<R extends object> implements GroupView<unknown, R> {
  readonly size: number;
  readonly #view: GroupDefinition<R>;
  readonly #source: ViewSource<R>;
  readonly #table: GroupTable<R>;
  /** By number of group. */
  readonly #lists: Map<number, OrdinalList<R>> = new Map();
  readonly #hot: HotKeys<OrdinalList<R>>;
  readonly #empty: OrdinalList<R>;

  constructor(view: GroupDefinition<R>, source: ViewSource<R>) {
    this.#view = view;
    this.#source = source;
    this.#table = new GroupTable(view, source);
    this.#hot = new HotKeys(view.by, MOST_HOT);
    this.size = this.#table.size;
    const { ordinals } = source.arrays;
    this.#empty = listOf(source.records, { ordinals, start: 0, end: 0 }, view.sort);
  }

  /** What its keys consist of. */
  get by(): readonly IndexField<R>[] {
    return this.#view.by;
  }

  has(key: unknown): boolean {
    return this.list(key) !== this.#empty;
  }

  get(key: unknown): readonly R[] {
    return this.list(key).toArray();
  }

  count(key: unknown): number {
    return this.list(key).size;
  }

  list(key: unknown): OrdinalList<R> {
    const hot = this.#hot.get(key);
    if (hot !== undefined) return hot;
    const group = this.#table.find(key);
    if (group === NO_GROUP) return this.#empty;
    const list = this.#listOf(group);
    this.#hot.set(key, this.#table.keyOf(group), list);
    return list;
  }

  *keys(): Generator<unknown, undefined, unknown> {
    for (let group = 0; group < this.size; group++) yield this.#table.keyOf(group);
  }

  /** Arrays that readers have, with the groups' keys. */
  *inUse(): Generator<ArrayInUse<R>, undefined, undefined> {
    for (const [group, list] of this.#lists) {
      if (list.isInUse) yield* list.inUse(this.#table.keyOf(group));
    }
  }

  /** Keeps the arrays that readers of an earlier snapshot hold, where they did not change. */
  *adopt(arrays: Iterable<ArrayInUse<R>>): Steps<void> {
    for (const { key, array } of arrays) {
      const found = this.#table.find(key);
      if (found !== NO_GROUP) yield* this.#listOf(found).adopt(array);
      // Most groups are refused at their first record.
      yield;
    }
  }

  /** Keeps arrays only while somebody holds them. */
  *letArraysGo(): Steps<void> {
    for (const list of this.#lists.values()) {
      list.letArrayGo();
      yield;
    }
  }

  #listOf(group: number): OrdinalList<R> {
    const known = this.#lists.get(group);
    if (known !== undefined) return known;
    const members = this.#table.members(group, this.#view.limit ?? Infinity);
    const list = listOf(this.#source.records, members, this.#view.sort);
    this.#lists.set(group, list);
    return list;
  }
}
