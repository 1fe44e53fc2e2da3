/**
 * Arrays that readers got of a view, and where their records came from: shared by successive snapshots, so
 * that a newer one returns the same array where nothing changed and copies the rest. Only a hint: what is in it
 * may be of any snapshot, older or newer.
 */

/** An array and which stretches of the base's index its records are. */
export interface ArrayInUse<R extends object> {
  readonly key: unknown;
  readonly array: readonly R[];
  /** The index; stretches are of it, ascending. */
  readonly ordinals: Uint32Array | undefined;
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Where in the array a stretch begins. */
  readonly at: readonly number[];
}

/** By identity of a group's key; a view without groups has one under undefined. */
export type ArraysInUse<R extends object> = Map<unknown, ArrayInUse<R>>;

/** The same for all lists that are empty. */
export const NOTHING: readonly never[] = Object.freeze([]);

/** Only what readers have. */
export function withoutIndex<R extends object>({ key, array }: ArrayInUse<R>): ArrayInUse<R> {
  return { key, array, ordinals: undefined, from: [], to: [], at: [] };
}
