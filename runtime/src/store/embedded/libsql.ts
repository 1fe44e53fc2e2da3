/** The part of libsql that is used, loaded at first use: services on Redis need not install it. */
import { CachedCollectionsError } from "../../errors.js";
import { messageOf } from "../message-of.js";

export interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  close(): void;
}

export interface Statement {
  run(...values: readonly SqlValue[]): unknown;
  /** The first row as an object, undefined when there is none. Blobs are Buffers. */
  get(...values: readonly SqlValue[]): unknown;
  /** All rows. Blobs are ArrayBuffers. */
  all(...values: readonly SqlValue[]): unknown[];
}

export type SqlValue = string | number | Buffer | null;

/** Opens a database file; `timeout: 0` answers SQLITE_BUSY at once instead of blocking the event loop. */
export type OpenDatabase = (path: string) => Database;

export async function loadLibsql(label: string): Promise<OpenDatabase> {
  try {
    const { default: LibsqlDatabase } = await import("libsql");
    return (path) => new LibsqlDatabase(path, { timeout: 0 }) as Database;
  } catch (error) {
    // A package without its binary for this platform is there and cannot be loaded either.
    const message = `the embedded store needs the package libsql; run \`npm install libsql\` (${messageOf(error)})`;
    throw new CachedCollectionsError("ERR_MISSING_PACKAGE", label, message, { cause: error });
  }
}

/** Another connection holds a lock: try again. The low byte of every code of SQLite is its kind. */
export function isBusy(error: unknown): boolean {
  const kind = resultCode(error) & 0xff;
  return kind === SQLITE_BUSY || kind === SQLITE_LOCKED;
}

/** The file is not, or no longer, a sound database. */
export function isDamaged(error: unknown): boolean {
  const kind = resultCode(error) & 0xff;
  return kind === SQLITE_CORRUPT || kind === SQLITE_NOTADB || kind === SQLITE_ERROR;
}

// https://www.sqlite.org/rescode.html
/** A statement is not understood. Ours are always the same: then the tables are not those that we made. */
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function resultCode(error: unknown): number {
  const code = error instanceof Error && "rawCode" in error ? error.rawCode : undefined;
  return typeof code === "number" ? code : 0;
}
