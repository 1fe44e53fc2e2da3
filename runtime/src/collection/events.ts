/**
 * Events of collections: a small typed emitter. It never throws: a listener's failure becomes a warning of the
 * process, because the code that emits is the code that keeps the caches current.
 */
import type { CachedCollectionsError } from "../errors.js";
import type { PushResult } from "./publish/push-result.js";

/** A place in a version's history. */
export interface RevisionInfo {
  /** Random; another one means that the store lost everything in between. */
  readonly epoch: string;
  readonly revision: number;
}

/** How many records differ between two revisions. */
export interface RecordChanges {
  readonly added: number;
  /** The same key, other content. */
  readonly changed: number;
  readonly removed: number;
}

/** What is told when, by event name. `entity` is the full name: `geo.City`. */
export interface CollectionEvents {
  /** Something did not work: a check, a fetch, a reload in the background. What was served is still served. */
  readonly failure: { readonly entity: string; readonly error: CachedCollectionsError };
  /** Another revision is served from now on; for a data set, once for each collection that changed. */
  readonly reload: {
    readonly entity: string;
    readonly revision: number;
    /** Undefined for the first. */
    readonly previousRevision: number | undefined;
    readonly records: number;
    readonly previousRecords: number;
    /**
     * Against the previous revision; undefined for the first, and of a sequence. Counted only if somebody
     * listens, in slices before it is served: records of new segments are compared with those before, in a
     * tenth of a microsecond each when they are the same and a third when they changed.
     */
    readonly changes: RecordChanges | undefined;
    /** Bytes fetched from the store; 0 when this process had pushed them itself or kept them. */
    readonly fetchedBytes: number;
    /** From the check that found it to being served. */
    readonly durationMs: number;
    /** It was kept on this machine, and the store could not be asked for a newer one. */
    readonly isFallback: boolean;
  };
  /** What is served may no longer be the newest: see `status`. */
  readonly stale: { readonly entity: string; readonly ageMs: number };
  /** It is known to be the newest again. */
  readonly recovered: { readonly entity: string };
  /** The store went back (a failover, a rollback of its machine), and so did this process, after asking twice. */
  readonly "went-back": {
    readonly entity: string;
    readonly from: RevisionInfo;
    readonly to: RevisionInfo;
  };
  /** This process pushed, or reloaded as the elected one. */
  readonly push: { readonly entity: string; readonly result: PushResult };
}

export type CollectionEvent = keyof CollectionEvents;
export type Listener<E extends CollectionEvent> = (event: CollectionEvents[E]) => void;

type Listeners = Map<CollectionEvent, Set<Listener<never>>>;

/** Who listens to what. */
export class Emitter {
  readonly #listeners: Listeners = new Map();
  readonly #watchers: Listeners = new Map();

  on<E extends CollectionEvent>(name: E, listener: Listener<E>): void {
    add(this.#listeners, name, listener);
  }

  off<E extends CollectionEvent>(name: E, listener: Listener<E>): void {
    this.#listeners.get(name)?.delete(listener);
  }

  /** As `on`, for who only measures: it is told, and nothing happens for its sake. */
  watch<E extends CollectionEvent>(name: E, watcher: Listener<E>): void {
    add(this.#watchers, name, watcher);
  }

  unwatch<E extends CollectionEvent>(name: E, watcher: Listener<E>): void {
    this.#watchers.get(name)?.delete(watcher);
  }

  /** Whether anybody listens to it, beside those that only measure. */
  hears(name: CollectionEvent): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  emit<E extends CollectionEvent>(name: E, event: CollectionEvents[E]): void {
    const [listeners = [], watchers = []] = [this.#listeners.get(name), this.#watchers.get(name)];
    // Those that listen now: one of them may add others.
    for (const listener of [...listeners, ...watchers]) {
      try {
        const returned: unknown = (listener as (event: CollectionEvents[E]) => unknown)(event);
        if (returned instanceof Promise) returned.catch(warn);
      } catch (error) {
        warn(error);
      }
    }
  }
}

function add<E extends CollectionEvent>(all: Listeners, name: E, listener: Listener<E>): void {
  const listeners = all.get(name) ?? new Set();
  all.set(name, listeners.add(listener));
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
}
