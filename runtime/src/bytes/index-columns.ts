/**
 * What the builder notes of each row for one index (the key, or a view) while rows come in: an order key, a
 * hash, and which row it is. Views are built from these alone; records are not decoded again. Nothing here
 * makes garbage for a row: a million rows would cost more in collecting it than in encoding.
 */
import type { IndexField, ViewDefinition } from "../definition.js";
import { Arena, Column } from "./arena.js";
import { addPart, finishHash, hashInteger, hashSingle, startHash } from "./hash.js";
import { OrderKeyWriter } from "./order-key.js";
import type { ByteStrings } from "./radix-sort.js";
import { isNarrow, normalOf, type Normal } from "./scalar.js";
import type { Steps } from "./steps.js";

/** What was noted: parallel arrays, one entry for each time a row is filed in the index. */
export interface IndexEntries extends ByteStrings {
  /** Undefined when every row is filed once: entry i is row i. */
  readonly rows: Uint32Array | undefined;
  /** Hashes of the key or the view's key; empty where nothing is looked up. */
  readonly hashes: Uint32Array;
  /** How many bytes of the order key are the view's key; the rest is its sort order. Empty without groups. */
  readonly splits: Uint32Array;
  /** For a group over a list: which element of it. Empty otherwise. */
  readonly elements: Uint32Array;
}

/** Notes rows for one index. */
export interface IndexColumns<R> {
  add(record: R, row: number): void;
  take(): Steps<IndexEntries>;
}

/** What all indexes of a segment have in common. */
export interface IndexContext {
  /** Names the entity in errors. */
  readonly subject: string;
  readonly seed: number;
}

export function keyColumns<R>(key: readonly IndexField<R>[], context: IndexContext): KeyColumns<R> {
  return new KeyColumns(key, context);
}

export function viewColumns<R>(view: ViewDefinition<R>, context: IndexContext): IndexColumns<R> {
  if (view.view === "group" && view.each !== undefined) return new ListColumns(view, context);
  return new ViewColumns(view, context);
}

/** Which columns an index needs besides order keys: those of a million rows are megabytes each. */
interface Needs {
  readonly rows?: boolean;
  readonly hashes?: boolean;
  readonly splits?: boolean;
}

/** The columns, and the order key being written. */
class Entries {
  readonly key: OrderKeyWriter = new OrderKeyWriter();
  readonly #arena: Arena;
  readonly #needs: Needs;
  readonly #addresses: Column = new Column();
  readonly #lengths: Column = new Column();
  readonly #rows: Column = new Column();
  readonly #hashes: Column = new Column();
  readonly #splits: Column = new Column();
  readonly #elements: Column = new Column();

  constructor(subject: string, needs: Needs) {
    this.#arena = new Arena(subject);
    this.#needs = needs;
  }

  /** Files a row under the key written. */
  push(row: number, hash: number, split: number): void {
    const { bytes, size } = this.key;
    const { rows, hashes, splits } = this.#needs;
    this.#addresses.push(this.#arena.append(bytes, size));
    this.#lengths.push(size);
    if (rows === true) this.#rows.push(row);
    if (hashes === true) this.#hashes.push(hash);
    if (splits === true) this.#splits.push(split);
  }

  pushElement(element: number): void {
    this.#elements.push(element);
  }

  *take(): Steps<IndexEntries> {
    return {
      arena: this.#arena,
      addresses: yield* this.#addresses.take(),
      lengths: yield* this.#lengths.take(),
      rows: this.#needs.rows === true ? yield* this.#rows.take() : undefined,
      hashes: yield* this.#hashes.take(),
      splits: yield* this.#splits.take(),
      elements: yield* this.#elements.take(),
    };
  }
}

/** Notes keys: of records, or alone. */
export class KeyColumns<R> implements IndexColumns<R> {
  readonly #entries: Entries;
  readonly #fields: readonly IndexField<R>[];
  readonly #seed: number;

  constructor(fields: readonly IndexField<R>[], { subject, seed }: IndexContext) {
    this.#entries = new Entries(subject, { hashes: true });
    this.#fields = fields;
    this.#seed = seed;
  }

  add(record: R, row: number): void {
    const { key } = this.#entries;
    key.reset();
    let state = startHash(this.#seed);
    let last: Normal = 0;
    for (const field of this.#fields) {
      last = normalOf(field.kind, field.read(record)) as Normal;
      key.value(field.kind, last);
      state = addPart(state, field.kind, last);
    }
    this.#entries.push(row, hashOfParts(this.#fields, last, state, this.#seed), 0);
  }

  /** Notes a key without a record, by its values. */
  addKey(values: readonly Normal[], row: number): void {
    const { key } = this.#entries;
    key.reset();
    for (const [index, { kind }] of this.#fields.entries())
      key.value(kind, values[index] as Normal);
    this.#entries.push(row, hashOfValues(this.#fields, values, this.#seed), 0);
  }

  take(): Steps<IndexEntries> {
    return this.#entries.take();
  }
}

class ViewColumns<R> implements IndexColumns<R> {
  readonly #entries: Entries;
  readonly #view: ViewDefinition<R>;
  readonly #by: readonly IndexField<R>[];
  readonly #sort: readonly IndexField<R>[];
  readonly #seed: number;

  constructor(view: ViewDefinition<R>, { subject, seed }: IndexContext) {
    this.#entries = new Entries(subject, {
      // A unique view leaves out rows that have no value of it.
      rows: view.where !== undefined || view.view === "unique",
      hashes: view.view !== "sorted",
      splits: view.view !== "sorted",
    });
    this.#view = view;
    this.#by = view.view === "sorted" ? [] : view.by;
    this.#sort = view.view === "unique" && view.duplicates === "error" ? [] : view.sort;
    this.#seed = seed;
  }

  add(record: R, row: number): void {
    const view = this.#view;
    if (view.where !== undefined && !view.where(record)) return;
    const { key } = this.#entries;
    key.reset();
    let state = startHash(this.#seed);
    let last: Normal | undefined;
    for (const field of this.#by) {
      last = normalOf(field.kind, field.read(record));
      if (last === undefined && view.view === "unique") return;
      key.optional(field.kind, last, false);
      state = addPart(state, field.kind, last);
    }
    const split = key.size;
    writeSort(key, this.#sort, record);
    this.#entries.push(row, hashOfParts(this.#by, last, state, this.#seed), split);
  }

  take(): Steps<IndexEntries> {
    return this.#entries.take();
  }
}

/** A group over a list files its record under each different element once. */
class ListColumns<R> implements IndexColumns<R> {
  readonly #entries: Entries;
  readonly #view: ViewDefinition<R> & { readonly view: "group" };
  readonly #seed: number;

  constructor(
    view: ViewDefinition<R> & { readonly view: "group" },
    { subject, seed }: IndexContext,
  ) {
    this.#entries = new Entries(subject, { rows: true, hashes: true, splits: true });
    this.#view = view;
    this.#seed = seed;
  }

  add(record: R, row: number): void {
    const view = this.#view;
    if (view.where !== undefined && !view.where(record)) return;
    const [field] = view.by;
    const elements = view.each?.(record);
    if (field === undefined || elements === undefined || elements.length === 0) return;
    const seen = new Set<Normal | undefined>();
    for (let i = 0; i < elements.length; i++) {
      const value = normalOf(field.kind, elements[i]);
      if (seen.has(value)) continue;
      seen.add(value);
      this.#file(row, i, value, record);
    }
  }

  take(): Steps<IndexEntries> {
    return this.#entries.take();
  }

  #file(row: number, element: number, value: Normal | undefined, record: R): void {
    const { by, sort } = this.#view;
    const { kind } = by[0] as IndexField<R>;
    const { key } = this.#entries;
    key.reset();
    key.optional(kind, value, false);
    const split = key.size;
    writeSort(key, sort, record);
    this.#entries.push(row, hashSingle(kind, value, this.#seed), split);
    this.#entries.pushElement(element);
  }
}

function writeSort<R>(key: OrderKeyWriter, sort: readonly IndexField<R>[], record: R): void {
  for (const field of sort) {
    const value = normalOf(field.kind, field.read(record));
    key.optional(field.kind, value, field.descending === true);
  }
}

/** A key that is one 32-bit integer has its own hash; any other, the running one. */
function hashOfParts<R>(
  fields: readonly IndexField<R>[],
  last: Normal | undefined,
  state: number,
  seed: number,
): number {
  const [only] = fields;
  const narrow = fields.length === 1 && only !== undefined && isNarrow(only.kind);
  return narrow && typeof last === "number" ? hashInteger(last, seed) : finishHash(state);
}

/**
 * The hash of a record's key, or of the key of a row that was encoded: loaders' values have the same normal
 * form. Undefined when a component is none.
 */
export function hashOfKey<R>(
  fields: readonly IndexField<R>[],
  record: R,
  seed: number,
): number | undefined {
  let state = startHash(seed);
  let last: Normal | undefined;
  for (const field of fields) {
    last = normalOf(field.kind, field.read(record));
    if (last === undefined) return undefined;
    state = addPart(state, field.kind, last);
  }
  return hashOfParts(fields, last, state, seed);
}

/** The hash of a key by its normal values: what a record with that key is filed under. */
export function hashOfValues(
  fields: readonly IndexField<never>[],
  values: readonly Normal[],
  seed: number,
): number {
  const [only] = fields;
  if (fields.length === 1 && only !== undefined) return hashSingle(only.kind, values[0], seed);
  let state = startHash(seed);
  for (const [index, { kind }] of fields.entries()) state = addPart(state, kind, values[index]);
  return finishHash(state);
}
