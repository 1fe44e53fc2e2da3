/**
 * When `refreshEveryMs` has passed since the last publication. The store's clock decides when a lease is asked
 * for; this one only says when asking is worth it, so it does not matter if the two clocks differ.
 */
import type { LeaseRequest } from "../../store/store.js";
import { now } from "../timing.js";

export class RefreshClock {
  readonly #everyMs: number | undefined;
  #publishedAtMs: number | undefined;
  #dueAt: number | undefined;

  constructor(everyMs: number | undefined) {
    this.#everyMs = everyMs;
  }

  /** Looks at when the versions were published, by the store's clock in milliseconds since 1970. */
  look(publishedAtMs: readonly (number | undefined)[]): void {
    const known = publishedAtMs.filter((atMs) => atMs !== undefined);
    if (this.#everyMs === undefined || known.length === 0) return;
    const oldest = Math.min(...known);
    if (oldest === this.#publishedAtMs) return;
    this.#publishedAtMs = oldest;
    const passed = Math.min(Math.max(0, Date.now() - oldest), this.#everyMs);
    this.#dueAt = now() + (this.#everyMs - passed) + this.#jitterMs();
  }

  /** The store said that it is not time yet. */
  postpone(): void {
    if (this.#everyMs === undefined || this.#dueAt === undefined || this.#dueAt > now()) return;
    this.#dueAt = now() + this.#everyMs / 10 + this.#jitterMs();
  }

  get dueInMs(): number | undefined {
    return this.#dueAt === undefined ? undefined : Math.max(0, this.#dueAt - now());
  }

  /** What a lease is asked for; undefined before its time. */
  get need(): LeaseRequest["need"] | undefined {
    if (this.#everyMs === undefined || this.dueInMs !== 0) return undefined;
    return { kind: "refresh", olderThanMs: this.#everyMs };
  }

  /** A tenth, so that a fleet does not ask all at once. */
  #jitterMs(): number {
    return (Math.random() * (this.#everyMs ?? 0)) / 10;
  }
}
