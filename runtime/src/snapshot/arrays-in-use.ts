/**
 * Arrays that readers got of a view, and where their records came from: shared by successive snapshots, so
 * that a newer one returns the same array where nothing changed and copies the rest. Only a hint: what is in it
 * may be of any snapshot, older or newer.
 */
import type { Steps } from "../bytes/steps.js";
import type { Records } from "./records.js";

/** An array and which stretches of one part's index its records are. */
export interface ArrayInUse<R extends object> {
  readonly key: unknown;
  readonly array: readonly R[];
  /** That part's, whose objects are in the array; stretches are of its index, ascending. */
  readonly records: Records<R> | undefined;
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Where in the array a stretch begins. */
  readonly at: readonly number[];
}

/** By identity of a group's key; a view without groups has one under undefined. */
export class ArraysInUse<R extends object> {
  readonly #kept: Map<unknown, ArrayInUse<R>> = new Map();
  readonly #letGo: Map<unknown, WeakRef<readonly R[]>> = new Map();
  /** What is known of arrays that were let go, as long as they live. */
  readonly #known: WeakMap<readonly R[], ArrayInUse<R>> = new WeakMap();

  get(identity: unknown): ArrayInUse<R> | undefined {
    return this.#kept.get(identity) ?? this.#knownOf(this.#letGo.get(identity));
  }

  set(identity: unknown, inUse: ArrayInUse<R>): void {
    this.#letGo.delete(identity);
    this.#kept.set(identity, inUse);
  }

  delete(identity: unknown): void {
    this.#letGo.delete(identity);
    this.#kept.delete(identity);
  }

  *values(): Generator<ArrayInUse<R>, undefined, undefined> {
    yield* this.#kept.values();
    for (const reference of this.#letGo.values()) {
      const inUse = this.#knownOf(reference);
      if (inUse !== undefined) yield inUse;
    }
  }

  /** Keeps arrays only while somebody holds them, until they are asked for again. */
  *letGo(): Steps<void> {
    for (const [identity, reference] of this.#letGo) {
      if (reference.deref() === undefined) this.#letGo.delete(identity);
      yield;
    }
    for (const [identity, inUse] of this.#kept) {
      this.#known.set(inUse.array, inUse);
      this.#letGo.set(identity, new WeakRef(inUse.array));
      this.#kept.delete(identity);
      yield;
    }
  }

  #knownOf(reference: WeakRef<readonly R[]> | undefined): ArrayInUse<R> | undefined {
    const array = reference?.deref();
    return array && this.#known.get(array);
  }
}

/** The same for all lists that are empty. */
export const NOTHING: readonly never[] = Object.freeze([]);

/** Only what readers have. */
export function withoutIndex<R extends object>({ key, array }: ArrayInUse<R>): ArrayInUse<R> {
  return { key, array, records: undefined, from: [], to: [], at: [] };
}
