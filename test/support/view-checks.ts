/**
 * Every read of a view against plain arrays: what test/support/plain.ts works out. Assertions are node's, which
 * cost nothing when they hold: there are hundreds of thousands of them.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { IndexField, ViewDefinition } from "../../runtime/src/definition.js";
import type {
  GroupView,
  Range,
  RecordList,
  SortedList,
  UniqueView,
} from "../../runtime/src/snapshot/views.js";
import { compareField, groupsOf, matching, type PlainGroup, sortBy } from "./plain.js";

/** Where views are found by name: a core, or the members of a generated snapshot. */
export interface Views<R> {
  group(name: string): GroupView<unknown, R>;
  unique(name: string): UniqueView<unknown, R>;
  sorted(name: string): SortedList<R, unknown>;
}

/** `records` are all of the snapshot's in its order, `others` ones whose values are asked for although nothing has them. */
export function checkView<R extends object>(
  views: Views<R>,
  view: ViewDefinition<R>,
  records: readonly R[],
  others: readonly R[],
): void {
  if (view.view === "group") checkGroup(views.group(view.name), view, records, others);
  else if (view.view === "unique") checkUnique(views.unique(view.name), view, records, others);
  else {
    const all = sortBy(matching(view, records), view.sort).slice(0, view.limit);
    checkList(views.sorted(view.name), all, view.sort, others);
  }
}

function checkGroup<R extends object>(
  group: GroupView<unknown, R>,
  view: ViewDefinition<R> & { readonly view: "group" },
  records: readonly R[],
  others: readonly R[],
): void {
  const expected = groupsOf(view, records);
  deepStrictEqual(
    [...group.keys()],
    expected.map(({ key }) => key),
  );
  strictEqual(group.size, expected.length);
  for (const { key, records: all } of expected) {
    const shown = all.slice(0, view.limit);
    strictEqual(group.count(key), shown.length);
    strictEqual(group.has(key), true);
    checkList(group.list(key), shown, view.sort, others);
    strictEqual(group.get(key), group.list(key).toArray());
  }
  checkOtherKeys(group, expected);
}

/** Whatever is asked for, an answer is a group that is there or nothing. */
function checkOtherKeys<R>(group: GroupView<unknown, R>, expected: readonly PlainGroup<R>[]): void {
  const firsts = new Set<R | undefined>([undefined, ...expected.map(({ records }) => records[0])]);
  for (const key of ["no such key", 77, 5n, undefined, null, {}, Number.NaN, new Date(5)]) {
    const found = group.get(key);
    ok(firsts.has(found[0]));
    strictEqual(group.count(key), found.length);
    ok(Object.isFrozen(found));
  }
}

function checkUnique<R extends object>(
  unique: UniqueView<unknown, R>,
  view: ViewDefinition<R> & { readonly view: "unique" },
  records: readonly R[],
  others: readonly R[],
): void {
  const groups = groupsOf(view, records);
  for (const { key, values, records: all } of groups) {
    const unset = values.includes(undefined);
    const expected = unset ? undefined : all.at(view.duplicates === "last" ? -1 : 0);
    strictEqual(unique.get(key), expected);
    strictEqual(unique.has(key), !unset);
  }
  for (const { key, values } of groupsOf(view, others)) {
    const same = groups.find((group) => sameValues(view.by, group.values, values));
    if (same === undefined) strictEqual(unique.get(key), undefined);
  }
  for (const key of [null, undefined, {}, "x", 5, []]) unique.get(key);
}

function sameValues<R>(
  fields: readonly IndexField<R>[],
  a: readonly unknown[],
  b: readonly unknown[],
): boolean {
  return fields.every((field, index) => compareField(field, a[index], b[index]) === 0);
}

function checkList<R extends object>(
  list: RecordList<R> & Partial<SortedList<R, unknown>>,
  expected: readonly R[],
  sort: readonly IndexField<R>[],
  others: readonly R[],
): void {
  checkItems(list, expected);
  const [field] = sort;
  if (field === undefined || list.range === undefined) return;
  const sorted = list as SortedList<R, unknown>;
  const values = [...new Set([...expected, ...others].map((record) => field.read(record)))];
  for (const value of values.slice(0, 12)) {
    if (value !== undefined) checkNeighbours(sorted, expected, field, value);
  }
  if (field.kind.type === "string") checkPrefixes(sorted, expected, field, values);
}

function checkItems<R>(list: RecordList<R>, expected: readonly R[]): void {
  strictEqual(list.size, expected.length);
  ok(identical([...list], expected));
  ok(identical(list.toArray(), expected));
  strictEqual(list.toArray(), list.toArray());
  ok(Object.isFrozen(list.toArray()));
  for (const [start, end] of [[0, 3], [1, -1], [-2], [-100, 100], [2, 1], []]) {
    ok(identical(list.slice(start, end), expected.slice(start, end)));
  }
  for (const position of [0, 1, -1, -2, expected.length, -expected.length - 1, 1.5]) {
    strictEqual(list.at(position), expected.at(position));
  }
}

function identical<R>(a: readonly R[], b: readonly R[]): boolean {
  return a.length === b.length && a.every((record, index) => record === b[index]);
}

function checkNeighbours<R extends object>(
  list: SortedList<R, unknown>,
  expected: readonly R[],
  field: IndexField<R>,
  value: unknown,
): void {
  const rising = { ...field, descending: false };
  const side = (record: R): number => compareField(rising, field.read(record), value);
  const set = expected.filter((record) => field.read(record) !== undefined);
  const bounds = {
    gt: set.filter((record) => side(record) > 0),
    gte: set.filter((record) => side(record) >= 0),
    lt: set.filter((record) => side(record) < 0),
    lte: set.filter((record) => side(record) <= 0),
  };
  for (const [name, part] of Object.entries(bounds)) {
    checkItems(list.range({ [name]: value }), part);
  }
  checkItems(
    list.range({ gte: value, lte: value }),
    bounds.gte.filter((r) => side(r) === 0),
  );
  checkItems(list.range({ gt: value, lt: value }), []);
  checkItems(list.range({}), set);
  const [below] = sortBy(bounds.lte, [{ ...rising, descending: true }]);
  const [above] = sortBy(bounds.gte, [rising]);
  strictEqual(list.floor(value), below);
  strictEqual(list.ceiling(value), above);
}

function checkPrefixes<R extends object>(
  list: SortedList<R, unknown>,
  expected: readonly R[],
  field: IndexField<R>,
  values: readonly unknown[],
): void {
  for (const value of values.slice(0, 6)) {
    const prefix = typeof value === "string" ? value.slice(0, 2) : "a";
    const part = expected.filter((record) => {
      const text = field.read(record);
      return typeof text === "string" && text.startsWith(prefix);
    });
    const prefixed = list as SortedList<R, unknown, Range<unknown> & { prefix: string }>;
    checkItems(prefixed.range({ prefix }), part);
  }
}
