/**
 * Announcements, on a connection of their own: a subscribed one cannot send other commands. They are hints;
 * losing one costs time and nothing else, so this connection has to come back, not to be complete.
 */
import type { CachedCollectionsError } from "../../errors.js";
import { entityOf } from "../state/state-fields.js";
import type { Announcement, Subscriber, VersionName } from "../store.js";
import { withDeadline } from "./deadline.js";
import { endClient } from "./end-client.js";
import type { RedisClient } from "./redis-client.js";
import { kindOfFailure } from "./redis-errors.js";
import { duplicateOf } from "./redis-options.js";

/** The first pause before it connects again, doubled each time; the poll goes on meanwhile. */
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;

/** Somebody who listens to a channel. */
interface Listener extends Subscriber {
  readonly channel: string;
  /** Resolves the first wait. */
  readonly started: () => void;
  /** `before`: it listened on a connection that was lost. */
  state: "waiting" | "listening" | "before";
}

export class RedisSubscription {
  readonly #source: RedisClient;
  readonly #timeoutMs: number;
  readonly #listeners = new Set<Listener>();
  #client: RedisClient | undefined;
  /** Since it was last connected. */
  #failures = 0;
  #closed: CachedCollectionsError | undefined;

  constructor(source: RedisClient, timeoutMs: number) {
    this.#source = source;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves when announcements arrive, or after the time for a command without them. `reconnected` is called
   * when they arrive again after a break.
   */
  async add(channel: string, subscriber: Subscriber): Promise<() => void> {
    if (this.#closed !== undefined) throw this.#closed;
    const untilMs = performance.now() + this.#timeoutMs;
    let listener: Listener | undefined;
    const started = new Promise<void>((resolve) => {
      listener = {
        channel,
        announced: (announcement) => subscriber.announced(announcement),
        reconnected: () => subscriber.reconnected(),
        started: resolve,
        state: "waiting",
      };
      this.#listeners.add(listener);
    });
    this.#client ??= this.#open();
    void this.#subscribe(this.#client);
    await withDeadline(started, untilMs, "subscription").catch(() => undefined);
    return () => {
      if (listener !== undefined) this.#listeners.delete(listener);
    };
  }

  /** Connects anew: nobody would notice otherwise that a connection which only listens is dead. */
  renew(): void {
    if (this.#client !== undefined) endClient(this.#client);
  }

  /** What comes later fails with `error`. */
  close(error: CachedCollectionsError): void {
    this.#closed = error;
    for (const listener of this.#listeners) listener.started();
    this.#listeners.clear();
    if (this.#client !== undefined) endClient(this.#client);
  }

  #open(): RedisClient {
    const client = duplicateOf(this.#source, { connectTimeoutMs: this.#timeoutMs });
    client.on("message", (channel: string, text: string) => this.#deliver(channel, text));
    client.on("ready", () => {
      this.#failures = 0;
      void this.#subscribe(client);
    });
    client.on("end", () => {
      for (const listener of this.#listeners) {
        if (listener.state === "listening") listener.state = "before";
      }
      this.#later(pauseMs(this.#failures++), () => (this.#client = this.#open()));
    });
    // It may be accepted and then never answered.
    this.#later(this.#timeoutMs, () => {
      if (client.status !== "ready") endClient(client);
    });
    client.connect().catch(() => undefined);
    return client;
  }

  /** Subscribes all channels; those that are subscribed already stay so. */
  async #subscribe(client: RedisClient): Promise<void> {
    if (client.status !== "ready" || this.#closed !== undefined) return;
    const listeners = [...this.#listeners];
    try {
      await client.subscribe(...new Set(listeners.map((listener) => listener.channel)));
    } catch (error) {
      const mayRetry = kindOfFailure(error) !== "final";
      if (mayRetry) this.#later(pauseMs(0), () => this.#subscribe(client));
      // Not permitted: the poll alone has to do.
      else for (const listener of listeners) listener.started();
      return;
    }
    for (const listener of listeners) this.#started(listener);
  }

  #started(listener: Listener): void {
    const before = listener.state;
    listener.state = "listening";
    if (before === "waiting") listener.started();
    if (before === "before") listener.reconnected();
  }

  #deliver(channel: string, text: string): void {
    const announcement = parseAnnouncement(text);
    for (const listener of this.#listeners) {
      if (listener.channel === channel) listener.announced(announcement);
    }
  }

  #later(ms: number, work: () => unknown): void {
    setTimeout(() => {
      if (this.#closed === undefined) work();
    }, ms).unref();
  }
}

/** At random: a fleet does not come back all at once. */
function pauseMs(failures: number): number {
  return Math.min(RETRY_MS * 2 ** failures, LONGEST_RETRY_MS) * (0.5 + Math.random());
}

/** `Entity`, `Entity:hash` or `Entity:hash manifest`, as the scripts send it. */
function parseAnnouncement(text: string): Announcement {
  const [name = "", manifestId] = text.split(" ");
  if (!name.includes(":")) return { entity: name, version: undefined, manifestId: undefined };
  const version = name as VersionName;
  return { entity: entityOf(version), version, manifestId };
}
