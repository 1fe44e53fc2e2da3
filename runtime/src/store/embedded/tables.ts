/**
 * The tables of the embedded store. All are keyed by package first: one directory serves any number of
 * schemas. `set_ms` and `until_ms` are read on the machine's monotonic clock, see monotonic-clock.ts.
 */

/** Part of the file's name: another layout is another file, so that versions of this library never meet. */
export const FILE_NAME = "store-1.db";

/**
 * WAL: readers never wait for a writer and a killed writer leaves the last commit. NORMAL: a power cut may
 * lose the last commits, and never damages the file. On large pages a chunk of 1 MiB costs a third of the time;
 * every 256 of them (8 MiB) the log goes to the file, which waits for the disk.
 */
export const SETTINGS: readonly string[] = [
  "PRAGMA page_size = 32768",
  "PRAGMA wal_autocheckpoint = 256",
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = NORMAL",
];

export const TABLES = `
CREATE TABLE IF NOT EXISTS fields (
  package TEXT, name TEXT, value BLOB NOT NULL, PRIMARY KEY (package, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS timed (
  package TEXT, name TEXT, value TEXT NOT NULL, set_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
  PRIMARY KEY (package, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS segments (
  package TEXT, id TEXT, set_ms INTEGER NOT NULL, until_ms INTEGER, PRIMARY KEY (package, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks (
  package TEXT, segment TEXT, number INTEGER, bytes BLOB NOT NULL, PRIMARY KEY (package, segment, number)
);
`;
