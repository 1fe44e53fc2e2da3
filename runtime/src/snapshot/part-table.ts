/**
 * Finds records by key over several parts: the hot records, then the base, where a live bit proves that nothing
 * newer has the key, then one table over all deltas.
 */
import { hashInteger, hashText } from "../bytes/hash.js";
import type { IndexField } from "../definition.js";
import { NO_ENTRY } from "./delta-keys.js";
import { hashOf, keyOf, matches } from "./key-shape.js";
import { frontSize, type KeyTable } from "./key-table.js";
import { findInBase, type Part, type Parts } from "./parts.js";

export class PartTable<R extends object> implements KeyTable<R> {
  readonly front: (R | undefined)[];
  readonly #parts: Parts<R>;
  readonly #fields: readonly IndexField<R>[];
  readonly #seed: number;
  /** The one field of a key that is an integer or text: looked up often. */
  readonly #only: IndexField<R> | undefined;
  readonly #onlyType: "number" | "string";

  /** `front` holds hot records of the snapshot before; those that died since must be dropped. */
  constructor(
    parts: Parts<R>,
    fields: readonly IndexField<R>[],
    front?: readonly (R | undefined)[],
  ) {
    this.#parts = parts;
    this.#fields = fields;
    this.#seed = parts.seed;
    const [field] = fields;
    const type = field?.kind.type;
    const isInteger = type === "int32" || type === "uint32";
    this.#only = fields.length === 1 && (isInteger || type === "string") ? field : undefined;
    this.#onlyType = isInteger ? "number" : "string";
    const size = frontSize(parts.base.records.segment.layout.keys.words.length);
    this.front =
      front?.length === size ? front.slice() : new Array<R | undefined>(size).fill(undefined);
  }

  get(key: unknown): R | undefined {
    const only = this.#only;
    if (only !== undefined && typeof key !== this.#onlyType) return undefined;
    const hash = this.hashOfKey(key);
    const place = hash & (this.front.length - 1);
    const hot = this.front[place];
    if (hot !== undefined && this.#has(hot, key)) return hot;
    const record = this.#find(hash, key);
    if (record !== undefined) this.front[place] = record;
    return record;
  }

  hashOfKey(key: unknown): number {
    if (this.#only === undefined) return hashOf(this.#fields, key, this.#seed);
    return typeof key === "number"
      ? hashInteger(key, this.#seed)
      : hashText(String(key), this.#seed);
  }

  /** Forgets a record that died. */
  drop(record: R): void {
    const place = this.hashOfKey(keyOf(this.#fields, record)) & (this.front.length - 1);
    if (this.front[place] === record) this.front[place] = undefined;
  }

  #has(record: R, key: unknown): boolean {
    const only = this.#only;
    return only === undefined ? matches(this.#fields, record, key) : only.read(record) === key;
  }

  #find(hash: number, key: unknown): R | undefined {
    const { base, deltaKeys, list } = this.#parts;
    const { records } = base;
    const inBase = findInBase(base, hash, (at) => this.#has(records.get(at), key));
    if (inBase !== undefined) return records.get(inBase);
    const entry = deltaKeys.find(hash, (part, at) => {
      const { records } = list[part] as Part<R>;
      return at < records.segment.records && this.#has(records.get(at), key);
    });
    if (entry === NO_ENTRY) return undefined;
    const part = list[deltaKeys.partOf(entry)] as Part<R>;
    return part.records.get(deltaKeys.ordinalOf(entry));
  }
}
