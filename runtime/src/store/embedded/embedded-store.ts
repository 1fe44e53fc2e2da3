/** The embedded store: a directory that the processes of one machine share, with no server. */
import { CachedCollectionsError } from "../../errors.js";
import { BaseStore } from "../base-store.js";
import { LocalSchemaStore, type TransactionRunner } from "../state/local-schema-store.js";
import { readSeq } from "../state/state-fields.js";
import type { StateTransaction } from "../state/transaction.js";
import type { SchemaStore, Store, Subscriber } from "../store.js";
import { EmbeddedFile } from "./embedded-file.js";
import { EmbeddedTransaction } from "./embedded-transaction.js";
import { EmbeddedWatch } from "./embedded-watch.js";
import { sweepExpired } from "./sweep-expired.js";

export interface EmbeddedStoreOptions {
  /** A directory on a local file system, made when it is missing. Everything in it can be deleted at any time. */
  readonly path: string;
}

/**
 * A store in a directory, for the processes of one machine: development, tests, single-machine services. Needs
 * the package libsql. Processes see each other's publications within about 100 ms. A process that is killed
 * at any moment leaves the last revision readable.
 */
export function embeddedStore(options: EmbeddedStoreOptions): Store {
  // JavaScript may leave the options out.
  const { path } = Object(options) as EmbeddedStoreOptions;
  if (typeof path !== "string" || path === "") {
    throw new CachedCollectionsError(
      "ERR_INVALID_ARGUMENT",
      "embeddedStore",
      'path is missing; give a directory, like ".cache"',
    );
  }
  return new EmbeddedStore(path);
}

class EmbeddedStore extends BaseStore {
  readonly #file: EmbeddedFile;
  readonly #watch: EmbeddedWatch;

  constructor(path: string) {
    const label = `embedded ${path}`;
    super(label, true);
    this.#file = new EmbeddedFile(path, label);
    this.#watch = new EmbeddedWatch(this.#file);
  }

  protected override openSchema(packageName: string): SchemaStore {
    return new LocalSchemaStore(new EmbeddedRunner(packageName, this.#file, this.#watch));
  }

  protected override end(): Promise<void> {
    this.#watch.close();
    this.#file.close(this.closedError());
    return Promise.resolve();
  }
}

class EmbeddedRunner implements TransactionRunner {
  readonly #package: string;
  readonly #file: EmbeddedFile;
  readonly #watch: EmbeddedWatch;

  constructor(packageName: string, file: EmbeddedFile, watch: EmbeddedWatch) {
    this.#package = packageName;
    this.#file = file;
    this.#watch = watch;
  }

  get isOpen(): boolean {
    return this.#file.opened !== undefined;
  }

  read<T>(look: (tx: StateTransaction) => T): Promise<T> {
    return this.#file.transact("BEGIN", (file) =>
      look(new EmbeddedTransaction(this.#package, file.statements)),
    );
  }

  async write<T>(change: (tx: StateTransaction) => T): Promise<T> {
    const { result, fields } = await this.#file.transact("BEGIN IMMEDIATE", (file) => {
      sweepExpired(file.statements);
      const tx = new EmbeddedTransaction(this.#package, file.statements);
      const seq = readSeq(tx);
      const result = change(tx);
      // Everything there is to announce raises `seq`.
      return { result, fields: readSeq(tx) === seq ? undefined : tx.fields() };
    });
    // Other processes notice by their poll, this one's subscribers need not wait for it.
    if (fields !== undefined) this.#watch.look(this.#package, fields);
    return result;
  }

  subscribe(subscriber: Subscriber): Promise<() => void> {
    return this.#watch.add(this.#package, subscriber);
  }
}
