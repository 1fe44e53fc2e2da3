/**
 * What generated code would otherwise take from JavaScript's globals. It takes them from its door, because a
 * schema may give their names to entities.
 */
export type Bytes = Uint8Array;

/** Rows of some collections of a data set, by name. */
export type RowsByName<Inputs> = {
  readonly [Name in keyof Inputs]?: Iterable<Inputs[Name]>;
};

/** A bytes field that was left out. It has no bytes that could change. */
export const noBytes: Bytes = new Uint8Array(0);

/** Makes a record that nobody can change. */
export function freeze<R extends object>(record: R): R {
  return Object.freeze(record);
}
