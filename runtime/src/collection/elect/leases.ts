/**
 * The leases under which an elected process loads: taken, renewed while the load runs, and given up. A lease
 * only keeps a fleet from loading twice; what may be published is decided by the publishing script.
 */
import { randomBytes } from "node:crypto";
import type { ErrorCode } from "../../errors.js";
import type { LeaseReply, LeaseRequest, SchemaStore, VersionName } from "../../store/store.js";
import { now } from "../timing.js";

/** How long a lease lasts unless renewed, in milliseconds; it is renewed three times as often. */
const TTL_MS = 30_000;

/** The value of somebody else's lease, and since when it has stood still. */
interface Watched {
  readonly value: string;
  readonly since: number;
}

export class Leases {
  readonly #schema: SchemaStore;
  readonly #ttlMs: number;
  /** Always the same: when giving a lease up did not reach the store, it is this process's still. */
  readonly #token: string = randomBytes(16).toString("hex");
  readonly #tokens = new Map<VersionName, string>();
  readonly #watched = new Map<VersionName, Watched>();
  /** Whose lease was replaced; forgotten when they are given up: that process may wake and take them again. */
  #dead: string | undefined;
  #renewal: NodeJS.Timeout | undefined;

  constructor(schema: SchemaStore, ttlMs: number = TTL_MS) {
    this.#schema = schema;
    this.#ttlMs = ttlMs;
  }

  /** The tokens of those granted. */
  get tokens(): ReadonlyMap<VersionName, string> {
    return this.#tokens;
  }

  /** Asks for one more. A lease that stood still for its whole length belongs to nobody any more: it is replaced. */
  async acquire(version: VersionName, need: LeaseRequest["need"]): Promise<LeaseReply> {
    const token = this.#token;
    const request: LeaseRequest = { version, token, ttlMs: this.#ttlMs, need };
    const watched = this.#watched.get(version);
    const isDead = watched !== undefined && now() - watched.since > this.#ttlMs;
    let reply = isDead
      ? await this.#schema.replaceLease(request, watched.value)
      : await this.#schema.acquireLease(request);
    if (isDead && reply.outcome === "granted") this.#dead = holderOf(watched.value);
    // All leases of a process are renewed at once, or none.
    if (reply.outcome === "held" && holderOf(reply.value) === this.#dead) {
      reply = await this.#schema.replaceLease(request, reply.value);
    }
    if (reply.outcome === "granted") {
      this.#tokens.set(version, token);
      this.#renewal ??= setInterval(() => void this.#renew(), this.#ttlMs / 3).unref();
    }
    if (reply.outcome !== "held") this.#watched.delete(version);
    else if (watched?.value !== reply.value) {
      this.#watched.set(version, { value: reply.value, since: now() });
    }
    return reply;
  }

  /** Gives all of them up; the next process may load at once. Failures do not matter: leases run out. */
  async release(): Promise<void> {
    await this.#giveUp((version, token) => this.#schema.releaseLease(version, token));
  }

  /** Gives all of them up, and keeps the fleet from loading for a while. */
  async fail(code: ErrorCode, backoffMs: number): Promise<void> {
    await this.#giveUp((version, token) => this.#schema.failLease(version, token, code, backoffMs));
  }

  async #giveUp(end: (version: VersionName, token: string) => Promise<void>): Promise<void> {
    clearInterval(this.#renewal);
    this.#renewal = undefined;
    this.#dead = undefined;
    const ending = [...this.#tokens].map(([version, token]) => end(version, token));
    this.#tokens.clear();
    await Promise.allSettled(ending);
  }

  async #renew(): Promise<void> {
    const renewing = [...this.#tokens].map(([version, token]) =>
      this.#schema.renewLease(version, token, this.#ttlMs),
    );
    // A lease that was lost meanwhile is found out when publishing.
    await Promise.allSettled(renewing);
  }
}

/** The token in a lease's value: `token:count`. */
function holderOf(value: string): string {
  return value.slice(0, value.indexOf(":"));
}
