/** Compares every read of a view with what plain arrays answer. */
import { expect } from "vitest";
import type { IndexField, ViewDefinition } from "../../runtime/src/definition.js";
import type { SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import type { GroupView, Range, RecordList, SortedList } from "../../runtime/src/snapshot/views.js";
import { compareField, groupsOf, matching, type PlainGroup, sortBy } from "./plain.js";
import type { Thing } from "./thing.js";

/** `given`: what the snapshot must have; `others`: rows whose values are asked for although nothing has them. */
export function checkView(
  core: SnapshotCore<Thing>,
  view: ViewDefinition<Thing>,
  given: readonly Thing[],
  others: readonly Thing[],
): void {
  const records = [...core.values()];
  expect(records).toEqual(sortBy(given, core.definition.key));
  if (view.view === "group") checkGroup(core, view, records, others);
  else if (view.view === "unique") checkUnique(core, view, records, others);
  else {
    const all = sortBy(matching(view, records), view.sort).slice(0, view.limit);
    checkList(core.sorted("sorted"), all, view.sort, others);
  }
}

function checkGroup(
  core: SnapshotCore<Thing>,
  view: ViewDefinition<Thing> & { readonly view: "group" },
  records: readonly Thing[],
  others: readonly Thing[],
): void {
  const expected = groupsOf(view, records);
  const group = core.group<unknown, SortedList<Thing, unknown>>(view.name);
  expect([...group.keys()]).toEqual(expected.map(({ key }) => key));
  expect(group.size).toBe(expected.length);
  for (const { key, records: all } of expected) {
    const shown = all.slice(0, view.limit);
    expect(group.count(key)).toBe(shown.length);
    expect(group.has(key)).toBe(true);
    checkList(group.list(key), shown, view.sort, others);
    expect(group.get(key)).toBe(group.list(key).toArray());
  }
  checkOtherKeys(group, expected);
}

/** Whatever is asked for, an answer is a group that is there or nothing. */
function checkOtherKeys(
  group: GroupView<unknown, Thing>,
  expected: readonly PlainGroup<Thing>[],
): void {
  const firsts = new Set<Thing | undefined>([
    undefined,
    ...expected.map(({ records }) => records[0]),
  ]);
  for (const key of ["no such key", 77, 5n, undefined, null, {}, Number.NaN, new Date(5)]) {
    const found = group.get(key);
    expect(firsts.has(found[0])).toBe(true);
    expect(group.count(key)).toBe(found.length);
    expect(Object.isFrozen(found)).toBe(true);
  }
}

function checkUnique(
  core: SnapshotCore<Thing>,
  view: ViewDefinition<Thing> & { readonly view: "unique" },
  records: readonly Thing[],
  others: readonly Thing[],
): void {
  const unique = core.unique("unique");
  const groups = groupsOf(view, records);
  for (const { key, values, records: all } of groups) {
    const unset = values.includes(undefined);
    const expected = unset ? undefined : all.at(view.duplicates === "last" ? -1 : 0);
    expect(unique.get(key)).toBe(expected);
    expect(unique.has(key)).toBe(!unset);
  }
  for (const { key, values } of groupsOf(view, others)) {
    const same = groups.find((group) => sameValues(view.by, group.values, values));
    if (same === undefined) expect(unique.get(key)).toBe(undefined);
  }
  for (const key of [null, undefined, {}, "x", 5, []]) unique.get(key);
}

function sameValues(
  fields: readonly IndexField<Thing>[],
  a: readonly unknown[],
  b: readonly unknown[],
): boolean {
  return fields.every((field, index) => compareField(field, a[index], b[index]) === 0);
}

function checkList(
  list: RecordList<Thing> & Partial<SortedList<Thing, unknown>>,
  expected: readonly Thing[],
  sort: readonly IndexField<Thing>[],
  others: readonly Thing[],
): void {
  checkItems(list, expected);
  const [field] = sort;
  if (field === undefined || list.range === undefined) return;
  const sorted = list as SortedList<Thing, unknown>;
  const values = [...expected, ...others].map((record) => field.read(record));
  for (const value of values.slice(0, 12)) {
    if (value !== undefined) checkNeighbours(sorted, expected, field, value);
  }
  if (field.kind.type === "string") checkPrefixes(sorted, expected, field, values);
}

function checkItems(list: RecordList<Thing>, expected: readonly Thing[]): void {
  expect(list.size).toBe(expected.length);
  expect(identical([...list], expected)).toBe(true);
  expect(identical(list.toArray(), expected)).toBe(true);
  expect(list.toArray()).toBe(list.toArray());
  expect(Object.isFrozen(list.toArray())).toBe(true);
  for (const [start, end] of [[0, 3], [1, -1], [-2], [-100, 100], [2, 1], []]) {
    expect(identical(list.slice(start, end), expected.slice(start, end))).toBe(true);
  }
  for (const position of [0, 1, -1, -2, expected.length, -expected.length - 1, 1.5]) {
    expect(list.at(position)).toBe(expected.at(position));
  }
}

function identical(a: readonly Thing[], b: readonly Thing[]): boolean {
  return a.length === b.length && a.every((record, index) => record === b[index]);
}

function checkNeighbours(
  list: SortedList<Thing, unknown>,
  expected: readonly Thing[],
  field: IndexField<Thing>,
  value: unknown,
): void {
  const rising = { ...field, descending: false };
  const side = (record: Thing): number => compareField(rising, field.read(record), value);
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
  expect(list.floor(value)).toBe(below);
  expect(list.ceiling(value)).toBe(above);
}

function checkPrefixes(
  list: SortedList<Thing, unknown>,
  expected: readonly Thing[],
  field: IndexField<Thing>,
  values: readonly unknown[],
): void {
  for (const value of values.slice(0, 6)) {
    const prefix = typeof value === "string" ? value.slice(0, 2) : "a";
    const part = expected.filter((record) => {
      const text = field.read(record);
      return typeof text === "string" && text.startsWith(prefix);
    });
    const prefixed = list as SortedList<Thing, unknown, Range<unknown> & { prefix: string }>;
    checkItems(prefixed.range({ prefix }), part);
  }
}
