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
import { CarryOver } from "./carry-over.js";
import { GroupIndex } from "./group-index.js";
import { keyOf } from "./key-shape.js";
import { keyTable, type KeyTable } from "./key-table.js";
import { OrdinalList, placeIn } from "./record-list.js";
import { recordsOf, type Records } from "./records.js";
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

type AnyView<R extends object> = GroupIndex<R> | UniqueIndex<R> | OrdinalList<R>;

export class SnapshotCore<R extends object> {
  readonly definition: EntityDefinition<R, never>;
  readonly info: SnapshotInfo;
  /** How many records it has. */
  readonly size: number;
  readonly #records: Records<R>;
  readonly #keys: KeyTable<R> | undefined;
  readonly #views: Map<string, AnyView<R>> = new Map();

  /** Use `createCore`, which checks the segments and carries over what the last snapshot has decoded. */
  constructor(definition: EntityDefinition<R, never>, info: SnapshotInfo, records: Records<R>) {
    this.definition = definition;
    this.info = info;
    this.size = records.segment.records;
    this.#records = records;
    const { seed, keys: slots } = records.segment.layout;
    const fields = definition.key;
    if (fields.length > 0) this.#keys = keyTable({ fields, slots, seed, records });
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
    const whole = Math.trunc(position) || 0;
    const ordinal = whole < 0 ? whole + this.size : whole;
    return ordinal >= 0 && ordinal < this.size ? this.#records.get(ordinal) : undefined;
  }

  /** The records from `start` up to but not including `end`, as Array.slice; a new frozen array. */
  slice(start = 0, end: number = this.size): readonly R[] {
    const records: R[] = [];
    const to = placeIn(end, this.size);
    for (let at = placeIn(start, this.size); at < to; at++) records.push(this.#records.get(at));
    return Object.freeze(records);
  }

  /** All records in key order, or in the loader's order. */
  *values(): Generator<R, undefined, unknown> {
    for (let ordinal = 0; ordinal < this.size; ordinal++) yield this.#records.get(ordinal);
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
    const heir = new CarryOver(previous.#records, this.#records, this.definition.key, this.#keys);
    try {
      yield* heir.all();
      yield* this.#inheritViews(previous);
      yield* heir.latest();
    } finally {
      heir.end();
    }
  }

  *#inheritViews(previous: SnapshotCore<R>): Steps<void> {
    for (const [name, view] of previous.#views) {
      yield;
      const mine = this.#view(name, undefined);
      if (view instanceof GroupIndex && mine instanceof GroupIndex) yield* mine.adopt(view);
      else if (view instanceof OrdinalList && mine instanceof OrdinalList && view.arrayInUse) {
        yield* mine.adopt(view.arrayInUse);
      }
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
    const made = this.#makeView(definition, index);
    this.#views.set(name, made);
    return made;
  }

  #makeView(definition: ViewDefinition<R>, index: number): AnyView<R> {
    const { views, seed } = this.#records.segment.layout;
    const arrays = views[index];
    if (arrays === undefined)
      throw this.#error("ERR_BAD_SEGMENT", `view ${definition.name} is not there`);
    const source = { records: this.#records, arrays, seed };
    if (definition.view === "group") return new GroupIndex(definition, source);
    if (definition.view === "unique") return new UniqueIndex(definition, source);
    const { ordinals } = arrays;
    const end = Math.min(ordinals.length, definition.limit ?? Infinity);
    return listOf(this.#records, { ordinals, start: 0, end }, definition.sort);
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
 * Lays a snapshot over checked segments, newest first. Given the snapshot that readers have now, records and
 * arrays of it that did not change stay the same objects.
 */
export function* createCore<R extends object>(
  definition: EntityDefinition<R, never>,
  info: SnapshotInfo,
  segments: readonly Segment<R>[],
  previous?: SnapshotCore<R>,
): Steps<SnapshotCore<R>> {
  const [base] = segments;
  if (base === undefined || segments.length > 1 || base.layout.removed > 0) {
    const found = `${segments.length} segments with ${base?.layout.removed ?? 0} removals`;
    throw new CachedCollectionsError(
      "ERR_FORMAT",
      `${definition.package}.${definition.entity}`,
      `this build reads one base segment a revision, this one has ${found}; push the whole collection`,
    );
  }
  const core = new SnapshotCore(definition, info, recordsOf(base));
  if (previous !== undefined) yield* core.inherit(previous);
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
