/**
 * Turns rows into a segment, a base or a delta. Rows are encoded as they come and not kept; `finish` puts them
 * in key order, refuses duplicates, builds every index, and lays the bytes out.
 */
import { randomInt } from "node:crypto";
import { InvalidFieldError } from "../codec/invalid-field.js";
import { checkObject, refusal } from "../codec/names.js";
import type { EntityDefinition, UniqueDefinition } from "../definition.js";
import { CachedCollectionsError, type ErrorCode } from "../errors.js";
import { describeGivenKey, describeKey, describeRow } from "./describe-key.js";
import { checkHost, MOST_RECORDS, MOST_WITHOUT_KEY_SLOTS } from "./format.js";
import {
  keyColumns,
  viewColumns,
  type IndexColumns,
  type IndexEntries,
  type KeyColumns,
} from "./index-columns.js";
import { keyValues } from "./key-message.js";
import { asTheyCame, compareBytes, sortByBytes, SortScratch } from "./radix-sort.js";
import { RemovedKeys } from "./removed-keys.js";
import { RowBlocks } from "./row-blocks.js";
import type { Normal } from "./scalar.js";
import { layOut } from "./segment-layout.js";
import { fillSlots } from "./slots.js";
import type { Steps } from "./steps.js";
import {
  buildView,
  NO_ENTRIES,
  type DuplicateRows,
  type RowOrder,
  type ViewArrays,
} from "./view-arrays.js";
import { workWords } from "./work-memory.js";

/** A segment ready to be stored. */
export interface BuiltSegment {
  /** Over a SharedArrayBuffer of its own. */
  readonly bytes: Uint8Array;
  readonly records: number;
  /** How many keys it takes away; 0 for a base. */
  readonly removed: number;
}

export interface SegmentBuilderOptions {
  /** Seed of the hashes, 32 bits; random unless given, so that nobody can craft keys that collide. */
  readonly seed?: number;
  /** Whether it is to lie over other segments. Default false: a base. */
  readonly isDelta?: boolean;
}

export class SegmentBuilder<R extends object, I extends object> {
  readonly #definition: EntityDefinition<R, I>;
  readonly #subject: string;
  readonly #seed: number;
  #isDelta: boolean;
  readonly #rows: RowBlocks;
  readonly #removed: RemovedKeys;
  readonly #key: KeyColumns<R>;
  readonly #views: readonly IndexColumns<R>[];
  readonly #scratch: SortScratch = new SortScratch();
  #dropped = 0;

  constructor(definition: EntityDefinition<R, I>, options: SegmentBuilderOptions = {}) {
    this.#definition = definition;
    this.#subject = `${definition.package}.${definition.entity}`;
    checkHost(this.#subject);
    this.#seed = options.seed ?? randomInt(2 ** 32);
    this.#isDelta = options.isDelta ?? false;
    this.#rows = new RowBlocks(this.#subject);
    const context = { subject: this.#subject, seed: this.#seed };
    this.#removed = new RemovedKeys(definition, context);
    this.#key = keyColumns(definition.key, context);
    this.#views = definition.views.map((view) => viewColumns(view, context));
  }

  /** How many rows came so far. */
  get records(): number {
    return this.#rows.length;
  }

  /**
   * Encodes one row; about 2 us for ten fields and four views. Throws ERR_INVALID_RECORD naming the row's
   * key, the field and the value, and is then as if the row had never come. Returns the row as a record.
   */
  add(row: I): R {
    this.write(row);
    const record = this.decodeWritten(row);
    this.keepWritten(record);
    return record;
  }

  /** The first half of `add`: encodes a row, which is then to be kept or dropped. */
  write(row: I): void {
    try {
      checkObject(row);
      this.#definition.encode(this.#rows.open(), row);
      this.#rows.close();
    } catch (error) {
      throw this.#refused(error, row);
    }
  }

  /** Whether these bytes, from here on, are the field of the row written last. */
  isWritten(bytes: DataView, at: number): boolean {
    return this.#rows.isWritten(bytes, at);
  }

  /** The row written last as a record: what readers will see. */
  decodeWritten(row: I): R {
    try {
      return this.#rows.decodeWritten(this.#definition);
    } catch (error) {
      throw this.#refused(error, row);
    }
  }

  keepWritten(record: R): void {
    this.#checkRoom();
    const number = this.#rows.length;
    this.#rows.keep();
    if (this.#definition.key.length > 0) this.#key.add(record, number);
    for (const view of this.#views) view.add(record, number);
  }

  dropWritten(): void {
    this.#rows.drop();
    this.#dropped++;
  }

  /** Takes a record over from another segment: its field's message, and itself. */
  copy(message: Uint8Array, record: R): void {
    this.#rows.open().raw(message);
    this.#rows.close();
    this.keepWritten(record);
  }

  /**
   * Notes that records of this key in older segments are gone. `key` is the value, or an object by the names
   * of the key's components; ERR_INVALID_ARGUMENT when it is neither.
   */
  remove(key: unknown): void {
    const values = keyValues(this.#definition.key, key);
    if (values !== undefined && values.length > 0) return this.removeValues(values);
    const given = describeGivenKey(this.#definition.key, key);
    throw this.#error("ERR_INVALID_ARGUMENT", `${given} is no key that it can have`);
  }

  /** The same, by the key's normal values. */
  removeValues(values: readonly Normal[]): void {
    this.#checkRoom();
    this.#removed.add(values);
  }

  /** What began as a delta has turned out to have all rows. */
  becomeBase(): void {
    this.#isDelta = false;
  }

  /** Orders, indexes, lays out; the builder is used up. Throws ERR_DUPLICATE_KEY. */
  *finish(): Steps<BuiltSegment> {
    const { hash, key } = this.#definition;
    const entries = yield* this.#key.take();
    const order =
      key.length === 0 ? yield* asTheyCame(this.records) : yield* this.#inKeyOrder(entries);
    entries.arena.giveBack();
    const keySlots = this.#hasKeySlots ? yield* this.#keySlots(entries, order) : NO_ENTRIES;
    const ordinals = yield* invert(order);
    const views: ViewArrays[] = [];
    for (const index of this.#views.keys()) {
      views.push(yield* this.#view(index, { order, ordinals }));
    }
    const removed = yield* this.#removed.take();
    const [subject, seed, rows] = [this.#subject, this.#seed, this.#rows];
    const bytes = yield* layOut({ subject, hash, seed, rows, order, removed, keySlots, views });
    for (const blocks of [rows, removed.rows]) blocks.giveBack();
    return { bytes, records: order.length, removed: removed.order.length };
  }

  get #hasKeySlots(): boolean {
    const isSmall = this.#isDelta && this.records <= MOST_WITHOUT_KEY_SLOTS;
    return this.#definition.key.length > 0 && !isSmall;
  }

  #checkRoom(): void {
    if (this.#rows.length + this.#removed.length < MOST_RECORDS) return;
    throw this.#error("ERR_TOO_LARGE", `more than ${MOST_RECORDS} records`);
  }

  /** Says which row was refused; as if it had never come. */
  #refused(error: unknown, row: I): unknown {
    this.#rows.drop();
    const refused = refusal(error, row);
    if (!(refused instanceof InvalidFieldError)) return refused;
    const which = describeRow(this.#definition.key, row, this.#rows.length + this.#dropped);
    return this.#error("ERR_INVALID_RECORD", `${which}: ${refused.message}`, refused);
  }

  *#inKeyOrder(entries: IndexEntries): Steps<Uint32Array> {
    const order = yield* asTheyCame(entries.addresses.length);
    yield* sortByBytes(entries, order, this.#scratch);
    for (let i = 1; i < order.length; i++) {
      const row = order[i] as number;
      if (compareBytes(entries, order[i - 1] as number, row) === 0) throw this.#duplicate(row);
      if (i % 4096 === 0) yield;
    }
    return order;
  }

  *#keySlots(entries: IndexEntries, order: Uint32Array): Steps<Uint32Array> {
    const hashes = workWords(order.length);
    for (let i = 0; i < order.length; i++) {
      hashes[i] = entries.hashes[order[i] as number] as number;
      if (i % 4096 === 0) yield;
    }
    return yield* fillSlots(hashes);
  }

  *#view(index: number, rows: RowOrder): Steps<ViewArrays> {
    const view = this.#definition.views[index];
    const columns = this.#views[index];
    if (view === undefined || columns === undefined) throw new RangeError(`no view ${index}`);
    const entries = yield* columns.take();
    const built = yield* buildView(view, entries, rows, this.#scratch);
    entries.arena.giveBack();
    if (!("first" in built)) return built;
    throw this.#duplicateInView(view as UniqueDefinition<R>, built);
  }

  #duplicate(row: number): CachedCollectionsError {
    const { key } = this.#definition;
    const record = this.#rows.read(this.#definition, row);
    const message = `two rows have the key ${describeKey(key, record)}; each key may come once`;
    return this.#error("ERR_DUPLICATE_KEY", message);
  }

  #duplicateInView(view: UniqueDefinition<R>, rows: DuplicateRows): CachedCollectionsError {
    const { key } = this.#definition;
    const [a, b] = [rows.first, rows.second].map((row) => {
      const record = this.#rows.read(this.#definition, row);
      const name = key.length === 0 ? `row ${row + 1}` : describeKey(key, record);
      return { name, value: describeKey(view.by, record) };
    });
    return this.#error(
      "ERR_DUPLICATE_KEY",
      `unique view ${view.name}: ${a?.name} and ${b?.name} both have ${a?.value}; ` +
        "make the rows differ, or give the view duplicates: first or last",
    );
  }

  #error(code: ErrorCode, message: string, cause?: Error): CachedCollectionsError {
    return new CachedCollectionsError(code, this.#subject, message, { cause });
  }
}

function* invert(order: Uint32Array): Steps<Uint32Array> {
  const ordinals = workWords(order.length);
  for (let i = 0; i < order.length; i++) {
    ordinals[order[i] as number] = i;
    if (i % 8192 === 0) yield;
  }
  return ordinals;
}
