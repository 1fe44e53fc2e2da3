/** Every kind of read of a snapshot, whatever its entity; each must end, with a record of the right shape. */
import { homeSlot } from "../../runtime/src/bytes/slots.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import type { AnyEntityDefinition, IndexField } from "../../runtime/src/definition.js";
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import { hashOf } from "../../runtime/src/snapshot/key-shape.js";
import { MissFilter } from "../../runtime/src/snapshot/miss-filter.js";
import { findInBase } from "../../runtime/src/snapshot/parts.js";
import type { SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import type { RecordList, SortedList, TextRange } from "../../runtime/src/snapshot/views.js";
import { checkRecord } from "./check-record.js";

type Core = SnapshotCore<object>;

/** Returns whether a record did not decode; throws what no read may throw, and when an answer is wrong. */
export function readAll(core: Core, definition: AnyEntityDefinition): boolean {
  const records = collect(core);
  let bad = records.bad;
  const reads = [
    (): void => readKeys(core, definition, records.good),
    (): void => checkMissFilter(core, definition, records.good),
    (): void => readPlaces(core),
    ...definition.views.map(
      (_, index) => (): void => readView(core, definition, index, records.good),
    ),
  ];
  for (const read of reads) bad = isBadRecord(read) || bad;
  return bad;
}

/**
 * What can be read of it, one answer after the other, with "bad" where a record did not decode: to compare
 * snapshots of the same segments.
 */
export function contentOf(core: Core, definition: AnyEntityDefinition): unknown[] {
  const content: unknown[] = [core.size];
  const records: object[] = [];
  const note = (read: () => unknown): void => {
    const isBad = isBadRecord(() => void content.push(read()));
    if (isBad) content.push("bad");
  };
  for (let at = 0; at < core.size; at++) {
    note(() => {
      const record = core.at(at);
      if (record !== undefined) records.push(record);
      return record;
    });
  }
  if (definition.key.length > 0)
    for (const record of records) note(() => core.get(core.keyOf(record)));
  for (const view of definition.views) {
    if (view.view === "sorted") note(() => core.sorted(view.name).toArray());
    else if (view.view === "group") note(() => groupsOf(core, view.name));
    else
      for (const record of records) note(() => core.unique(view.name).get(keyIn(view.by, record)));
  }
  return content;
}

function groupsOf(core: Core, name: string): unknown[] {
  const group = core.group(name);
  return Array.from(group.keys(), (key) => [key, group.count(key), group.get(key)]);
}

function isBadRecord(read: () => void): boolean {
  try {
    read();
    return false;
  } catch (error) {
    if (error instanceof CachedCollectionsError && error.code === "ERR_BAD_RECORD") return true;
    throw error;
  }
}

function collect(core: Core): { good: readonly object[]; bad: boolean } {
  const good: object[] = [];
  let bad = false;
  for (let at = 0; at < core.size; at++) {
    bad =
      isBadRecord(() => {
        const record = core.at(at);
        if (record === undefined) throw new Error(`no record at ${at} of ${core.size}`);
        good.push(checkRecord(record));
      }) || bad;
  }
  return { good, bad };
}

/** What is found by a key has that key. */
function readKeys(core: Core, { key }: AnyEntityDefinition, records: readonly object[]): void {
  if (key.length === 0) return;
  for (const record of records) {
    const found = core.get(core.keyOf(record));
    if (found !== undefined && !sameValues(key, found, record)) throw new Error("another key");
  }
}

/** What is found in a base is never taken for a miss. */
function checkMissFilter(
  { parts }: Core,
  { key }: AnyEntityDefinition,
  records: readonly object[],
): void {
  const { base, seed } = parts;
  const { keys } = base.records.segment.layout;
  if (keys.words.length === 0) return;
  const filter = new MissFilter(keys);
  atOnce(filter.fill());
  for (const record of records) {
    const hash = hashOf(key, keyIn(key, record), seed);
    const isThere = findInBase(base, hash, (at) => base.records.peek(at) === record) !== undefined;
    if (isThere && !filter.mayHave(hash, homeSlot(hash, keys.words.length)))
      throw new Error("a key that is there is taken for a miss");
  }
}

/** Reads by position, from both ends. */
function readPlaces(list: Pick<RecordList<object>, "at" | "slice" | "size">): void {
  for (const position of [0, 1, -1, list.size >> 1]) list.at(position);
  for (const [start, end] of [
    [0, 2],
    [-2, list.size],
    [list.size >> 1, list.size],
  ] as const) {
    const records = list.slice(start, end);
    if (!Object.isFrozen(records)) throw new Error("a slice that is not frozen");
    for (const record of records) checkRecord(record);
  }
}

function readView(
  core: Core,
  definition: AnyEntityDefinition,
  index: number,
  records: readonly object[],
): void {
  const view = definition.views[index];
  if (view === undefined) return;
  if (view.view === "sorted") {
    if (view.sort[0]?.kind.type === "string") readPrefixes(core.sorted(view.name));
    return readList(core.sorted(view.name), view.sort[0], records);
  }
  if (view.view === "unique") {
    const unique = core.unique(view.name);
    for (const record of records) {
      const found = unique.get(keyIn(view.by, record));
      if (found !== undefined && !sameValues(view.by, found, record))
        throw new Error("not its key");
    }
    return;
  }
  const group = core.group(view.name);
  for (const key of group.keys()) {
    const members = group.get(key);
    if (!Object.isFrozen(members)) throw new Error("a group that is not frozen");
    for (const member of members) checkRecord(member);
    const limit = view.limit ?? Infinity;
    if (members.length !== Math.min(group.count(key), limit)) throw new Error("a count that lies");
  }
}

function readList(
  list: SortedList<object, unknown>,
  first: IndexField<object> | undefined,
  records: readonly object[],
): void {
  readPlaces(list);
  for (const record of list) checkRecord(record);
  for (const record of list.toArray()) checkRecord(record);
  if (first === undefined) return;
  for (const value of records.slice(0, 8).map((record) => first.read(record))) {
    if (value === undefined) continue;
    for (const bound of ["gt", "gte", "lt", "lte"]) list.range({ [bound]: value }).toArray();
    list.floor(value);
    list.ceiling(value);
  }
}

function readPrefixes(list: SortedList<object, string, TextRange>): void {
  for (const prefix of ["", "A", "Å", "a"]) list.range({ prefix }).toArray();
}

function keyIn(by: readonly IndexField<object>[], record: object): unknown {
  const [only] = by;
  if (by.length === 1) return only?.read(record);
  return Object.fromEntries(by.map((field) => [field.name, field.read(record)]));
}

function sameValues(by: readonly IndexField<object>[], a: object, b: object): boolean {
  return by.every((field) => String(field.read(a)) === String(field.read(b)));
}
