/** What all stores share: one schema store per package, and closing once, collections before connections. */
import { CachedCollectionsError } from "../errors.js";
import type { SchemaStore, Store } from "./store.js";

export abstract class BaseStore implements Store {
  readonly label: string;
  readonly background: boolean;
  readonly #schemas = new Map<string, SchemaStore>();
  readonly #stops = new Set<() => Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(label: string, background: boolean) {
    this.label = label;
    this.background = background;
  }

  protected abstract openSchema(packageName: string): SchemaStore;
  /** Ends what the store itself opened; called once, after the collections stopped. */
  protected abstract end(): Promise<void>;

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  schema(packageName: string): SchemaStore {
    const open = this.#schemas.get(packageName) ?? this.openSchema(packageName);
    this.#schemas.set(packageName, open);
    return open;
  }

  onClose(stop: () => Promise<void>): void {
    if (this.closed) throw this.closedError();
    this.#stops.add(stop);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  closedError(): CachedCollectionsError {
    return new CachedCollectionsError("ERR_CLOSED", this.label, "the store was closed");
  }

  async #close(): Promise<void> {
    // One collection that fails to stop must not leave the others or the connections behind.
    const stopped = await Promise.allSettled([...this.#stops].map(async (stop) => stop()));
    await this.end();
    const failed = stopped.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}
