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
import { missFilterOf, type MissFilter } from "./miss-filter.js";
import { isDead, type Dead, type Part, type Parts } from "./parts.js";
import type { Records } from "./records.js";

/** A lookup of records by key. */
export interface KeyTable<R> {
  get(key: unknown): R | undefined;
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
  readonly #missFilter: MissFilter | undefined;
  protected readonly seed: number;

  constructor({ slots, records, seed, parts }: KeyTableSource<R>) {
    this.#words = slots.words;
    this.#bits = slots.bits;
    this.#records = records;
    this.seed = seed;
    this.#parts = parts;
    this.#dead = parts?.base.dead;
    this.#missFilter = missFilterOf(slots);
  }

  abstract get(key: unknown): R | undefined;
  protected abstract has(record: R, key: unknown): boolean;

  protected probe(hash: number, key: unknown): R | undefined {
    const words = this.#words;
    const capacity = words.length;
    if (capacity === 0) return this.#probeDeltas(hash, key);
    let slot = homeSlot(hash, capacity);
    const filter = this.#missFilter;
    if (filter !== undefined && !filter.mayHave(hash, slot)) return this.#probeDeltas(hash, key);
    const bits = this.#bits;
    const wanted = hash << bits;
    const mask = (1 << bits) - 1;
    // A checked table has a free slot, where this ends.
    for (;;) {
      const word = words[slot] as number;
      if (word === 0) {
        if (filter !== undefined) filter.noteMiss();
        return this.#parts && this.#probeDeltas(hash, key);
      }
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

/** How many places a key may have in front: from its hash's own one on, so that they mostly share a line of memory. */
const FRONT_WINDOW = 4;

/**
 * In front: an array of integers with the keys, and beside it one with their records. A hit touches one line of
 * each and no other record; a miss is told from a hit without looking at a record that happens to stand there.
 */
class IntegerTable<R extends object> extends ProbedTable<R> {
  readonly #field: IndexField<R>;
  readonly #isSigned: boolean;
  readonly #mostFront: number;
  #frontKeys: Int32Array = new Int32Array(0);
  #front: (R | undefined)[] = [];
  /** How many records were put in front. */
  #found = 0;

  constructor(source: KeyTableSource<R>, field: IndexField<R>) {
    super(source);
    this.#field = field;
    this.#isSigned = field.kind.type === "int32";
    this.#mostFront = frontSize(source);
    this.#makeFront(Math.min(FIRST_FRONT, this.#mostFront));
  }

  override get(key: unknown): R | undefined {
    if (typeof key !== "number") return undefined;
    const word = key | 0;
    if ((this.#isSigned ? word : word >>> 0) !== key) return undefined;
    const hash = hashInteger(word, this.seed);
    const keys = this.#frontKeys;
    // There is room for a window behind the last place: this masks with a power of two less one.
    const place = hash & (keys.length - FRONT_WINDOW);
    let at = place;
    // Written out, because a loop would be asked for its end as often.
    if (keys[at] !== word && keys[++at] !== word && keys[++at] !== word) at++;
    const hot = keys[at] === word ? this.#front[at] : undefined;
    return hot ?? this.#findCold(hash, key, word, place);
  }

  #findCold(hash: number, key: number, word: number, place: number): R | undefined {
    const record = this.probe(hash, key);
    if (record !== undefined) this.#putInFront(word, record, place);
    return record;
  }

  /** At the first free place of the window, else where another one stood, each time elsewhere. */
  #putInFront(word: number, record: R, place: number): void {
    const [keys, front] = [this.#frontKeys, this.#front];
    let at = place;
    while (at < place + FRONT_WINDOW && front[at] !== undefined) at++;
    if (at === place + FRONT_WINDOW) at = place + (this.#found % FRONT_WINDOW);
    keys[at] = word;
    front[at] = record;
    const size = keys.length - FRONT_WINDOW + 1;
    if (++this.#found === size && size < this.#mostFront)
      this.#makeFront(Math.min(size * FRONT_GROWTH, this.#mostFront));
  }

  #makeFront(size: number): void {
    this.#frontKeys = new Int32Array(size + FRONT_WINDOW - 1);
    this.#front = emptyFront(size + FRONT_WINDOW - 1);
    this.#found = 0;
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
    const record = this.probe(hashOf(this.#fields, key, this.seed), key);
    if (record !== undefined) this.#hot.set(key, keyOf(this.#fields, record), record);
    return record;
  }

  protected override has(record: R, key: unknown): boolean {
    return matches(this.#fields, record, key);
  }
}
