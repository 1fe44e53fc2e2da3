/**
 * Rows whose property is a field's name but for case and underscores (`parent_id` for `parentId`): nearly
 * always a column that somebody forgot to rename, and with an optional field nobody would notice. Looked for
 * only when a field is absent, so that complete rows pay nothing.
 */
import { InvalidFieldError } from "./invalid-field.js";

/** An entity's or a value type's field names, and what absent ones may hide under. */
export class FieldNames {
  readonly names: readonly string[];
  readonly #bySpelling: ReadonlyMap<string, string>;
  /** Properties seen and found harmless; bounded, since rows may have any. */
  readonly #harmless: Set<string>;

  constructor(names: readonly string[]) {
    this.names = names;
    this.#bySpelling = new Map(names.map((name) => [spelling(name), name]));
    this.#harmless = new Set(names);
  }

  /** Called with a row that lacks an optional field. Throws when a property is a misspelt field. */
  check(row: object): void {
    for (const property in row) {
      if (!this.#harmless.has(property)) this.#checkProperty(row, property);
    }
  }

  #checkProperty(row: object, property: string): void {
    const field = this.#bySpelling.get(spelling(property));
    if (field !== undefined && Reflect.get(row, field) === undefined) {
      throw misspeltField(field, property);
    }
    if (field === undefined && this.#harmless.size < this.names.length + MOST_REMEMBERED) {
      this.#harmless.add(property);
    }
  }
}

const MOST_REMEMBERED = 200;

/** Refuses a row, or a value type's value, that is no object. */
export function checkObject(value: unknown): asserts value is object {
  if (typeof value !== "object" || value === null) {
    throw new InvalidFieldError("", "an object", value);
  }
}

/**
 * A property of the row itself: for fields that every object seems to have, such as `toString`. It is checked
 * like any other, whatever the row's type says.
 */
export function own<T extends object, N extends keyof T>(row: T, name: N): T[N] {
  return Object.hasOwn(row, name) ? row[name] : (undefined as T[N]);
}

/** What an encoder threw for a row, in better words where a field that it lacks stands there misspelt. */
export function refusal(error: unknown, row: unknown): unknown {
  if (!(error instanceof InvalidFieldError) || error.value !== undefined) return error;
  if (typeof row !== "object" || row === null) return error;
  const field = error.path;
  const property = Object.keys(row).find(
    (key) => key !== field && spelling(key) === spelling(field),
  );
  return property === undefined ? error : misspeltField(field, property);
}

function misspeltField(field: string, property: string): InvalidFieldError {
  return new InvalidFieldError(field, "a value", undefined, property);
}

function spelling(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}
