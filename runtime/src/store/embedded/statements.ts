/**
 * All SQL that transactions run, made into statements once per opening of the file. Every value that comes back
 * is cast: in a damaged file a value may be of any type whatever its column says, and the binding ends the
 * process at text that is no UTF-8.
 */
import type { Database, Statement } from "./libsql.js";

export type Statements = Readonly<Record<StatementName, Statement>>;

export function prepareStatements(database: Database): Statements {
  const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(prepared) as Statements;
}

type StatementName =
  | "field"
  | "fields"
  | "setField"
  | "deleteField"
  | "timed"
  | "timedNames"
  | "setTimed"
  | "deleteTimed"
  | "segment"
  | "segmentIds"
  | "setSegment"
  | "putChunk"
  | "chunk"
  | "chunkSize"
  | "chunkCount"
  | "deleteChunks"
  | "sweepTimed"
  | "expiredSegment"
  | "sweepChunks"
  | "sweepSegment";

const OF_PACKAGE = "WHERE package = ?";
/** Of rows whose time is over, or has not begun: see monotonic-clock.ts. `?` is now, given twice. */
const EXPIRED = "until_ms IS NOT NULL AND NOT (set_ms <= ? AND ? < until_ms)";
const ALIVE = `NOT (${EXPIRED})`;

/** Text, or bytes, as bytes. */
const bytes = (column: string): string => `CAST(${column} AS BLOB) AS ${column}`;
const whole = (column: string): string => `CAST(${column} AS INTEGER) AS ${column}`;

const SQL: Readonly<Record<StatementName, string>> = {
  field: `SELECT ${bytes("value")} FROM fields ${OF_PACKAGE} AND name = ?`,
  fields: `SELECT ${bytes("name")}, ${bytes("value")} FROM fields ${OF_PACKAGE}`,
  setField: "INSERT OR REPLACE INTO fields VALUES (?, ?, ?)",
  deleteField: `DELETE FROM fields ${OF_PACKAGE} AND name = ?`,
  timed: `SELECT ${bytes("value")}, ${whole("until_ms")} FROM timed ${OF_PACKAGE} AND name = ? AND ${ALIVE}`,
  timedNames: `SELECT ${bytes("name")} FROM timed ${OF_PACKAGE} AND ${ALIVE}`,
  setTimed: "INSERT OR REPLACE INTO timed VALUES (?, ?, ?, ?, ?)",
  deleteTimed: `DELETE FROM timed ${OF_PACKAGE} AND name = ?`,
  segment: `SELECT ${whole("until_ms")} FROM segments ${OF_PACKAGE} AND id = ? AND ${ALIVE}`,
  segmentIds: `SELECT ${bytes("id")} FROM segments ${OF_PACKAGE}`,
  setSegment: "INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?)",
  putChunk: "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?)",
  chunk: `SELECT ${bytes("bytes")} FROM chunks ${OF_PACKAGE} AND segment = ? AND number = ?`,
  chunkSize: `SELECT length(bytes) AS size FROM chunks ${OF_PACKAGE} AND segment = ? AND number = ?`,
  chunkCount: `SELECT count(*) AS chunks FROM chunks ${OF_PACKAGE} AND segment = ?`,
  deleteChunks: `DELETE FROM chunks ${OF_PACKAGE} AND segment = ?`,
  sweepTimed: `DELETE FROM timed WHERE ${EXPIRED}`,
  expiredSegment: `SELECT ${bytes("package")}, ${bytes("id")} FROM segments WHERE ${EXPIRED} LIMIT 1`,
  sweepChunks: `DELETE FROM chunks WHERE rowid IN (
    SELECT rowid FROM chunks ${OF_PACKAGE} AND segment = ? LIMIT 8)`,
  sweepSegment: `DELETE FROM segments ${OF_PACKAGE} AND id = ?
    AND NOT EXISTS (SELECT 1 FROM chunks ${OF_PACKAGE} AND segment = ?)`,
};
