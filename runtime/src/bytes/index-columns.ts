/**
 * What the builder notes of each row for one index (the key, or a view) while rows come in: an order key, a
 * hash, and which row it is. Views are built from these alone; records are not decoded again.
 */
import type { EntityDefinition, IndexField, ScalarKind, ViewDefinition } from "../definition.js";
import { Arena, Column } from "./arena.js";
import { hashKey } from "./hash.js";
import { orderKeySize, writeOrderField, writeOrderKey } from "./order-key.js";
import type { ByteStrings } from "./radix-sort.js";
import { normalOf, type Normal } from "./scalar.js";

/** Notes rows for one index. */
export interface IndexColumns<R> {
  add(record: R, row: number): void;
  take(): IndexEntries;
}

/** What was noted: parallel arrays, one entry for each time a row is filed in the index. */
export interface IndexEntries extends ByteStrings {
  readonly rows: Uint32Array;
  /** Hashes of the key or the view's key. */
  readonly hashes: Uint32Array;
  /** How many bytes of the order key are the view's key; the rest is its sort order. */
  readonly splits: Uint32Array;
  /** For a group over a list: which element of it. Empty otherwise. */
  readonly elements: Uint32Array;
}

export function keyColumns<R extends object>(
  definition: EntityDefinition<R, never>,
  seed: number,
): IndexColumns<R> {
  return new KeyColumns(definition.key, seed);
}

export function viewColumns<R>(view: ViewDefinition<R>, seed: number): IndexColumns<R> {
  if (view.view === "sorted") return new ViewColumns(view, [], view.sort, seed);
  const unordered = view.view === "unique" && view.duplicates === "error";
  return new ViewColumns(view, view.by, unordered ? [] : view.sort, seed);
}

class Entries {
  readonly arena: Arena = new Arena();
  readonly #addresses: Column = new Column();
  readonly #lengths: Column = new Column();
  readonly #rows: Column = new Column();
  readonly #hashes: Column = new Column();
  readonly #splits: Column = new Column();
  readonly #elements: Column = new Column();

  push(row: number, start: number, hash: number, split: number): void {
    this.#addresses.push(start);
    this.#lengths.push(this.arena.address() - start);
    this.#rows.push(row);
    this.#hashes.push(hash);
    this.#splits.push(split);
  }

  pushElement(element: number): void {
    this.#elements.push(element);
  }

  take(): IndexEntries {
    return {
      arena: this.arena,
      addresses: this.#addresses.take(),
      lengths: this.#lengths.take(),
      rows: this.#rows.take(),
      hashes: this.#hashes.take(),
      splits: this.#splits.take(),
      elements: this.#elements.take(),
    };
  }
}

class KeyColumns<R> implements IndexColumns<R> {
  readonly #entries: Entries = new Entries();
  readonly #fields: readonly IndexField<R>[];
  readonly #kinds: readonly ScalarKind[];
  readonly #seed: number;

  constructor(fields: readonly IndexField<R>[], seed: number) {
    this.#fields = fields;
    this.#kinds = fields.map((field) => field.kind);
    this.#seed = seed;
  }

  add(record: R, row: number): void {
    const values = readAll(this.#fields, record);
    const { arena } = this.#entries;
    arena.reserve(sizeOf(values));
    const start = arena.address();
    for (const [index, kind] of this.#kinds.entries()) {
      writeOrderKey(arena, kind, values[index] as Normal);
    }
    this.#entries.push(row, start, hashKey(this.#kinds, values, this.#seed), 0);
  }

  take(): IndexEntries {
    return this.#entries.take();
  }
}

class ViewColumns<R> implements IndexColumns<R> {
  readonly #entries: Entries = new Entries();
  readonly #view: ViewDefinition<R>;
  readonly #by: readonly IndexField<R>[];
  readonly #kinds: readonly ScalarKind[];
  readonly #sort: readonly IndexField<R>[];
  readonly #seed: number;

  constructor(
    view: ViewDefinition<R>,
    by: readonly IndexField<R>[],
    sort: readonly IndexField<R>[],
    seed: number,
  ) {
    this.#view = view;
    this.#by = by;
    this.#kinds = by.map((field) => field.kind);
    this.#sort = sort;
    this.#seed = seed;
  }

  add(record: R, row: number): void {
    const view = this.#view;
    if (view.where !== undefined && !view.where(record)) return;
    const sortValues = readAll(this.#sort, record);
    if (view.view === "group" && view.each !== undefined) {
      this.#addElements(view.each(record), sortValues, row);
      return;
    }
    const values = readAll(this.#by, record);
    if (view.view === "unique" && values.includes(undefined)) return;
    this.#file(row, values, sortValues);
  }

  take(): IndexEntries {
    return this.#entries.take();
  }

  /** A list files its record under each different element once. */
  #addElements(
    elements: readonly unknown[],
    sortValues: readonly (Normal | undefined)[],
    row: number,
  ): void {
    const kind = this.#kinds[0] as ScalarKind;
    const seen = new Set<Normal | undefined>();
    for (const [index, element] of elements.entries()) {
      const value = normalOf(kind, element);
      if (seen.has(value)) continue;
      seen.add(value);
      this.#file(row, [value], sortValues);
      this.#entries.pushElement(index);
    }
  }

  #file(
    row: number,
    values: readonly (Normal | undefined)[],
    sortValues: readonly (Normal | undefined)[],
  ): void {
    const { arena } = this.#entries;
    arena.reserve(sizeOf(values) + sizeOf(sortValues));
    const start = arena.address();
    writeAll(arena, this.#by, values);
    const split = arena.address() - start;
    writeAll(arena, this.#sort, sortValues);
    const hash = this.#by.length === 0 ? 0 : hashKey(this.#kinds, values, this.#seed);
    this.#entries.push(row, start, hash, split);
  }
}

function readAll<R>(fields: readonly IndexField<R>[], record: R): (Normal | undefined)[] {
  return fields.map((field) => normalOf(field.kind, field.read(record)));
}

function sizeOf(values: readonly (Normal | undefined)[]): number {
  let size = 0;
  for (const value of values) size += orderKeySize(value);
  return size;
}

function writeAll<R>(
  arena: Arena,
  fields: readonly IndexField<R>[],
  values: readonly (Normal | undefined)[],
): void {
  for (const [index, field] of fields.entries()) writeOrderField(arena, field, values[index]);
}
