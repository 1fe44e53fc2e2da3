/**
 * Finds records by key: hash, slot, ordinal, record, and the record's own key confirms it. In front stands a
 * small table of the records found last, so that hot keys touch neither slots nor the memory of records.
 * Behind it stands, where deltas lie over the base, one table over all of them.
 * There is one class for each kind of key that is looked up often, because this is the hottest path of all.
 */
import { hashInteger, hashText } from "../bytes/hash.js";
import { homeSlot, type SlotTable } from "../bytes/slots.js";
import type { IndexField } from "../definition.js";
import { NO_ENTRY } from "./delta-keys.js";
import { hashOf, matches } from "./key-shape.js";
import { isDead, type Dead, type Part, type Parts } from "./parts.js";
import type { Records } from "./records.js";

/** A lookup of records by key. */
export interface KeyTable<R> {
  get(key: unknown): R | undefined;
  /** The hash by which a record's key is filed, to find its place in another segment. */
  hashOfKey(key: unknown): number;
  /** Records found last, by the low bits of their hash. */
  readonly front: readonly (R | undefined)[];
  /** Forgets a record of this key that died. */
  drop(key: unknown, record: R): void;
}

/** What a table is made over. */
export interface KeyTableSource<R extends object> {
  readonly fields: readonly IndexField<R>[];
  readonly slots: SlotTable;
  readonly seed: number;
  readonly records: Records<R>;
  /** What lies over the records: absent while nothing does. */
  readonly over?: KeyTableOver<R>;
}

/** What a key table needs to know of deltas over a base. */
export interface KeyTableOver<R extends object> {
  readonly parts: Parts<R>;
  /** Hot records of the snapshot before; those that died since must be dropped. */
  readonly front?: readonly (R | undefined)[];
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

const MOST_FRONT = 65_536;

abstract class ProbedTable<R extends object> implements KeyTable<R> {
  readonly #words: Int32Array;
  readonly #bits: number;
  readonly #records: Records<R>;
  /** Direct-mapped by the low bits of the hash; slots go by the high ones. */
  readonly #front: (R | undefined)[];
  readonly #parts: Parts<R> | undefined;
  readonly #dead: Dead | undefined;
  protected readonly seed: number;

  constructor({ slots, records, seed, over }: KeyTableSource<R>) {
    this.#words = slots.words;
    this.#bits = slots.bits;
    this.#records = records;
    this.seed = seed;
    this.#parts = over?.parts;
    this.#dead = over?.parts.base.dead;
    const size = frontSize(slots.words.length);
    this.#front = over?.front?.slice() ?? new Array<R | undefined>(size).fill(undefined);
  }

  get front(): readonly (R | undefined)[] {
    return this.#front;
  }

  drop(key: unknown, record: R): void {
    const place = this.hashOfKey(key) & (this.#front.length - 1);
    if (this.#front[place] === record) this.#front[place] = undefined;
  }

  abstract get(key: unknown): R | undefined;
  abstract hashOfKey(key: unknown): number;
  protected abstract has(record: R, key: unknown): boolean;

  protected find(hash: number, key: unknown): R | undefined {
    const front = this.#front;
    const place = hash & (front.length - 1);
    const hot = front[place];
    if (hot !== undefined && this.has(hot, key)) return hot;
    const record = this.#probe(hash, key);
    if (record !== undefined) front[place] = record;
    return record;
  }

  #probe(hash: number, key: unknown): R | undefined {
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

/** A power of two: an eighth of the table, but for small and large ones. */
function frontSize(slots: number): number {
  let size = 16;
  while (size < slots / 8 && size < MOST_FRONT) size *= 2;
  return size;
}

class IntegerTable<R extends object> extends ProbedTable<R> {
  readonly #field: IndexField<R>;

  constructor(source: KeyTableSource<R>, field: IndexField<R>) {
    super(source);
    this.#field = field;
  }

  override get(key: unknown): R | undefined {
    return typeof key === "number" ? this.find(hashInteger(key, this.seed), key) : undefined;
  }

  override hashOfKey(key: unknown): number {
    return hashInteger(Number(key), this.seed);
  }

  protected override has(record: R, key: unknown): boolean {
    return this.#field.read(record) === key;
  }
}

class TextTable<R extends object> extends ProbedTable<R> {
  readonly #field: IndexField<R>;

  constructor(source: KeyTableSource<R>, field: IndexField<R>) {
    super(source);
    this.#field = field;
  }

  override get(key: unknown): R | undefined {
    return typeof key === "string" ? this.find(hashText(key, this.seed), key) : undefined;
  }

  override hashOfKey(key: unknown): number {
    return hashText(String(key), this.seed);
  }

  protected override has(record: R, key: unknown): boolean {
    return this.#field.read(record) === key;
  }
}

class AnyTable<R extends object> extends ProbedTable<R> {
  readonly #fields: readonly IndexField<R>[];

  constructor(source: KeyTableSource<R>) {
    super(source);
    this.#fields = source.fields;
  }

  override get(key: unknown): R | undefined {
    return this.find(this.hashOfKey(key), key);
  }

  override hashOfKey(key: unknown): number {
    return hashOf(this.#fields, key, this.seed);
  }

  protected override has(record: R, key: unknown): boolean {
    return matches(this.#fields, record, key);
  }
}
