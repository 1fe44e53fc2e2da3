/**
 * Lays segments over each other: looks the keys of each new delta up in what lies below it and marks what they
 * replace or take away as dead. Work is proportional to the new deltas where the snapshot before has the rest;
 * bitmaps are copied, one bit a record.
 */
import { addPart, finishHash, hashSingle, startHash } from "../bytes/hash.js";
import { compareNormal, normalOf, sameKey, type Normal } from "../bytes/scalar.js";
import type { Segment } from "../bytes/segment.js";
import type { Steps } from "../bytes/steps.js";
import type { EntityDefinition, IndexField } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { DeltaKeys, NO_ENTRY } from "./delta-keys.js";
import { fetchAhead } from "./fetch-ahead.js";
import { findInBase, Parts, type Dead, type Part } from "./parts.js";
import type { RecordMemory } from "./record-memory.js";
import { Records } from "./records.js";

/** Few enough for one step: about a tenth of a millisecond. */
const STRIDE = 64;
const MOST_PARTS = 0xffff;

/**
 * `segments` from the base to the newest delta. Throws ERR_BAD_SEGMENT for a delta whose records do not
 * decode, are not in key order, or that says two things about one key.
 */
export function* layOver<R extends object>(
  definition: EntityDefinition<R, never>,
  segments: readonly Segment<R>[],
  memory: RecordMemory,
  previous: Parts<R> | undefined,
): Steps<Parts<R>> {
  const [base] = segments;
  if (base === undefined || segments.length > MOST_PARTS || base.layout.removed > 0)
    throw refusal(definition, `${segments.length} segments, of which none is a base`);
  if (definition.key.length > 0 && base.records > 0 && base.layout.keys.words.length === 0)
    throw refusal(definition, "a base without key slots");
  if (segments.length > 1 && definition.key.length === 0)
    throw refusal(definition, "a delta over a sequence");
  const below =
    previous !== undefined && isBelow(previous, segments)
      ? previous
      : new Parts([untouched(base, memory, previous)], DeltaKeys.withRoom(0));
  if (below.list.length === segments.length) return below;
  const added = segments.slice(below.list.length).map((each) => untouched(each, memory, previous));
  return yield* new Layers(definition, below, added).build();
}

function untouched<R extends object>(
  segment: Segment<R>,
  memory: RecordMemory,
  previous: Parts<R> | undefined,
): Part<R> {
  const records = previous?.recordsOf(segment) ?? new Records(segment, memory);
  return { records, dead: undefined, live: segment.records };
}

/** Whether the segments are those of the snapshot before, and newer ones over them. */
function isBelow<R extends object>(previous: Parts<R>, segments: readonly Segment<R>[]): boolean {
  return previous.list.every((part, index) => part.records.segment === segments[index]);
}

function refusal<R extends object>(
  { package: schema, entity, hash }: EntityDefinition<R, never>,
  what: string,
): CachedCollectionsError {
  return new CachedCollectionsError(
    "ERR_BAD_SEGMENT",
    `${schema}.${entity}:${hash}`,
    `segments that do not go together: ${what}; push the whole collection`,
  );
}

/** A bitmap of whole words, in shared memory, because other threads read the same one. */
function bitmapFor(records: number, before: Dead | undefined): Dead {
  const dead = new Uint8Array(new SharedArrayBuffer(((records + 31) >>> 5) * 4));
  if (before !== undefined) dead.set(before);
  return dead;
}

/** A part while it is being made. */
interface Layer<R extends object> {
  readonly records: Records<R>;
  dead: Dead | undefined;
  live: number;
  /** Whether the bitmap is this snapshot's own. */
  own: boolean;
}

class Layers<R extends object> {
  readonly #definition: EntityDefinition<R, never>;
  readonly #key: readonly IndexField<R>[];
  readonly #list: readonly Layer<R>[];
  readonly #keys: DeltaKeys;
  readonly #base: Layer<R>;
  readonly #seed: number;
  /** Number of the first part that the snapshot before does not have. */
  readonly #first: number;

  constructor(definition: EntityDefinition<R, never>, below: Parts<R>, added: readonly Part<R>[]) {
    this.#definition = definition;
    this.#key = definition.key;
    this.#first = below.list.length;
    this.#seed = below.seed;
    const parts = [...below.list, ...added];
    this.#list = parts.map(({ records, dead, live }) => ({ records, dead, live, own: false }));
    this.#base = this.#list[0] as Layer<R>;
    const keys = added.map(({ records: { segment } }) => segment.records + segment.layout.removed);
    const room = keys.reduce((sum, each) => sum + each, 0);
    this.#keys = DeltaKeys.withRoom(room, below.deltaKeys);
  }

  /** From new to old, so that what is said about a key first is what holds. */
  *build(): Steps<Parts<R>> {
    for (let part = this.#list.length - 1; part >= this.#first; part--) {
      const { segment } = (this.#list[part] as Layer<R>).records;
      yield* this.#walk(part, 0, segment.records);
      yield* this.#walk(part, segment.records, segment.layout.removed);
    }
    const list = this.#list.map(({ records, dead, live }) => ({ records, dead, live }));
    return new Parts(list, this.#keys);
  }

  *#walk(part: number, from: number, count: number): Steps<void> {
    let last: readonly Normal[] | undefined;
    for (let start = from; start < from + count; start += STRIDE) {
      const size = Math.min(STRIDE, from + count - start);
      const keys: (readonly Normal[])[] = [];
      const hashes = new Int32Array(size);
      for (let i = 0; i < size; i++) {
        const key = this.#keyAt(part, start + i);
        if (last !== undefined && this.#compare(last, key) >= 0)
          throw this.#bad(part, `key ${start + i - from} is not behind the one before`);
        last = key;
        keys.push(key);
        hashes[i] = this.#hashOf(key);
      }
      fetchAhead(this.#base.records.segment.layout, hashes);
      for (const [i, key] of keys.entries()) this.#say(part, start + i, key, hashes[i] as number);
      yield;
    }
  }

  #say(part: number, ordinal: number, key: readonly Normal[], hash: number): void {
    const entry = this.#keys.find(hash, (other, at) => this.#hasKey(other, at, key));
    if (entry === NO_ENTRY) {
      const place = findInBase(this.#base, hash, (at) => this.#hasKey(0, at, key));
      if (place !== undefined) this.#kill(0, place);
      this.#keys.add(hash, part, ordinal);
      return;
    }
    const other = this.#keys.partOf(entry);
    if (other === part) throw this.#bad(part, "it removes a key that it has a record of");
    if (other > part) return this.#kill(part, ordinal);
    this.#kill(other, this.#keys.ordinalOf(entry));
    this.#keys.set(entry, part, ordinal);
  }

  /** Marks a record as dead; a removed key is none. */
  #kill(part: number, ordinal: number): void {
    const layer = this.#list[part] as Layer<R>;
    const { records } = layer.records.segment;
    if (ordinal >= records) return;
    if (!layer.own) layer.dead = bitmapFor(records, layer.dead);
    layer.own = true;
    const dead = layer.dead as Dead;
    dead[ordinal >>> 3] = (dead[ordinal >>> 3] as number) | (1 << (ordinal & 7));
    layer.live--;
  }

  #keyAt(part: number, ordinal: number): readonly Normal[] {
    const { segment } = (this.#list[part] as Layer<R>).records;
    try {
      if (ordinal >= segment.records) return segment.removedKey(ordinal - segment.records);
      // Decoded, because a delta of which a record does not decode is refused.
      const record = segment.decode(ordinal);
      return this.#key.map((field) => normalOf(field.kind, field.read(record)) as Normal);
    } catch (error) {
      // Whatever it is called: the bytes of a delta are all that is read here.
      throw this.#bad(part, error instanceof Error ? error.message : String(error), error);
    }
  }

  /** Looked up without decoding: most of these records nobody reads. */
  #hasKey(part: number, ordinal: number, key: readonly Normal[]): boolean {
    const { segment } = (this.#list[part] as Layer<R>).records;
    const { records } = segment;
    const own = ordinal < records ? segment.keyOf(ordinal) : segment.removedKey(ordinal - records);
    return sameKey(own, key);
  }

  #compare(a: readonly Normal[], b: readonly Normal[]): number {
    for (let i = 0; i < a.length; i++) {
      const order = compareNormal(a[i] as Normal, b[i] as Normal);
      if (order !== 0) return order;
    }
    return 0;
  }

  #hashOf(key: readonly Normal[]): number {
    const fields = this.#key;
    const [only] = fields;
    if (fields.length === 1 && only !== undefined) return hashSingle(only.kind, key[0], this.#seed);
    let state = startHash(this.#seed);
    for (let i = 0; i < fields.length; i++)
      state = addPart(state, (fields[i] as IndexField<R>).kind, key[i]);
    return finishHash(state);
  }

  #bad(part: number, what: string, cause?: unknown): CachedCollectionsError {
    const { package: schema, entity, hash } = this.#definition;
    const where = `delta ${part} of ${this.#list.length - 1}, from the oldest`;
    const message = `bad segment: ${where}: ${what}`;
    const subject = `${schema}.${entity}:${hash}`;
    return new CachedCollectionsError("ERR_BAD_SEGMENT", subject, message, { cause });
  }
}
