/**
 * When to check: at every interval, which is the guarantee; and when the store says that something happened,
 * which is faster but may get lost. Its timers never keep the process alive.
 */
import type { Announcement, SchemaStore, VersionName } from "../../store/store.js";
import { backoffMs, jittered, later } from "../timing.js";

/** What it asks of the follower. */
export interface PollerTasks {
  readonly check: () => void;
  /** Whether anybody follows a version of this entity. */
  readonly follows: (entity: string) => boolean;
  /** Whether the last check saw this manifest among those that the store keeps, or nobody follows the version. */
  readonly shows: (version: VersionName, manifestId: string) => boolean;
}

/**
 * When an announced manifest is not visible yet (a replica lags): the pauses before each further look, which is 0.1,
 * 0.3 and 1 second after the announcement.
 */
const LOOK_AGAIN_MS: readonly number[] = [100, 200, 700];

export class Poller {
  readonly #schema: SchemaStore;
  readonly #intervalMs: () => number;
  readonly #tasks: PollerTasks;
  /** What looks again for what was announced last and is not visible yet. */
  readonly #again = new Map<VersionName, NodeJS.Timeout>();
  #poll: NodeJS.Timeout | undefined;
  #started = false;
  #stopped = false;
  #subscription: "none" | "asked" | (() => void) = "none";

  constructor(schema: SchemaStore, intervalMs: () => number, tasks: PollerTasks) {
    this.#schema = schema;
    this.#intervalMs = intervalMs;
    this.#tasks = tasks;
  }

  /** Subscribes first and checks then: an announcement in between is not missed. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#subscribe();
    this.#tasks.check();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#poll);
    for (const timer of this.#again.values()) clearTimeout(timer);
    if (typeof this.#subscription === "function") this.#subscription();
    this.#subscription = "none";
  }

  /** A check ended well; the next comes an interval later. */
  succeeded(): void {
    if (!this.#started || this.#stopped) return;
    this.#schedule(jittered(this.#intervalMs()));
    void this.#subscribe();
  }

  /** The n-th check in a row failed: sooner than an interval, so that a short outage heals soon. */
  failed(failures: number): void {
    if (!this.#started || this.#stopped) return;
    this.#schedule(backoffMs(failures, 250, this.#intervalMs()));
  }

  #schedule(ms: number): void {
    clearTimeout(this.#poll);
    this.#poll = later(ms, this.#tasks.check);
  }

  /** A store that cannot notify (yet) is asked again after the next check; polling goes on without it. */
  async #subscribe(): Promise<void> {
    if (this.#subscription !== "none" || this.#stopped) return;
    this.#subscription = "asked";
    try {
      const unsubscribe = await this.#schema.subscribe({
        announced: (announcement) => this.#announced(announcement),
        reconnected: this.#tasks.check,
      });
      if (this.#stopped) return unsubscribe();
      this.#subscription = unsubscribe;
      this.#tasks.check();
    } catch {
      this.#subscription = "none";
    }
  }

  #announced({ entity, version, manifestId }: Announcement): void {
    if (this.#stopped || !this.#tasks.follows(entity)) return;
    this.#tasks.check();
    if (version !== undefined && manifestId !== undefined) this.#lookFor(version, manifestId);
  }

  /** Where this one is visible, those announced before it were: they are looked for no more. */
  #lookFor(
    version: VersionName,
    manifestId: string,
    [ms, ...pauses]: readonly number[] = LOOK_AGAIN_MS,
  ): void {
    clearTimeout(this.#again.get(version));
    this.#again.delete(version);
    if (ms === undefined || this.#tasks.shows(version, manifestId)) return;
    const look = (): void => {
      if (!this.#tasks.shows(version, manifestId)) this.#tasks.check();
      this.#lookFor(version, manifestId, pauses);
    };
    this.#again.set(version, later(ms, look));
  }
}
