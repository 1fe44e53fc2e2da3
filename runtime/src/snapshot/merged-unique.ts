/**
 * A unique view over several parts. One that refuses duplicates has one live record at most over all parts;
 * for others the first or last of each part's members is compared.
 */
import type { IndexField, UniqueDefinition } from "../definition.js";
import { hashOf, matches } from "./key-shape.js";
import { PartGroups } from "./merged-group.js";
import { orderOf } from "./order.js";
import { findLive, type Parts } from "./parts.js";
import { firstLive, lastLive, lookIn, ordinalIn } from "./run.js";
import type { UniqueView } from "./views.js";

export class MergedUnique<R extends object> implements UniqueView<unknown, R> {
  readonly #find: (key: unknown) => R | undefined;

  constructor(
    view: UniqueDefinition<R>,
    parts: Parts<R>,
    index: number,
    key: readonly IndexField<R>[],
  ) {
    this.#find =
      view.duplicates === "error"
        ? onlyOne(view, parts, index)
        : oneOfSeveral(view, parts, index, key);
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
  parts: Parts<R>,
  index: number,
): (key: unknown) => R | undefined {
  const { by } = view;
  const tables = parts.list.map(({ records, dead }) => {
    const { seed, views } = records.segment.layout;
    return { records, dead, seed, slots: views[index]?.slots };
  });
  return (key) => {
    let seed: number | undefined;
    let hash = 0;
    for (const table of tables) {
      if (table.slots === undefined) continue;
      if (table.seed !== seed) hash = hashOf(by, key, table.seed);
      ({ seed } = table);
      const { records } = table;
      const found = findLive(table.slots, table.dead, hash, (at) =>
        matches(by, records.get(at), key),
      );
      if (found !== undefined) return records.get(found);
    }
    return undefined;
  };
}

function oneOfSeveral<R extends object>(
  view: UniqueDefinition<R>,
  parts: Parts<R>,
  index: number,
  key: readonly IndexField<R>[],
): (key: unknown) => R | undefined {
  const groups = new PartGroups({ by: view.by }, parts, index);
  const order = orderOf([...view.sort, ...key]);
  const isFirst = view.duplicates === "first";
  return (given) => {
    let winner: R | undefined;
    for (const run of groups.runsOf(given)) {
      const at = isFirst ? firstLive(run) : lastLive(run);
      if (at < run.start || at >= run.end) continue;
      const record = lookIn(run, at);
      // Of a group only the first record's key was looked at.
      if (at !== run.start && !matches(view.by, record, given)) continue;
      const before = winner === undefined ? -1 : order(record, winner);
      if (isFirst ? before < 0 : before > 0 || winner === undefined)
        winner = run.records.get(ordinalIn(run, at));
    }
    return winner;
  };
}
