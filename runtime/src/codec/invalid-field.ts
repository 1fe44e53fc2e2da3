/**
 * What a loader gave that a field cannot hold. Internal: the segment builder catches it and throws
 * ERR_INVALID_RECORD with the record's key. Checks know only their own field; each level that encloses
 * them puts its own name in front, so that a path costs nothing while all is well.
 */
import { types } from "node:util";

/** A value that its field cannot hold. `path` names the field from the row down: `location.lat`, `links[3]`. */
export class InvalidFieldError extends Error {
  override readonly name: string = "InvalidFieldError";
  readonly path: string;
  /** What the field takes, for people: `a whole number from 0 to 4294967295`. */
  readonly expected: string;
  readonly value: unknown;
  /** The property of the row that is the field's name but for case and underscores, if that is what is wrong. */
  readonly misspelt: string | undefined;

  constructor(path: string, expected: string, value: unknown, misspelt?: string) {
    super(misspelt === undefined ? wrong(path, expected, value) : other(path, misspelt));
    this.path = path;
    this.expected = expected;
    this.value = value;
    this.misspelt = misspelt;
  }
}

function wrong(path: string, expected: string, value: unknown): string {
  return `${path === "" ? "" : `${path}: `}expected ${expected}, got ${describeValue(value)}`;
}

function other(path: string, property: string): string {
  const dot = path.lastIndexOf(".");
  const [owner, field] = dot === -1 ? ["row", path] : [path.slice(0, dot), path.slice(dot + 1)];
  return `${owner} has ${property}; the field is ${field}`;
}

/** Puts the name of the enclosing field or element before an error's path; other errors stay as they are. */
export function within(error: unknown, path: string): unknown {
  if (!(error instanceof InvalidFieldError)) return error;
  const { expected, value, misspelt } = error;
  return new InvalidFieldError(joinPath(path, error.path), expected, value, misspelt);
}

function joinPath(outer: string, inner: string): string {
  if (outer === "") return inner;
  return inner === "" || inner.startsWith("[") ? outer + inner : `${outer}.${inner}`;
}

const LONGEST_TEXT = 60;

/** The value as a message shows it: short, on one line, text in quotes. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (types.isDate(value))
    return `Date ${Number.isNaN(value.getTime()) ? "(invalid)" : value.toISOString()}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return className(value);
}

function quote(text: string): string {
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return JSON.stringify(shown);
}

function className(value: object): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return tag === "Object" ? "an object" : `an object (${tag})`;
}
