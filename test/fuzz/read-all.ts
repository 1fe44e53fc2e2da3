/** Every kind of read of a snapshot, whatever its entity; each must end, with a record of the right shape. */
import type { SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import type { SortedList } from "../../runtime/src/snapshot/views.js";
import type { AnyEntityDefinition, IndexField } from "../../runtime/src/definition.js";
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import { checkRecord } from "./check-record.js";

type Core = SnapshotCore<object>;

/** Returns whether a record did not decode; throws what no read may throw, and when an answer is wrong. */
export function readAll(core: Core, definition: AnyEntityDefinition): boolean {
  const records = collect(core);
  let bad = records.bad;
  const reads = [
    (): void => readKeys(core, definition, records.good),
    ...definition.views.map(
      (_, index) => (): void => readView(core, definition, index, records.good),
    ),
  ];
  for (const read of reads) bad = isBadRecord(read) || bad;
  return bad;
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

function readView(
  core: Core,
  definition: AnyEntityDefinition,
  index: number,
  records: readonly object[],
): void {
  const view = definition.views[index];
  if (view === undefined) return;
  if (view.view === "sorted") return readList(core.sorted(view.name), view.sort[0], records);
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
  for (const record of list.toArray()) checkRecord(record);
  if (first === undefined) return;
  for (const value of records.slice(0, 8).map((record) => first.read(record))) {
    if (value === undefined) continue;
    for (const bound of ["gt", "gte", "lt", "lte"]) list.range({ [bound]: value }).toArray();
    list.floor(value);
    list.ceiling(value);
  }
}

function keyIn(by: readonly IndexField<object>[], record: object): unknown {
  const [only] = by;
  if (by.length === 1) return only?.read(record);
  return Object.fromEntries(by.map((field) => [field.name, field.read(record)]));
}

function sameValues(by: readonly IndexField<object>[], a: object, b: object): boolean {
  return by.every((field) => String(field.read(a)) === String(field.read(b)));
}
