/** A collection with a key: the base of generated mappings such as `CityMapping`. */
import type { MappingReader, MappingSnapshot } from "../snapshot/mapping-snapshot.js";
import { stateOf } from "./collection.js";
import type { Distribute } from "./handle.js";
import { EntityCollection } from "./entity-collection.js";
import type { PatchSource } from "./options.js";
import type { AnyPatch } from "./publish/patch-rows.js";
import type { PushOptions } from "./publish/confirm-replicas.js";
import type { PushResults } from "./publish/push-job.js";
import type { PushResult } from "./publish/push-result.js";

/**
 * A window on the newest revision of an entity with a key. Its reads are those of its newest snapshot: two
 * reads in the same turn of the event loop see the same revision; take a `snapshot()` to keep one for longer.
 */
export class Mapping<K, R extends object, I extends object, S extends MappingSnapshot<K, R>>
  extends EntityCollection<R, I, S>
  implements MappingReader<K, R>
{
  /** How many records it has. */
  get size(): number {
    return this.snapshot().size;
  }

  /** The record of a key, frozen and shared; undefined when there is none. */
  get(key: K): R | undefined {
    return this.snapshot().get(key);
  }

  /** The record of a key. Throws ERR_NO_RECORD, naming entity and key. */
  getOrThrow(key: K): R {
    return this.snapshot().getOrThrow(key);
  }

  has(key: K): boolean {
    return this.snapshot().has(key);
  }

  /**
   * Publishes a change of some records without loading the others: rows to add or replace, keys to remove, or
   * a function that gives them and runs again when another publication came in between. Change the database
   * first. A load under way that began earlier lays the patch over its rows, so that it does not undo it. Other
   * versions (builds with another schema) load again through their own loaders. What changes nothing publishes
   * nothing, except while a load is under way.
   * Rejects with what a push rejects with, and with ERR_NOTHING_TO_PATCH when nothing is published.
   */
  async patch(patch: PatchSource<K, I>, options: PushOptions = {}): Promise<PushResult> {
    const all: Distribute = (given, members) => new Map(members.map((member) => [member, given]));
    const state = stateOf(this);
    const publish = (): Promise<PushResults> => state.patch(patch as AnyPatch, all);
    return state.published(options, publish, (results) => this.answerOf(results));
  }

  /** Keys in their order. Iterating goes on over the revision it began with. */
  keys(): Generator<K, undefined, unknown> {
    return this.snapshot().keys();
  }

  /** Records in key order. */
  values(): Generator<R, undefined, unknown> {
    return this.snapshot().values();
  }

  entries(): Generator<[K, R], undefined, unknown> {
    return this.snapshot().entries();
  }

  [Symbol.iterator](): Generator<[K, R], undefined, unknown> {
    return this.snapshot().entries();
  }

  forEach(visit: (record: R, key: K, map: ReadonlyMap<K, R>) => void, self?: unknown): void {
    const snapshot = this.snapshot();
    const forEach = snapshot.forEach.bind(snapshot);
    forEach((record, key) => visit.call(self, record, key, this));
  }
}
