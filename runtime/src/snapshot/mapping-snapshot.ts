/** A revision of a collection with a key, as readers see it: a ReadonlyMap in key order. */
import { describeGivenKey } from "../bytes/describe-key.js";
import { CachedCollectionsError } from "../errors.js";
import { EntitySnapshot } from "./entity-snapshot.js";

/** What can be read of a collection with a key, on a snapshot and on the collection itself. */
export interface MappingReader<K, R> extends ReadonlyMap<K, R> {
  /** Grows with every publication; starts anew when the store lost everything. 0 of rows without a store. */
  readonly revision: number;
  /** Throws ERR_NO_RECORD, naming entity and key. */
  getOrThrow(key: K): R;
}

export class MappingSnapshot<K, R extends object>
  extends EntitySnapshot<R>
  implements MappingReader<K, R>
{
  /** The record of a key, frozen and shared; undefined when there is none. */
  get(key: K): R | undefined {
    return this.core.get(key);
  }

  getOrThrow(key: K): R {
    const record = this.core.get(key);
    if (record !== undefined) return record;
    const { package: schema, entity, key: fields } = this.core.definition;
    throw new CachedCollectionsError(
      "ERR_NO_RECORD",
      `${schema}.${entity}`,
      `no record has the key ${describeGivenKey(fields, key)} in revision ${this.core.info.revision}`,
    );
  }

  has(key: K): boolean {
    return this.core.has(key);
  }

  keys(): Generator<K, undefined, unknown> {
    return this.core.each((record) => this.core.keyOf(record) as K);
  }

  values(): Generator<R, undefined, unknown> {
    return this.core.values();
  }

  entries(): Generator<[K, R], undefined, unknown> {
    return this.core.each((record) => [this.core.keyOf(record) as K, record]);
  }

  [Symbol.iterator](): Generator<[K, R], undefined, unknown> {
    return this.entries();
  }

  forEach(visit: (record: R, key: K, map: ReadonlyMap<K, R>) => void, self?: unknown): void {
    this.core.visit((record) => visit.call(self, record, this.core.keyOf(record) as K, this));
  }
}
