/** A collection without a key: the base of generated sequences such as `BannerSequence`. */
import type { SequenceReader, SequenceSnapshot } from "../snapshot/sequence-snapshot.js";
import { EntityCollection } from "./entity-collection.js";

/**
 * A window on the newest revision of an entity without a key, in the loader's order. Two reads in the same
 * turn of the event loop see the same revision; take a `snapshot()` to keep one for longer.
 */
export class Sequence<R extends object, I extends object, S extends SequenceSnapshot<R>>
  extends EntityCollection<R, I, S>
  implements SequenceReader<R>
{
  /** How many records it has. */
  get size(): number {
    return this.snapshot().size;
  }

  /** The record at a position; negative positions count from the end; undefined outside. */
  at(position: number): R | undefined {
    return this.snapshot().at(position);
  }

  /** The records from `start` up to but not including `end`, as Array.slice; a new frozen array. */
  slice(start?: number, end?: number): readonly R[] {
    return this.snapshot().slice(start, end);
  }

  values(): Generator<R, undefined, unknown> {
    return this.snapshot().values();
  }

  entries(): Generator<[number, R], undefined, unknown> {
    return this.snapshot().entries();
  }

  [Symbol.iterator](): Generator<R, undefined, unknown> {
    return this.snapshot().values();
  }

  forEach(visit: (record: R, position: number) => void): void {
    const snapshot = this.snapshot();
    const forEach = snapshot.forEach.bind(snapshot);
    forEach(visit);
  }
}
