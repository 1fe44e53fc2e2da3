/**
 * A unique view of a snapshot: a key table of its own, or, where duplicates are allowed, the first or last
 * member of a group in the view's order.
 */
import type { UniqueDefinition } from "../definition.js";
import { GroupTable, NO_GROUP, type ViewSource } from "./group-table.js";
import { matches } from "./key-shape.js";
import { keyTable } from "./key-table.js";
import type { UniqueView } from "./views.js";

export class UniqueIndex<R extends object> implements UniqueView<unknown, R> {
  readonly #find: (key: unknown) => R | undefined;

  constructor(view: UniqueDefinition<R>, source: ViewSource<R>) {
    this.#find = view.duplicates === "error" ? onlyOne(view, source) : oneOfSeveral(view, source);
  }

  has(key: unknown): boolean {
    return this.#find(key) !== undefined;
  }

  get(key: unknown): R | undefined {
    return this.#find(key);
  }
}

function onlyOne<R extends object>(
  view: UniqueDefinition<R>,
  { records, seed, arrays }: ViewSource<R>,
): (key: unknown) => R | undefined {
  const table = keyTable({ fields: view.by, slots: arrays.slots, seed, records });
  return (key) => table.get(key);
}

function oneOfSeveral<R extends object>(
  view: UniqueDefinition<R>,
  source: ViewSource<R>,
): (key: unknown) => R | undefined {
  const groups = new GroupTable({ by: view.by }, source);
  return (key) => {
    const group = groups.find(key);
    if (group === NO_GROUP) return undefined;
    const { ordinals, start, end } = groups.members(group, Infinity);
    const at = view.duplicates === "first" ? start : end - 1;
    const record = source.records.get(ordinals[at] as number);
    // Of a group only the first record's key was looked at.
    return at === start || matches(view.by, record, key) ? record : undefined;
  };
}
