/**
 * The store of unit tests: everything in this process, gone with it. Two collections or data sets given the
 * same memory store behave like two processes on one Redis.
 */
import { BaseStore } from "../base-store.js";
import { ChangeWatch } from "../state/changes.js";
import { LocalSchemaStore, type TransactionRunner } from "../state/local-schema-store.js";
import type { StateTransaction } from "../state/transaction.js";
import type { SchemaStore, Store, Subscriber } from "../store.js";
import { MemorySchema } from "./memory-schema.js";

/** A store in this process's memory, for tests: no files, no server, nothing to wait for. */
export function memoryStore(): Store {
  return new MemoryStore();
}

export class MemoryStore extends BaseStore {
  readonly #schemas = new Map<string, MemorySchema>();

  constructor() {
    super("memory", true);
  }

  /** The data of a schema: what a test looks into. */
  data(packageName: string): MemorySchema {
    const data = this.#schemas.get(packageName) ?? new MemorySchema();
    this.#schemas.set(packageName, data);
    return data;
  }

  protected override openSchema(packageName: string): SchemaStore {
    return new LocalSchemaStore(new MemoryRunner(this, this.data(packageName)));
  }

  protected override end(): Promise<void> {
    this.#schemas.clear();
    return Promise.resolve();
  }
}

class MemoryRunner implements TransactionRunner {
  readonly isOpen = true;
  readonly #store: MemoryStore;
  readonly #data: MemorySchema;
  readonly #watch: ChangeWatch;

  constructor(store: MemoryStore, data: MemorySchema) {
    this.#store = store;
    this.#data = data;
    this.#watch = new ChangeWatch(data.fields);
  }

  read<T>(look: (tx: StateTransaction) => T): Promise<T> {
    return this.#whileOpen(() => look(this.#data));
  }

  write<T>(change: (tx: StateTransaction) => T): Promise<T> {
    return this.#whileOpen(() => {
      this.#data.sweep();
      const result = change(this.#data);
      if (this.#watch.isWatched) this.#watch.look(this.#data.fields);
      return result;
    });
  }

  subscribe(subscriber: Subscriber): Promise<() => void> {
    return this.#whileOpen(() => {
      this.#watch.look(this.#data.fields);
      return this.#watch.add(subscriber);
    });
  }

  /** What throws here rejects there. */
  #whileOpen<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#store.closed) throw this.#store.closedError();
      resolve(work());
    });
  }
}
