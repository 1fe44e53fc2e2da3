/** A revision of a collection without a key, as readers see it: records in the loader's order. */
import { EntitySnapshot } from "./entity-snapshot.js";

/** What can be read of a collection without a key, on a snapshot and on the collection itself. */
export interface SequenceReader<R> extends Iterable<R> {
  /** Grows with every publication; starts anew when the store lost everything. 0 of rows without a store. */
  readonly revision: number;
  readonly size: number;
  /** The record at a position; negative positions count from the end; undefined outside. */
  at(position: number): R | undefined;
  /** The records from `start` up to but not including `end`, as Array.slice; a new frozen array. */
  slice(start?: number, end?: number): readonly R[];
  values(): IterableIterator<R>;
  entries(): IterableIterator<[number, R]>;
  forEach(visit: (record: R, position: number) => void): void;
}

export class SequenceSnapshot<R extends object>
  extends EntitySnapshot<R>
  implements SequenceReader<R>
{
  at(position: number): R | undefined {
    return this.core.at(position);
  }

  slice(start?: number, end?: number): readonly R[] {
    return this.core.slice(start, end);
  }

  values(): Generator<R, undefined, unknown> {
    return this.core.values();
  }

  entries(): Generator<[number, R], undefined, unknown> {
    let position = 0;
    return this.core.each((record) => [position++, record]);
  }

  [Symbol.iterator](): Generator<R, undefined, unknown> {
    return this.core.values();
  }

  forEach(visit: (record: R, position: number) => void): void {
    let position = 0;
    this.core.visit((record) => visit(record, position++));
  }
}
