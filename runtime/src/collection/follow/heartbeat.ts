/**
 * Says in the store which versions are used here, so that `prune` spares them, and takes it back at the end. Best
 * effort: what is not taken back is forgotten by the store after some minutes.
 */
import { randomBytes } from "node:crypto";
import type { SchemaStore, VersionName } from "../../store/store.js";
import { now, soon } from "../timing.js";

/** Stores remember for some minutes that a version is used. */
const EVERY_MS = 60_000;

export class Heartbeat {
  readonly #schema: SchemaStore;
  /** Not the process's: when one of its followers leaves, what another uses through another store must stay. */
  readonly #processId = randomBytes(8).toString("hex");
  readonly #told = new Set<VersionName>();
  #toldAt = -Infinity;
  /** One after another: a command that is sent again must not come after the one that takes it back. */
  #telling: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(schema: SchemaStore) {
    this.#schema = schema;
  }

  /** Every minute, and at once for a version just opened. */
  beat(versions: readonly VersionName[]): void {
    const isDue = now() - this.#toldAt >= EVERY_MS;
    const isKnown = versions.every((version) => this.#told.has(version));
    if (this.#ended || versions.length === 0 || (isKnown && !isDue)) return;
    this.#toldAt = now();
    for (const version of versions) this.#told.add(version);
    void this.#tell(() => this.#schema.heartbeat(this.#processId, versions));
  }

  /** They are not used here any more. Resolves when the store knows, or does not answer; never rejects. */
  async leave(versions: readonly VersionName[]): Promise<void> {
    const told = versions.filter((version) => this.#told.delete(version));
    if (told.length === 0) return;
    await soon(this.#tell(() => this.#schema.leave(this.#processId, told)));
  }

  /** Nothing is used here any more. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.leave([...this.#told]);
  }

  #tell(say: () => Promise<void>): Promise<void> {
    this.#telling = this.#telling.then(say).catch(() => undefined);
    return this.#telling;
  }
}
