/** Expressions that read a path of a record: `record.location?.lat`. */
import type { FieldPath, FieldType } from "../model.js";

/**
 * Paths that tests to the left have shown to be set: `inner`, `inner.n`. The compiler knows as much, and its
 * linters object to a `?.` or a test that it knows to be needless.
 */
export class SetPaths {
  readonly #texts: Set<string> = new Set();

  /** The path is set, and so are all steps to it. */
  add({ steps }: FieldPath<FieldType>): void {
    for (const i of steps.keys()) this.#texts.add(stepText(steps, i));
  }

  /** Whether the path's step may be unset for all that is known. */
  mayBeUnset({ steps }: FieldPath<FieldType>, step: number): boolean {
    return steps[step]?.optional === true && !this.#texts.has(stepText(steps, step));
  }

  /** Whether any step of it may be unset. */
  mayLack(path: FieldPath<FieldType>): boolean {
    return path.optional && path.steps.some((_, i) => this.mayBeUnset(path, i));
  }
}

function stepText(steps: FieldPath["steps"], last: number): string {
  const names = steps.slice(0, last + 1).map(({ name }) => name);
  return names.join(".");
}

/** The value at a path; undefined when a step on the way is unset. */
export function access(path: FieldPath<FieldType>, known: SetPaths = new SetPaths()): string {
  let text = "record";
  let unset = false;
  for (const [i, { name }] of path.steps.entries()) {
    text += `${unset ? "?." : "."}${name}`;
    unset = known.mayBeUnset(path, i);
  }
  return text;
}

/** The same once it is known to be set: `record.location.lat`. */
export function accessSet(path: FieldPath<FieldType>): string {
  return ["record", ...path.steps.map(({ name }) => name)].join(".");
}

/** Tests of which one holds when any of the paths is unset; to be joined by ||. */
export function unsetTests(paths: readonly FieldPath<FieldType>[]): string[] {
  const known = new SetPaths();
  return paths.flatMap((path) => {
    if (!known.mayLack(path)) return [];
    const test = `${access(path, known)} === undefined`;
    known.add(path);
    return [test];
  });
}
