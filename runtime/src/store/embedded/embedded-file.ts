/**
 * The database file of an embedded store: opened at first use, opened anew when the directory was replaced,
 * and used in short transactions. Never open the file by other means in the same process: closing it would
 * drop SQLite's locks (POSIX locks belong to the process).
 *
 * Calls into SQLite block the event loop, so none of them waits: a lock held by another process is answered
 * at once and asked for again from a timer, up to the deadline.
 */
import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { CachedCollectionsError } from "../../errors.js";
import { messageOf } from "../message-of.js";
import { prepareStatements, type Statements } from "./statements.js";
import {
  isBusy,
  isDamaged,
  loadLibsql,
  type Database,
  type OpenDatabase,
  type Statement,
} from "./libsql.js";
import { FILE_NAME, SETTINGS, TABLES } from "./tables.js";

export interface OpenFile {
  /** Tells the file from another one of the same name. */
  readonly identity: string;
  readonly database: Database;
  readonly statements: Statements;
  /** Changes when another connection committed. */
  readonly dataVersion: Statement;
}

/** How long a transaction may wait for locks, in milliseconds. */
const DEADLINE_MS = 5000;

export class EmbeddedFile {
  readonly #directory: string;
  readonly #path: string;
  readonly #label: string;
  #open: OpenFile | undefined;
  #openDatabase: OpenDatabase | undefined;
  #closed: CachedCollectionsError | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(directory: string, label: string) {
    this.#directory = resolve(directory);
    this.#path = join(this.#directory, FILE_NAME);
    this.#label = label;
  }

  /** Runs `work` in a transaction as soon as the lock is free. Nothing of it happens if it throws. */
  async transact<T>(begin: "BEGIN" | "BEGIN IMMEDIATE", work: (file: OpenFile) => T): Promise<T> {
    const untilMs = performance.now() + DEADLINE_MS;
    for (;;) {
      await this.#nextTurn();
      try {
        const file = await this.#current();
        return runIn(file.database, begin, () => work(file));
      } catch (error) {
        if (!isBusy(error)) throw this.#explain(error);
        if (performance.now() > untilMs) {
          throw this.#unavailable("another process holds its lock", error);
        }
        await pause(1 + Math.random() * 9);
      }
    }
  }

  /** One transaction in each turn of the event loop: a caller may have a hundred chunks to store. */
  #nextTurn(): Promise<void> {
    this.#turn = this.#turn.then(() => nextTurn());
    return this.#turn;
  }

  /** The open file, if it is still the one in the directory. */
  get opened(): OpenFile | undefined {
    return this.#open?.identity === identityOf(this.#path) ? this.#open : undefined;
  }

  /** What comes later fails with `error`. */
  close(error: CachedCollectionsError): void {
    this.#closed = error;
    this.#closeFile();
  }

  async #current(): Promise<OpenFile> {
    this.#openDatabase ??= await loadLibsql(this.#label);
    if (this.#closed !== undefined) throw this.#closed;
    const opened = this.opened;
    if (opened !== undefined) return opened;
    this.#closeFile();
    mkdirSync(this.#directory, { recursive: true });
    this.#open = openFile(this.#openDatabase, this.#path);
    return this.#open;
  }

  /** The connection itself ends when its statements are collected, so nothing may keep them. */
  #closeFile(): void {
    this.#open?.database.close();
    this.#open = undefined;
  }

  #explain(error: unknown): unknown {
    if (error instanceof CachedCollectionsError) return error;
    // The next transaction opens the file anew; perhaps it was replaced under our feet.
    this.#closeFile();
    return isDamaged(error)
      ? this.#unavailable("it is damaged; delete it, it holds nothing but a cache", error)
      : this.#unavailable(messageOf(error), error);
  }

  #unavailable(why: string, cause: unknown): CachedCollectionsError {
    const message = `cannot use the database in ${this.#directory}: ${why}`;
    return new CachedCollectionsError("ERR_STORE_UNAVAILABLE", this.#label, message, { cause });
  }
}

function openFile(openDatabase: OpenDatabase, path: string): OpenFile {
  const database = openDatabase(path);
  try {
    for (const setting of SETTINGS) database.exec(setting);
    runIn(database, "BEGIN IMMEDIATE", () => database.exec(TABLES));
    const statements = prepareStatements(database);
    const dataVersion = database.prepare("PRAGMA data_version");
    return { identity: identityOf(path), database, statements, dataVersion };
  } catch (error) {
    database.close();
    throw error;
  }
}

function runIn<T>(database: Database, begin: string, work: () => T): T {
  database.exec(begin);
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function rollBack(database: Database): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // SQLite has rolled back by itself after some errors; then there is nothing to do.
  }
}

/** "" when there is no file. */
function identityOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.dev} ${stat.ino}`;
}
