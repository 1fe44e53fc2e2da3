/**
 * Finds records by key: hash, slot, ordinal, record, and the record's own key confirms it. In front stands
 * something small that remembers records found before, so that hot keys touch neither slots nor all records.
 * Behind it stands, where deltas lie over the base, one table over all of them.
 * There is one class for each kind of key that is looked up often, because this is the hottest path of all.
 */
import { hashInteger, hashText } from "../bytes/hash.js";
import { homeSlot, type SlotTable } from "../bytes/slots.js";
import type { IndexField } from "../definition.js";
import { NO_ENTRY } from "./delta-keys.js";
import { HotKeys } from "./hot-keys.js";
import { hashOf, keyOf, matches } from "./key-shape.js";
import { isDead, type Dead, type Part, type Parts } from "./parts.js";
import type { Records } from "./records.js";

/** A lookup of records by key. */
export interface KeyTable<R> {
  get(key: unknown): R | undefined;
  /** The hash by which a record's key is filed, to find its place in another segment. */
  hashOfKey(key: unknown): number;
}

/** What a table is made over. */
export interface KeyTableSource<R extends object> {
  readonly fields: readonly IndexField<R>[];
  readonly slots: SlotTable;
  readonly seed: number;
  readonly records: Records<R>;
  /** Segments and what of them is live: absent while no delta lies over the records. */
  readonly parts?: Parts<R>;
}

/** The table that is fastest for these fields. */
export function keyTable<R extends object>(source: KeyTableSource<R>): KeyTable<R> {
  const [field] = source.fields;
  if (source.fields.length === 1 && field !== undefined) {
    if (field.kind.type === "uint32" || field.kind.type === "int32")
      return new IntegerTable(source, field);
    if (field.kind.type === "string") return new TextTable(source, field);
  }
  return new AnyTable(source);
}

abstract class ProbedTable<R extends object> implements KeyTable<R> {
  readonly #words: Int32Array;
  readonly #bits: number;
  readonly #records: Records<R>;
  readonly #parts: Parts<R> | undefined;
  readonly #dead: Dead | undefined;
  protected readonly seed: number;

  constructor({ slots, records, seed, parts }: KeyTableSource<R>) {
    this.#words = slots.words;
    this.#bits = slots.bits;
    this.#records = records;
    this.seed = seed;
    this.#parts = parts;
    this.#dead = parts?.base.dead;
  }

  abstract get(key: unknown): R | undefined;
  abstract hashOfKey(key: unknown): number;
  protected abstract has(record: R, key: unknown): boolean;

  protected probe(hash: number, key: unknown): R | undefined {
    const words = this.#words;
    const capacity = words.length;
    if (capacity === 0) return this.#probeDeltas(hash, key);
    const bits = this.#bits;
    const wanted = hash << bits;
    const mask = (1 << bits) - 1;
    // A checked table has a free slot, where this ends.
    for (let slot = homeSlot(hash, capacity); ;) {
      const word = words[slot] as number;
      if (word === 0) return this.#parts && this.#probeDeltas(hash, key);
      if ((word ^ wanted) >>> bits === 0) {
        const ordinal = (word & mask) - 1;
        // A live bit proves that nothing newer has the key.
        if (!isDead(this.#dead, ordinal)) {
          const record = this.#records.get(ordinal);
          if (this.has(record, key)) return record;
        }
      }
      slot++;
      if (slot === capacity) slot = 0;
    }
  }

  #probeDeltas(hash: number, key: unknown): R | undefined {
    const parts = this.#parts;
    if (parts === undefined) return undefined;
    const { deltaKeys, list } = parts;
    const entry = deltaKeys.find(hash, (part, ordinal) => {
      const { records } = list[part] as Part<R>;
      return ordinal < records.segment.records && this.has(records.get(ordinal), key);
    });
    if (entry === NO_ENTRY) return undefined;
    return list[deltaKeys.partOf(entry)]?.records.get(deltaKeys.ordinalOf(entry));
  }
}

/** Up to here all keys of a collection have room in front of its table. */
const WHOLE_FRONT = 4_096;
const MOST_FRONT = 65_536;
/** It begins like this and grows as records are found: most snapshots of busy collections are soon replaced. */
const FIRST_FRONT = 1024;
const FRONT_GROWTH = 8;

function emptyFront<R>(size: number): (R | undefined)[] {
  return new Array<R | undefined>(size).fill(undefined);
}

/** A power of two: as many as the table has slots while that is little memory, then an eighth of them, bounded. */
function frontSize<R extends object>({ slots, records }: KeyTableSource<R>): number {
  const { length } = slots.words;
  // What stands in front is kept too: at most a quarter of what may be.
  const most = Math.min(MOST_FRONT, records.memory.most / 4);
  let size = 16;
  while (size < (size < WHOLE_FRONT ? length : length / 8) && size * 2 <= most) size *= 2;
  return size;
}

/**
 * In front: two places for each hash, with the keys beside them in an array of integers. A hit touches one line
 * of it and no record; a miss is told from a hit without looking at a record that happens to stand there.
 */
class IntegerTable<R extends object> extends ProbedTable<R> {
  readonly #field: IndexField<R>;
  readonly #isSigned: boolean;
  readonly #mostFront: number;
  #frontKeys: Int32Array;
  #front: (R | undefined)[];
  #found = 0;

  constructor(source: KeyTableSource<R>, field: IndexField<R>) {
    super(source);
    this.#field = field;
    this.#isSigned = field.kind.type === "int32";
    this.#mostFront = frontSize(source);
    const size = Math.min(FIRST_FRONT, this.#mostFront);
    this.#frontKeys = new Int32Array(size);
    this.#front = emptyFront(size);
  }

  override get(key: unknown): R | undefined {
    if (typeof key !== "number") return undefined;
    const word = key | 0;
    if ((this.#isSigned ? word : word >>> 0) !== key) return undefined;
    const hash = hashInteger(word, this.seed);
    const keys = this.#frontKeys;
    const place = hash & (keys.length - 2);
    let hot: R | undefined;
    if (keys[place] === word) hot = this.#front[place];
    else if (keys[place + 1] === word) hot = this.#front[place + 1];
    return hot ?? this.#findCold(hash, key, word, place);
  }

  #findCold(hash: number, key: number, word: number, place: number): R | undefined {
    const record = this.probe(hash, key);
    if (record === undefined) return undefined;
    const [keys, front] = [this.#frontKeys, this.#front];
    keys[place + 1] = keys[place] ?? 0;
    front[place + 1] = front[place];
    keys[place] = word;
    front[place] = record;
    if (++this.#found === keys.length && keys.length < this.#mostFront) this.#grow();
    return record;
  }

  #grow(): void {
    const size = Math.min(this.#frontKeys.length * FRONT_GROWTH, this.#mostFront);
    this.#frontKeys = new Int32Array(size);
    this.#front = emptyFront(size);
    this.#found = 0;
  }

  override hashOfKey(key: unknown): number {
    return hashInteger(Number(key), this.seed);
  }

  protected override has(record: R, key: unknown): boolean {
    return this.#field.read(record) === key;
  }
}

/** In front: a Map, because V8 keeps the hash of a string that it has hashed once; emptied when it is full. */
class TextTable<R extends object> extends ProbedTable<R> {
  readonly #field: IndexField<R>;
  readonly #front: Map<string, R> = new Map();
  readonly #mostFront: number;

  constructor(source: KeyTableSource<R>, field: IndexField<R>) {
    super(source);
    this.#field = field;
    this.#mostFront = frontSize(source);
  }

  override get(key: unknown): R | undefined {
    if (typeof key !== "string") return undefined;
    const front = this.#front;
    const hot = front.get(key);
    if (hot !== undefined) return hot;
    const record = this.probe(hashText(key, this.seed), key);
    if (record === undefined) return undefined;
    if (front.size === this.#mostFront) front.clear();
    // The record's own string: the caller's may be a small part of a large one, which it would keep alive.
    front.set(this.#field.read(record) as string, record);
    return record;
  }

  override hashOfKey(key: unknown): number {
    return hashText(String(key), this.seed);
  }

  protected override has(record: R, key: unknown): boolean {
    return this.#field.read(record) === key;
  }
}

/** In front: what `HotKeys` says. */
class AnyTable<R extends object> extends ProbedTable<R> {
  readonly #fields: readonly IndexField<R>[];
  readonly #hot: HotKeys<R>;

  constructor(source: KeyTableSource<R>) {
    super(source);
    this.#fields = source.fields;
    this.#hot = new HotKeys(source.fields, frontSize(source));
  }

  override get(key: unknown): R | undefined {
    return this.#hot.get(key) ?? this.#findCold(key);
  }

  #findCold(key: unknown): R | undefined {
    const record = this.probe(this.hashOfKey(key), key);
    if (record !== undefined) this.#hot.set(key, keyOf(this.#fields, record), record);
    return record;
  }

  override hashOfKey(key: unknown): number {
    return hashOf(this.#fields, key, this.seed);
  }

  protected override has(record: R, key: unknown): boolean {
    return matches(this.#fields, record, key);
  }
}
