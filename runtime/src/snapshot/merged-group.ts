/** A group view over several parts: each part finds its own members of a group, and the list merges them. */
import { normalOf } from "../bytes/scalar.js";
import type { Steps } from "../bytes/steps.js";
import type { GroupDefinition, IndexField } from "../definition.js";
import type { ArrayInUse, ArraysInUse } from "./arrays-in-use.js";
import { GroupTable, NO_GROUP, type GroupShape } from "./group-table.js";
import { HotKeys } from "./hot-keys.js";
import { componentOf } from "./key-shape.js";
import type { ArrayPlace, MergedList } from "./merged-list.js";
import { mergedListOf } from "./merged-sorted-list.js";
import { compareValues, orderOf, type Order } from "./order.js";
import type { Part, Parts } from "./parts.js";
import { firstLive, type Run } from "./run.js";
import type { GroupView } from "./views.js";

/** How many keys are found without making their identity; then the next ones take their places. */
const MOST_HOT = 8192;
/** The identity of what is no key at all. */
const NO_KEY = Symbol("no key");

export class MergedGroup<R extends object> implements GroupView<unknown, R> {
  readonly #view: GroupDefinition<R>;
  readonly #groups: PartGroups<R>;
  readonly #order: Order<R>;
  readonly #arrays: ArraysInUse<R>;
  /** By identity of the key. */
  readonly #lists: Map<unknown, MergedList<R>> = new Map();
  readonly #hot: HotKeys<MergedList<R>>;
  readonly #empty: MergedList<R>;
  #size: number | undefined;

  /** `index` is the view's number; `arrays` those that readers of snapshots before have. */
  constructor(
    view: GroupDefinition<R>,
    parts: Parts<R>,
    index: number,
    key: readonly IndexField<R>[],
    arrays: ArraysInUse<R>,
  ) {
    this.#view = view;
    this.#groups = new PartGroups(view, parts, index);
    this.#order = orderOf([...view.sort, ...key]);
    this.#hot = new HotKeys(view.by, MOST_HOT);
    this.#arrays = arrays;
    // It has no place: that of no identity is the place of the group of unset values.
    this.#empty = this.#listOver([], undefined);
  }

  /** What its keys consist of. */
  get by(): readonly IndexField<R>[] {
    return this.#view.by;
  }

  get size(): number {
    this.#size ??= this.#groups.count();
    return this.#size;
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

  list(key: unknown): MergedList<R> {
    const hot = this.#hot.get(key);
    if (hot !== undefined) return hot;
    const list = this.#listOf(key);
    if (list !== this.#empty) this.#hot.set(key, key, list);
    return list;
  }

  *keys(): Generator<unknown, undefined, unknown> {
    yield* this.#groups.keys();
  }

  /** Arrays that readers have, with the groups' keys. */
  inUse(): Iterable<ArrayInUse<R>> {
    return this.#arrays.values();
  }

  /** Keeps arrays only while somebody holds them; what its snapshots share is not its to let go. */
  *letArraysGo(): Steps<void> {
    for (const list of this.#lists.values()) {
      list.letArrayGo();
      yield;
    }
  }

  #listOf(key: unknown): MergedList<R> {
    const identity = identityOf(this.#view.by, key);
    if (identity === NO_KEY) return this.#empty;
    const known = this.#lists.get(identity);
    if (known !== undefined) return known;
    const runs = this.#groups.runsOf(key);
    if (!runs.some((run) => firstLive(run) < run.end)) return this.#empty;
    const list = this.#listOver(runs, { arrays: this.#arrays, identity, key });
    this.#lists.set(identity, list);
    return list;
  }

  #listOver(runs: readonly Run<R>[], place: ArrayPlace<R> | undefined): MergedList<R> {
    const { limit = Infinity, sort } = this.#view;
    return mergedListOf({ runs, order: this.#order, limit, ...(place && { place }) }, sort);
  }
}

/** One value for all forms of a key: its normal value, or a text of several. NO_KEY when it can be none. */
export function identityOf<R>(by: readonly IndexField<R>[], key: unknown): unknown {
  const [only] = by;
  if (by.length === 1 && only !== undefined) {
    const normal = normalOf(only.kind, key);
    return normal === undefined && key !== undefined ? NO_KEY : normal;
  }
  if (typeof key !== "object" || key === null) return NO_KEY;
  let identity = "";
  for (let i = 0; i < by.length; i++) {
    const given = componentOf(by, key, i);
    const normal = normalOf((by[i] as IndexField<R>).kind, given);
    if (normal === undefined && given !== undefined) return NO_KEY;
    const text = String(normal);
    identity += `${normal === undefined ? "" : text.length}:${text}`;
  }
  return identity;
}

/** The groups of each part, laid out by the same view: also those of a unique view with duplicates. */
export class PartGroups<R extends object> {
  readonly #shape: GroupShape<R>;
  readonly #parts: readonly Part<R>[];
  readonly #tables: readonly GroupTable<R>[];

  constructor(shape: GroupShape<R>, parts: Parts<R>, index: number) {
    this.#shape = shape;
    this.#parts = parts.list;
    this.#tables = parts.list.map(({ records }) => {
      const { seed, views } = records.segment.layout;
      const arrays = views[index];
      if (arrays === undefined) throw new RangeError(`no view ${index}`);
      return new GroupTable(shape, { records, arrays, seed });
    });
  }

  /** What each part files under a key, from the oldest part on. */
  runsOf(key: unknown): readonly Run<R>[] {
    const runs: Run<R>[] = [];
    for (const [part, table] of this.#tables.entries()) {
      const group = table.find(key);
      if (group !== NO_GROUP) runs.push(this.#run(part, group));
    }
    return runs;
  }

  /** How many groups have live records: one look at each group of the base. */
  count(): number {
    let count = 0;
    for (const [part, table] of this.#tables.entries()) {
      for (let group = 0; group < table.size; group++) {
        if (this.#isLive(part, group) && !(part > 0 && this.#isLiveBelow(part, group))) count++;
      }
    }
    return count;
  }

  /** The keys of groups with live records, in order. */
  *keys(): Generator<unknown, undefined, unknown> {
    const heads = this.#tables.map((_, part) => this.#headFrom(part, 0));
    for (;;) {
      let least: Head | undefined;
      for (const head of heads)
        if (head && (!least || this.#compare(head, least) < 0)) least = head;
      if (least === undefined) return undefined;
      yield least.key;
      for (const [part, head] of heads.entries()) {
        if (head && this.#compare(head, least) === 0)
          heads[part] = this.#headFrom(part, head.group + 1);
      }
    }
  }

  /** The first group of a part from this one on that has live records. */
  #headFrom(part: number, from: number): Head | undefined {
    const table = this.#tables[part] as GroupTable<R>;
    let group = from;
    while (group < table.size && !this.#isLive(part, group)) group++;
    return group < table.size ? { group, key: table.keyOf(group) } : undefined;
  }

  #compare(a: Head, b: Head): number {
    const { by } = this.#shape;
    for (const [index, field] of by.entries()) {
      const left = componentOf(by, a.key, index);
      const order = compareValues(field, left, componentOf(by, b.key, index));
      if (order !== 0) return order;
    }
    return 0;
  }

  #isLive(part: number, group: number): boolean {
    const run = this.#run(part, group);
    return firstLive(run) < run.end;
  }

  #isLiveBelow(part: number, group: number): boolean {
    const key = (this.#tables[part] as GroupTable<R>).keyOf(group);
    for (let below = 0; below < part; below++) {
      const found = (this.#tables[below] as GroupTable<R>).find(key);
      if (found !== NO_GROUP && this.#isLive(below, found)) return true;
    }
    return false;
  }

  #run(part: number, group: number): Run<R> {
    const { records, dead } = this.#parts[part] as Part<R>;
    const members = (this.#tables[part] as GroupTable<R>).members(group, Infinity);
    return { records, dead, ...members };
  }
}

/** A group of a part, and its key, which may be undefined. */
interface Head {
  readonly group: number;
  readonly key: unknown;
}
