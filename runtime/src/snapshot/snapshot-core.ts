/**
 * One revision of one collection in memory: segments, decoded records and views. Snapshots are typed windows
 * on it. Immutable to readers; what it remembers (records, arrays) only grows.
 */
import { openSegment } from "../bytes/open-segment.js";
import { SegmentBuilder } from "../bytes/segment-builder.js";
import type { Segment } from "../bytes/segment.js";
import { atOnce, type Steps } from "../bytes/steps.js";
import type { EntityDefinition, ViewDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { ArraysInUse, withoutIndex } from "./arrays-in-use.js";
import { CarryOver } from "./carry-over.js";
import { GroupIndex } from "./group-index.js";
import { keyOf } from "./key-shape.js";
import { keyTable, type KeyTable } from "./key-table.js";
import { layOver } from "./lay-over.js";
import { identityOf, MergedGroup } from "./merged-group.js";
import { MergedList } from "./merged-list.js";
import { mergedListOf } from "./merged-sorted-list.js";
import { MergedUnique } from "./merged-unique.js";
import { orderOf } from "./order.js";
import { withOwnRecords } from "./own-records.js";
import type { Parts } from "./parts.js";
import { OrdinalList, placeIn } from "./record-list.js";
import { RecordMemory, type RemembersArrays } from "./record-memory.js";
import type { Records } from "./records.js";
import { indexRun, wholeRun } from "./run.js";
import { listOf } from "./sorted-list.js";
import { UniqueIndex } from "./unique-index.js";
import type { GroupView, Range, RecordList, SortedView, UniqueView } from "./views.js";

/** Which revision a snapshot is. */
export interface SnapshotInfo {
  /** 0 for a snapshot made of rows, without a store. */
  readonly revision: number;
  readonly epoch: string;
  readonly manifestId: string;
}

type AnyView<R extends object> =
  | GroupIndex<R>
  | MergedGroup<R>
  | UniqueIndex<R>
  | MergedUnique<R>
  | OrdinalList<R>
  | MergedList<R>;

/** By name of the view. */
type ViewArrays<R extends object> = Map<string, ArraysInUse<R>>;

export class SnapshotCore<R extends object> implements RemembersArrays {
  readonly definition: EntityDefinition<R, never>;
  readonly info: SnapshotInfo;
  /** How many records it has. */
  readonly size: number;
  /** Segments and what of them is live. */
  readonly parts: Parts<R>;
  /** The records of the only segment; undefined when deltas lie over a base. */
  readonly #records: Records<R> | undefined;
  readonly #keys: KeyTable<R> | undefined;
  readonly #views: Map<string, AnyView<R>> = new Map();
  /** Arrays of views over several parts, shared with the snapshots before and after. */
  readonly #arrays: ViewArrays<R>;
  #inKeyOrder: MergedList<R> | undefined;
  /** Until it is shown: what it was laid over, and what takes over from there. */
  #heritage: { readonly of: SnapshotCore<R>; readonly carryOver: CarryOver<R> } | undefined;

  /** Use `createCore`, which checks the segments and carries over what the last snapshot has decoded. */
  constructor(
    definition: EntityDefinition<R, never>,
    info: SnapshotInfo,
    parts: Parts<R>,
    previous?: SnapshotCore<R>,
  ) {
    this.definition = definition;
    this.info = info;
    this.size = parts.size;
    this.parts = parts;
    const { records } = parts.base;
    const isMerged = parts.list.length > 1;
    if (!isMerged) this.#records = records;
    const before = previous?.parts.base.records === records ? previous : undefined;
    const goesOn = isMerged && before !== undefined && before.#records === undefined;
    this.#arrays = goesOn ? before.#arrays : new Map<string, ArraysInUse<R>>();
    const fields = definition.key;
    if (fields.length === 0) return;
    const { seed, keys: slots } = records.segment.layout;
    const table = { fields, slots, seed, records };
    this.#keys = keyTable<R>(isMerged ? { ...table, parts } : table);
  }

  /** The record of a key. A hot one costs less than a Map over all records. */
  get(key: unknown): R | undefined {
    return this.#keys?.get(key);
  }

  has(key: unknown): boolean {
    return this.get(key) !== undefined;
  }

  /** The record at a position in key order, or in the loader's order for a sequence; negative from the end. */
  at(position: number): R | undefined {
    const records = this.#records;
    if (records === undefined) return this.#merged().at(position);
    const whole = Math.trunc(position) || 0;
    const ordinal = whole < 0 ? whole + this.size : whole;
    return ordinal >= 0 && ordinal < this.size ? records.get(ordinal) : undefined;
  }

  /** The records from `start` up to but not including `end`, as Array.slice; a new frozen array. */
  slice(start = 0, end: number = this.size): readonly R[] {
    const all = this.#records;
    if (all === undefined) return this.#merged().slice(start, end);
    const records: R[] = [];
    const to = placeIn(end, this.size);
    for (let at = placeIn(start, this.size); at < to; at++) records.push(all.get(at));
    return Object.freeze(records);
  }

  /** All records in key order, or in the loader's order. */
  *values(): Generator<R, undefined, unknown> {
    const records = this.#records;
    if (records === undefined) yield* this.#merged();
    else for (let ordinal = 0; ordinal < this.size; ordinal++) yield records.get(ordinal);
  }

  /** What is made of each record. Not over `values`: a generator within another costs as much as a record. */
  *each<T>(make: (record: R) => T): Generator<T, undefined, unknown> {
    const records = this.#records;
    if (records === undefined) for (const record of this.#merged()) yield make(record);
    else for (let ordinal = 0; ordinal < this.size; ordinal++) yield make(records.get(ordinal));
  }

  /** Calls back for each record: the fastest way to go over all. */
  visit(visitor: (record: R) => void): void {
    const records = this.#records;
    if (records === undefined) for (const record of this.#merged()) visitor(record);
    else for (let ordinal = 0; ordinal < this.size; ordinal++) visitor(records.get(ordinal));
  }

  /** The key of a record. */
  keyOf(record: R): unknown {
    return keyOf(this.definition.key, record);
  }

  /** The group view of this name. Its types are the generated code's to know. */
  group<G, L extends RecordList<R> = RecordList<R>>(name: string): GroupView<G, R, L> {
    return this.#view(name, "group") as unknown as GroupView<G, R, L>;
  }

  unique<U>(name: string): UniqueView<U, R> {
    return this.#view(name, "unique") as UniqueView<U, R>;
  }

  sorted<S, B extends Range<S> = Range<S>>(name: string): SortedView<R, S, B> {
    return this.#view(name, "sorted") as unknown as SortedView<R, S, B>;
  }

  /** Takes over from the last snapshot, in steps, what its readers hold and what did not change. */
  *inherit(previous: SnapshotCore<R>): Steps<void> {
    const carryOver = new CarryOver<R>(previous.parts, this.parts, this.definition.key);
    this.#heritage = { of: previous, carryOver };
    yield* carryOver.all();
    yield* this.catchUp();
  }

  /** Takes over what came into use there since. */
  *catchUp(): Steps<void> {
    if (this.#heritage === undefined) return;
    const { of, carryOver } = this.#heritage;
    yield* carryOver.latest();
    yield* this.#inheritViews(of);
    yield* carryOver.latest();
  }

  /** Whether this is what it takes over from: it was laid over it, and was not shown yet. */
  follows(previous: SnapshotCore<R> | undefined): boolean {
    return this.#heritage?.of === previous;
  }

  /** At once takes over what came into use since `catchUp`. From now on it may be read, and takes over nothing. */
  show(): void {
    if (this.#heritage === undefined) return;
    const { carryOver } = this.#heritage;
    atOnce(carryOver.latest());
    carryOver.end();
    this.#heritage = undefined;
  }

  /** Keeps arrays of views only while somebody holds them, until they are asked for again. */
  *letArraysGo(): Steps<void> {
    for (const view of this.#views.values()) {
      if (view instanceof OrdinalList || view instanceof MergedList) view.letArrayGo();
      else if (view instanceof GroupIndex || view instanceof MergedGroup) yield* view.letArraysGo();
    }
    for (const arrays of this.#arrays.values()) yield* arrays.letGo();
  }

  *#inheritViews(previous: SnapshotCore<R>): Steps<void> {
    const isSameBase = previous.parts.base.records === this.parts.base.records;
    for (const [name, view] of previous.#views) {
      yield;
      if (this.#records !== undefined) yield* this.#adopt(name, view);
      else if (this.#arrays !== previous.#arrays) yield* this.#remember(name, view, isSameBase);
    }
  }

  /** Over several parts arrays are compared when somebody asks for them again. */
  *#remember(name: string, view: AnyView<R>, isSameBase: boolean): Steps<void> {
    const arrays = this.#arraysOf(name);
    if (view instanceof UniqueIndex || view instanceof MergedUnique) return;
    const isGroup = view instanceof GroupIndex || view instanceof MergedGroup;
    const all = isGroup ? view.inUse() : view.inUse(undefined);
    for (const inUse of all) {
      const identity = isGroup ? identityOf(view.by, inUse.key) : undefined;
      // What goes on living must not keep the bytes of a base that went.
      arrays.set(identity, isSameBase ? inUse : withoutIndex(inUse));
      yield;
    }
  }

  *#adopt(name: string, view: AnyView<R>): Steps<void> {
    const mine = this.#view(name, undefined);
    if (mine instanceof GroupIndex) {
      if (view instanceof GroupIndex || view instanceof MergedGroup)
        yield* mine.adopt(view.inUse());
    } else if (mine instanceof OrdinalList) {
      const isList = view instanceof OrdinalList || view instanceof MergedList;
      if (isList) for (const { array } of view.inUse(undefined)) yield* mine.adopt(array);
    }
  }

  #view(name: string, kind: ViewDefinition<R>["view"] | undefined): AnyView<R> {
    const known = this.#views.get(name);
    if (known !== undefined) return known;
    const index = this.definition.views.findIndex((view) => view.name === name);
    const definition = this.definition.views[index];
    if (definition === undefined || (kind !== undefined && definition.view !== kind)) {
      throw this.#error("ERR_INVALID_ARGUMENT", `it has no ${kind ?? ""} view ${name}`);
    }
    const records = this.#records;
    const made =
      records === undefined
        ? this.#mergeView(definition, index)
        : this.#makeView(records, definition, index);
    this.#views.set(name, made);
    return made;
  }

  #makeView(records: Records<R>, definition: ViewDefinition<R>, index: number): AnyView<R> {
    const { views, seed } = records.segment.layout;
    const arrays = views[index];
    if (arrays === undefined)
      throw this.#error("ERR_BAD_SEGMENT", `view ${definition.name} is not there`);
    const source = { records, arrays, seed };
    if (definition.view === "group") return new GroupIndex(definition, source);
    if (definition.view === "unique") return new UniqueIndex(definition, source);
    const { ordinals } = arrays;
    const end = Math.min(ordinals.length, definition.limit ?? Infinity);
    return listOf(records, { ordinals, start: 0, end }, definition.sort);
  }

  #mergeView(definition: ViewDefinition<R>, index: number): AnyView<R> {
    const { parts } = this;
    const { key } = this.definition;
    const arrays = this.#arraysOf(definition.name);
    if (definition.view === "group")
      return new MergedGroup<R>(definition, parts, index, key, arrays);
    if (definition.view === "unique") return new MergedUnique<R>(definition, parts, index, key);
    const { limit = Infinity, sort } = definition;
    const runs = parts.list.map((part) => {
      const arrays = part.records.segment.layout.views[index];
      return indexRun(part, arrays?.ordinals ?? new Uint32Array(0));
    });
    const place = { arrays, identity: undefined, key: undefined };
    return mergedListOf({ runs, order: orderOf([...sort, ...key]), limit, place }, sort);
  }

  #merged(): MergedList<R> {
    this.#inKeyOrder ??= new MergedList({
      runs: this.parts.list.map(wholeRun),
      order: orderOf(this.definition.key),
      limit: Infinity,
    });
    return this.#inKeyOrder;
  }

  #arraysOf(name: string): ArraysInUse<R> {
    const known = this.#arrays.get(name);
    if (known !== undefined) return known;
    const arrays = new ArraysInUse<R>();
    this.#arrays.set(name, arrays);
    return arrays;
  }

  #error(
    code: "ERR_INVALID_ARGUMENT" | "ERR_BAD_SEGMENT",
    message: string,
  ): CachedCollectionsError {
    return new CachedCollectionsError(
      code,
      `${this.definition.package}.${this.definition.entity}`,
      message,
    );
  }
}

/**
 * Lays a snapshot over checked segments, newest first: deltas, then the base. Given the snapshot that readers
 * have now, records and arrays of it that did not change stay the same objects, also those that come into use
 * before `show` is called; where it has a part of the segments, work is proportional to the others. `memory`
 * bounds how many decoded records are kept of segments that are new. Throws ERR_BAD_SEGMENT for segments that do
 * not go together.
 */
export function* createCore<R extends object>(
  definition: EntityDefinition<R, never>,
  info: SnapshotInfo,
  segments: readonly Segment<R>[],
  previous?: SnapshotCore<R>,
  memory: RecordMemory = previous?.parts.base.records.memory ?? new RecordMemory(),
): Steps<SnapshotCore<R>> {
  const parts = yield* layOver(definition, [...segments].reverse(), memory, previous?.parts);
  return yield* coreOver(definition, info, parts, previous);
}

/** As `createCore`, over parts that were laid over each other before, by another thread for one. */
export function* coreOver<R extends object>(
  definition: EntityDefinition<R, never>,
  info: SnapshotInfo,
  parts: Parts<R>,
  previous?: SnapshotCore<R>,
): Steps<SnapshotCore<R>> {
  const own = previous === undefined ? parts : withOwnRecords(parts, previous.parts);
  const core = new SnapshotCore(definition, info, own, previous);
  if (previous !== undefined) yield* core.inherit(previous);
  parts.base.records.memory.addSnapshot(core);
  return core;
}

/** A snapshot of rows, without a store and at once: for `CitySnapshot.of`. Throws what a push would throw. */
export function coreOf<R extends object, I extends object>(
  definition: EntityDefinition<R, I>,
  rows: Iterable<I>,
): SnapshotCore<R> {
  const builder = new SegmentBuilder(definition);
  for (const row of rows) builder.add(row);
  const { bytes } = atOnce(builder.finish());
  const segment = atOnce(openSegment(definition, bytes));
  return atOnce(createCore(definition, { revision: 0, epoch: "", manifestId: "" }, [segment]));
}
