/**
 * Snapshots over a base and deltas, against a plain Map: a consumer that followed, one that starts cold, and
 * snapshots made before must all answer as the rows of their revision say.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runsShort } from "../../runtime/src/bytes/limited-views.js";
import { keyOfRecord, liveParts } from "../../runtime/src/bytes/live-parts.js";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import type { Normal } from "../../runtime/src/bytes/scalar.js";
import { SegmentBuilder } from "../../runtime/src/bytes/segment-builder.js";
import type { Segment } from "../../runtime/src/bytes/segment.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { isDead } from "../../runtime/src/snapshot/parts.js";
import { RecordMemory } from "../../runtime/src/snapshot/record-memory.js";
import { partsOver, shareParts } from "../../runtime/src/snapshot/shared-parts.js";
import {
  coreOver,
  createCore,
  type SnapshotCore,
} from "../../runtime/src/snapshot/snapshot-core.js";
import type { IndexField } from "../../runtime/src/definition.js";
import { hasDuplicates, identity, keyFrom, sortBy } from "../support/plain.js";
import { check } from "../support/property.js";
import { checkView } from "../support/view-checks.js";
import {
  anyKey,
  anyThing,
  anyView,
  thingDefinition,
  type Thing,
  type ThingDefinition,
} from "../support/thing.js";

const info = { revision: 1, epoch: "epoch", manifestId: "manifest" };

/** What is published: segments from new to old, and the rows that they say, by identity of their keys. */
interface Revision {
  readonly segments: readonly Segment<Thing>[];
  readonly rows: ReadonlyMap<string, Thing>;
}

type Step =
  | { readonly do: "delta"; readonly upsert: readonly Thing[]; readonly remove: readonly number[] }
  | { readonly do: "rewrite"; readonly picks: readonly number[] }
  | { readonly do: "merge"; readonly count: number }
  | { readonly do: "base" }
  | { readonly do: "back"; readonly to: number };

const picks = fc.array(fc.nat(100), { maxLength: 6 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("delta" as const),
      upsert: fc.array(anyThing, { maxLength: 8 }),
      remove: picks,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("rewrite" as const), picks }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("merge" as const), count: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("base" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("back" as const), to: fc.nat(9) }) },
);
const anyHistory = fc.record({
  key: anyKey.filter(({ length }) => length > 0),
  views: fc.array(anyView, { minLength: 1, maxLength: 3 }),
  rows: fc.array(anyThing, { maxLength: 30 }),
  others: fc.array(anyThing, { maxLength: 3 }),
  /** Whether the follower looks after a step, or skips the revision. */
  steps: fc.array(fc.record({ step, looks: fc.boolean(), reads: picks, letGo: fc.nat(12) }), {
    maxLength: 10,
  }),
});

class Publisher {
  readonly definition: ThingDefinition;
  readonly history: Revision[] = [];
  #seed = 1;

  constructor(definition: ThingDefinition, rows: readonly Thing[]) {
    this.definition = definition;
    this.#publish([this.#base([...this.#byKey(rows).values()])], this.#byKey(rows));
  }

  get head(): Revision {
    return this.history.at(-1) as Revision;
  }

  /** False when the rows cannot be published because a unique view refuses them. */
  take(step: Step): boolean {
    const { segments, rows } = this.head;
    if (step.do === "delta") return this.#change(this.#byKey(step.upsert), step.remove);
    if (step.do === "rewrite") {
      const all = [...rows.values()];
      const same = step.picks.flatMap((pick) => all[pick % Math.max(1, all.length)] ?? []);
      return this.#change(this.#byKey(same), []);
    }
    if (step.do === "back") {
      const { segments, rows } = this.history[step.to % this.history.length] as Revision;
      return this.#publish(segments, rows);
    }
    if (step.do === "base") return this.#publish([this.#base([...rows.values()])], rows);
    const merged = Math.min(step.count + 1, segments.length - 1);
    if (merged < 1) return true;
    const rest = segments.slice(merged);
    return this.#publish([this.#merge(segments.slice(0, merged)), ...rest], rows);
  }

  keyOf(row: Thing): unknown {
    const { key } = this.definition;
    return keyFrom(
      key,
      key.map((field) => field.read(row)),
    );
  }

  #change(upsert: ReadonlyMap<string, Thing>, remove: readonly number[]): boolean {
    const { segments, rows } = this.head;
    const next = new Map(rows);
    const before = [...rows];
    const removed: Thing[] = [];
    for (const pick of remove) {
      const [id, row] = before[pick % Math.max(1, before.length)] ?? [];
      if (id === undefined || row === undefined || upsert.has(id) || !next.delete(id)) continue;
      removed.push(row);
    }
    for (const [id, row] of upsert) next.set(id, row);
    const given = [...next.values()];
    if (this.definition.views.some((view) => hasDuplicates(view, given))) return false;
    const all = [this.#delta([...upsert.values()], removed), ...segments];
    const parts = atOnce(liveParts(this.definition, all));
    if (!atOnce(runsShort(this.definition, parts))) return this.#publish(all, next);
    return this.#publish([this.#base(given)], next);
  }

  /** Deltas made one: the newest word on each key. */
  #merge(segments: readonly Segment<Thing>[]): Segment<Thing> {
    const upsert = new Map<string, Thing>();
    const removed = new Map<string, readonly Normal[]>();
    for (const segment of segments) {
      for (let i = 0; i < segment.layout.removed; i++) {
        const key = segment.removedKey(i);
        if (!upsert.has(normalId(key))) removed.set(normalId(key), key);
      }
      for (let i = 0; i < segment.records; i++) {
        const row = segment.decode(i);
        const id = normalId(keyOfRecord(this.definition, row));
        if (!upsert.has(id) && !removed.has(id)) upsert.set(id, row);
      }
    }
    return this.#delta([...upsert.values()], [], [...removed.values()]);
  }

  #base(rows: readonly Thing[]): Segment<Thing> {
    return this.#built(new SegmentBuilder(this.definition, { seed: this.#seed++ }), rows);
  }

  #delta(
    rows: readonly Thing[],
    removed: readonly Thing[],
    removedKeys: readonly (readonly Normal[])[] = [],
  ): Segment<Thing> {
    const builder = new SegmentBuilder(this.definition, { seed: this.#seed++, isDelta: true });
    for (const row of removed) builder.remove(this.keyOf(row));
    for (const values of removedKeys) builder.removeValues(values);
    return this.#built(builder, rows);
  }

  #built(builder: SegmentBuilder<Thing, Thing>, rows: readonly Thing[]): Segment<Thing> {
    for (const row of rows) builder.add(row);
    return atOnce(openSegment(this.definition, atOnce(builder.finish()).bytes));
  }

  /** The same for equal keys and no others. */
  idOf(row: Thing): string {
    const { key } = this.definition;
    return identity(
      key,
      key.map((field: IndexField<Thing>) => field.read(row)),
    );
  }

  #byKey(rows: readonly Thing[]): Map<string, Thing> {
    return new Map(rows.map((row) => [this.idOf(row), row]));
  }

  #publish(segments: readonly Segment<Thing>[], rows: ReadonlyMap<string, Thing>): boolean {
    this.history.push({ segments, rows });
    return true;
  }
}

function lookAt(
  publisher: Publisher,
  revision: Revision,
  previous?: SnapshotCore<Thing>,
): SnapshotCore<Thing> {
  return atOnce(createCore(publisher.definition, info, revision.segments, previous));
}

/** As a thread does that is given the parts of another one's snapshot, which follows too. */
function lookOver(
  publisher: Publisher,
  revision: Revision,
  previous?: SnapshotCore<Thing>,
): SnapshotCore<Thing> {
  const core = lookAt(publisher, revision, previous && followedOver.get(previous));
  const shared = structuredClone(shareParts(core.parts));
  const theirs = [...revision.segments].reverse();
  const known = (index: number): Segment<Thing> | undefined =>
    segmentsOver.get(theirs[index] as Segment<Thing>);
  const memory = previous?.parts.base.records.memory ?? new RecordMemory();
  const parts = partsOver(publisher.definition, shared, known, memory, previous?.parts);
  const over = atOnce(coreOver(publisher.definition, info, parts, previous));
  followedOver.set(over, core);
  for (const [index, { records }] of over.parts.list.entries())
    segmentsOver.set(theirs[index] as Segment<Thing>, records.segment);
  return over;
}

/** By the snapshot over the shared parts: the one that shares them. */
const followedOver = new WeakMap<object, SnapshotCore<Thing>>();
/** By the segment that is shared: the one over the same memory. */
const segmentsOver = new WeakMap<Segment<Thing>, Segment<Thing>>();

/** Segments of its own, as another process has them. */
function copied({ segments, rows }: Revision, definition: ThingDefinition): Revision {
  const copies = segments.map((segment) => atOnce(openSegment(definition, segment.layout.bytes)));
  return { segments: copies, rows };
}

function checkAll(
  publisher: Publisher,
  core: SnapshotCore<Thing>,
  { rows }: Revision,
  others: readonly Thing[],
): void {
  const given = [...rows.values()];
  expect(core.size).toBe(given.length);
  for (const row of given) expect(core.get(publisher.keyOf(row))).toEqual(row);
  for (const row of [...others, ...(publisher.history[0] as Revision).rows.values()]) {
    expect(core.has(publisher.keyOf(row))).toBe(rows.has(publisher.idOf(row)));
  }
  const records = [...core.values()];
  expect(records).toEqual(sortBy(given, core.definition.key));
  for (const view of publisher.definition.views) checkView(core, view, records, others);
  const all = [...core.values()];
  for (const at of [0, 3, -1, -4, all.length >> 1]) expect(core.at(at)).toBe(all.at(at));
  expect(core.slice(1, 4)).toEqual(all.slice(1, 4));
  expect(core.slice(-3)).toEqual(all.slice(-3));
}

function normalId(values: readonly Normal[]): string {
  return values.map((value) => `${typeof value} ${value}`).join("|");
}

describe("a snapshot over deltas", () => {
  test("answers as a Map of the rows does, to a follower, from cold, and later on", () => {
    expect(check(historiesSeenBy(lookAt), 40)).toBe(40);
  });

  test("answers so over the parts that another thread shares", () => {
    expect(check(historiesSeenBy(lookOver), 25)).toBe(25);
  });
});

function historiesSeenBy(look: typeof lookAt): fc.IProperty<unknown> {
  return fc.property(anyHistory, ({ key, views, rows, others, steps }) => {
    const named = views.map((view, index) => ({ view, index }));
    const unique = named.filter(
      ({ view, index }) => views.findIndex(({ name }) => name === view.name) === index,
    );
    const definition = thingDefinition(
      key,
      unique.map(({ view }) => view),
    );
    fc.pre(!definition.views.some((view) => hasDuplicates(view, rows)));
    const publisher = new Publisher(definition, rows);
    const held: { core: SnapshotCore<Thing>; revision: Revision; records: readonly Thing[] }[] = [];
    let core = look(publisher, publisher.head);
    let seen = publisher.head;
    for (const { step, looks, reads, letGo } of steps) {
      publisher.take(step);
      if (!looks) continue;
      readSome(publisher, core, seen, reads);
      const arrays = letGo % 3 === 0 ? arraysOf(core) : [];
      const records = inUse(core);
      held.push({ core, revision: seen, records });
      letSomeGo(core, letGo);
      core = look(publisher, publisher.head, core);
      seen = publisher.head;
      checkIdentity(records, core);
      checkArrays(arrays, core);
      if (reads.length % 2 === 0) checkAll(publisher, core, seen, others);
    }
    checkAll(publisher, core, seen, others);
    const cold = copied(publisher.head, definition);
    checkAll(publisher, look(publisher, cold), cold, others);
    for (const { core, revision, records } of held.slice(0, 2)) {
      for (const record of records) expect(core.get(core.keyOf(record)) === record).toBe(true);
      checkAll(publisher, core, revision, others);
    }
  });
}

function readSome(
  publisher: Publisher,
  core: SnapshotCore<Thing>,
  { rows }: Revision,
  reads: readonly number[],
): void {
  const given = [...rows.values()];
  for (const read of reads) {
    const row = given[read % Math.max(1, given.length)];
    if (row !== undefined) core.get(publisher.keyOf(row));
  }
}

/**
 * As where memory is short. In one turn of the event loop nothing that was let go is collected, so nobody may
 * notice it.
 */
function letSomeGo(core: SnapshotCore<Thing>, count: number): void {
  for (const { records } of core.parts.list) records.letSomeGo(count);
  if (count % 2 === 0) atOnce(core.letArraysGo());
}

/** An array that a view gave out, and how to ask for it again. */
interface Given {
  readonly array: readonly Thing[];
  readonly again: (core: SnapshotCore<Thing>) => readonly Thing[];
}

/** All arrays of views. */
function arraysOf(core: SnapshotCore<Thing>): readonly Given[] {
  return core.definition.views.flatMap(({ view, name }): readonly Given[] => {
    if (view === "unique") return [];
    const asks =
      view === "sorted"
        ? [(core: SnapshotCore<Thing>) => core.sorted(name).toArray()]
        : [...core.group(name).keys()].map(
            (key) => (core: SnapshotCore<Thing>) => core.group(name).get(key),
          );
    return asks.map((again) => ({ array: again(core), again }));
  });
}

/** An array is the same one exactly as long as its records are. */
function checkArrays(arrays: readonly Given[], core: SnapshotCore<Thing>): void {
  for (const { array, again } of arrays) {
    const now = again(core);
    const isSame = now.length === array.length && now.every((record, i) => record === array[i]);
    expect(now === array).toBe(isSame);
  }
}

/** All records that readers may have got. */
function inUse({ parts }: SnapshotCore<Thing>): readonly Thing[] {
  return parts.list.flatMap(({ records, dead }) =>
    [...records.inUse()].flatMap(([ordinal, record]) => (isDead(dead, ordinal) ? [] : record)),
  );
}

/** A record that has the same content now is the same object. */
function checkIdentity(before: readonly Thing[], core: SnapshotCore<Thing>): void {
  for (const record of before) {
    const now = core.get(core.keyOf(record));
    expect(now === record).toBe(now !== undefined && sameThing(now, record));
  }
}

function sameThing(a: Thing, b: Thing | undefined): boolean {
  try {
    expect(a).toStrictEqual(b);
    return true;
  } catch {
    return false;
  }
}
