/**
 * The one follower of a schema in a store: it asks what is published now, for all collections of the schema
 * that are open in this process, and installs what it finds in one synchronous step. Collections and data sets
 * are windows on it. At most one check is under way; whoever asks meanwhile shares the next one.
 */
import { CachedCollectionsError } from "../../errors.js";
import type { Segment } from "../../bytes/segment.js";
import type { AnyEntityDefinition } from "../../definition.js";
import type { SchemaState, SchemaStore, Store, VersionName } from "../../store/store.js";
import type { RecordMemory } from "../../snapshot/record-memory.js";
import { CheckQueue } from "./check-queue.js";
import { runCheck, type CheckReport } from "./check.js";
import { Fallback, installKept } from "./fallback.js";
import { FollowedVersion, type CollectionStatus } from "./followed-version.js";
import { Heartbeat } from "./heartbeat.js";
import type { CheckListener, Following, FollowWishes } from "./following.js";
import type { HeldRevision } from "./held-revision.js";
import { Poller } from "./poller.js";
import { StatusWatch } from "./status-watch.js";
import { later, now, pause } from "../timing.js";
import type { Owner } from "./wanted.js";

export class Follower implements Following {
  readonly store: Store;
  readonly schema: SchemaStore;
  readonly packageName: string;
  readonly listeners: Set<CheckListener> = new Set();
  /** What else has to stop with it. */
  readonly stoppers: Set<() => Promise<void>> = new Set();
  readonly #followed = new Map<VersionName, { followed: FollowedVersion; opened: number }>();
  readonly #owners = new Map<object, Owner>();
  readonly #queue: CheckQueue<CheckReport>;
  readonly #poller: Poller;
  readonly #heartbeat: Heartbeat;
  readonly #closing = new AbortController();
  readonly #pushed = new Map<string, { revision: HeldRevision; at: number }>();
  readonly #sources = new Map<string, number>();
  readonly #fallback: Fallback | undefined;
  readonly #watch = new StatusWatch();
  #epoch: string | undefined;
  #failure: CachedCollectionsError | undefined;
  #failures = 0;
  #hurry = new AbortController();
  #isStandingIn = false;
  readonly #stopped: () => void;

  /** `stopped` is called when it has stopped. */
  constructor(store: Store, packageName: string, stopped: () => void) {
    this.store = store;
    this.packageName = packageName;
    this.#stopped = stopped;
    this.schema = store.schema(packageName);
    this.#heartbeat = new Heartbeat(this.schema);
    this.#fallback = store.fallback && new Fallback(store.fallback, packageName, this.signal);
    this.#queue = new CheckQueue((urgent) => this.#check(urgent));
    this.#poller = new Poller(this.schema, () => this.checkIntervalMs, {
      check: () => void this.#queue.request(false),
      follows: (entity) => this.versions.some(({ definition }) => definition.entity === entity),
      shows: (version, id) => this.#shows(version, id),
    });
  }

  /** Aborted when it stops. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** The smallest that any open collection asked for, in milliseconds. */
  get checkIntervalMs(): number {
    const intervals = [...this.#owners.values()].map((owner) => owner.checkIntervalMs);
    return intervals.length === 0 ? 10_000 : Math.min(...intervals);
  }

  /** Opens a version for `owner`, sharing it with others that have it open, and begins to follow. */
  open(definition: AnyEntityDefinition, owner: object, wishes: FollowWishes): FollowedVersion {
    const followed = new FollowedVersion(definition);
    const entry = this.#followed.get(followed.version) ?? { followed, opened: 0 };
    entry.opened++;
    this.#followed.set(followed.version, entry);
    const known = this.#owners.get(owner) ?? { ...wishes, followed: new Set() };
    known.followed.add(entry.followed);
    this.#owners.set(owner, known);
    entry.followed.memory.limit(owner, wishes.maxDecodedRecords);
    if (this.store.background) this.#poller.start();
    return entry.followed;
  }

  /** Undoes `open`; the last one out stops everything. */
  async release(followed: readonly FollowedVersion[], owner: object): Promise<void> {
    this.#owners.delete(owner);
    const left: VersionName[] = [];
    for (const { version, memory } of followed) {
      memory.unlimit(owner);
      const entry = this.#followed.get(version);
      if (entry === undefined || --entry.opened > 0) continue;
      this.#followed.delete(version);
      left.push(version);
    }
    await (this.#followed.size === 0 ? this.stop() : this.#heartbeat.leave(left));
  }

  /** Ends timers, subscription and whatever is under way; resolves when leases are given up, or a moment later. */
  async stop(): Promise<void> {
    this.#closing.abort(
      new CachedCollectionsError("ERR_CLOSED", this.packageName, "the collection was closed"),
    );
    this.#poller.stop();
    this.#hurry.abort();
    const stopping = [...this.stoppers].map(async (stop) => stop());
    await Promise.all([...stopping, this.#heartbeat.end()]);
    await this.#fallback?.idle();
    this.#stopped();
  }

  /** A check that begins after this call; rejects with the store's errors. */
  check(): Promise<CheckReport> {
    this.#hurry.abort();
    return this.#queue.request(true);
  }

  /** What this process published itself: the next check finds it here instead of fetching it. */
  offer(revision: HeldRevision): void {
    this.#pushed.set(revision.stored.id, { revision, at: now() });
  }

  /** A revision in memory, by its manifest's id. */
  held(version: VersionName, manifestId: string): HeldRevision | undefined {
    const served = this.#followed.get(version)?.followed.served;
    return served?.stored.id === manifestId ? served : this.#pushed.get(manifestId)?.revision;
  }

  /** A segment in memory. */
  findSegment(version: VersionName, id: string): Segment<object> | undefined {
    const served = this.#followed.get(version)?.followed.findSegment(id);
    if (served !== undefined) return served;
    const pushed = [...this.#pushed.values()].find(({ revision }) => revision.segments.has(id));
    return pushed?.revision.segments.get(id);
  }

  /** Those that are open. */
  get versions(): readonly FollowedVersion[] {
    return [...this.#followed.values()].map(({ followed }) => followed);
  }

  /** What bounds the decoded records of a version that is open here. */
  memoryOf(version: VersionName): RecordMemory | undefined {
    return this.#followed.get(version)?.followed.memory;
  }

  statusOf(followed: FollowedVersion): CollectionStatus {
    return this.#failure === undefined ? followed.status(this.checkIntervalMs) : "failing";
  }

  /** Why it is failing, if it is. */
  failureOf(followed: FollowedVersion): CachedCollectionsError | undefined {
    return this.#failure ?? followed.failure ?? followed.badRecord;
  }

  async #check(urgent: boolean): Promise<CheckReport> {
    this.signal.throwIfAborted();
    this.#hurry = new AbortController();
    const standIn = this.#fallback && later(STAND_IN_AFTER_MS, () => void this.#serveKept());
    try {
      const report = await runCheck({
        schema: this.schema,
        intervalMs: this.checkIntervalMs,
        urgent,
        followed: () => this.versions,
        owners: () => this.#owners.values(),
        whenRead: () => void this.#queue.request(false),
        sourcesOf: (state) => this.#noteSources(state),
        pushed: new Map([...this.#pushed].map(([id, { revision }]) => [id, revision])),
        spread: (bytes) => this.#spread(bytes),
        installed: () => {
          this.#failure = undefined;
        },
        signal: this.signal,
      });
      this.#succeeded(report);
      return report;
    } catch (error) {
      const failure = asStoreError(this.packageName, error);
      if (!this.signal.aborted) this.#failed(failure);
      throw failure;
    } finally {
      clearTimeout(standIn);
    }
  }

  /** While the store does not answer, or with damaged bytes, and there is nothing else to read. */
  async #serveKept(): Promise<void> {
    const needy = this.versions.filter(({ served }) => served === undefined);
    if (this.#fallback === undefined || needy.length === 0 || this.#isStandingIn) return;
    this.#isStandingIn = true;
    try {
      const kept = await this.#fallback.load(this.versions);
      if (!this.signal.aborted && installKept(kept)) this.#ended();
    } catch (error) {
      if (!this.signal.aborted) tellAll(needy, asStoreError(this.packageName, error));
    } finally {
      this.#isStandingIn = false;
    }
  }

  /** In the background: it never holds up a check. */
  async #keep({ isStepBack }: CheckReport): Promise<void> {
    try {
      await this.#fallback?.keep(this.versions, isStepBack);
    } catch (error) {
      if (!this.signal.aborted) tellAll(this.versions, asStoreError(this.packageName, error));
    }
  }

  #succeeded(report: CheckReport): void {
    this.#failures = 0;
    for (const [id, { at }] of this.#pushed) if (at < report.sentAt) this.#pushed.delete(id);
    for (const followed of this.versions) {
      const error = report.failures.get(followed.version) ?? followed.badRecord;
      if (error !== undefined) followed.emit("failure", { entity: followed.subject, error });
    }
    this.#ended();
    if (report.failures.size > 0) void this.#serveKept();
    void this.#keep(report);
    // Without background work it may only have published: a deploy step uses no version. As long as it asks now
    // and then, what it serves is in use.
    const inUse = this.versions.filter(({ wasRead }) => this.store.background || wasRead);
    this.#heartbeat.beat(inUse.map(({ version }) => version));
    this.#poller.succeeded();
  }

  #failed(error: CachedCollectionsError): void {
    this.#failure = error;
    this.#failures++;
    tellAll(this.versions, error);
    this.#ended();
    void this.#serveKept();
    this.#poller.failed(this.#failures);
  }

  #ended(): void {
    for (const followed of this.versions) this.#watch.look(followed, this.statusOf(followed));
    for (const listener of this.listeners) listener();
  }

  /**
   * Sources never fall within an epoch: a store that has less than was seen lost an invalidation in a failover,
   * and is told again. It compares by itself, so a lagging replica does no harm.
   */
  #noteSources(state: SchemaState): ReadonlyMap<string, number> {
    if (state.epoch !== this.#epoch) this.#sources.clear();
    this.#epoch = state.epoch;
    for (const [entity, source] of state.sources) {
      const known = this.#sources.get(entity) ?? 0;
      if (source >= known) this.#sources.set(entity, source);
      else void this.schema.restoreSource(entity, known).catch(() => undefined);
    }
    return this.#sources;
  }

  /** Up to half an interval, in proportion to the bytes; `pull()` ends it. */
  async #spread(bytes: number): Promise<void> {
    const mostMs = Math.min(this.checkIntervalMs / 2, bytes / SPREAD_BYTES_PER_MS);
    if (mostMs < 1 || this.#queue.urgent) return;
    await pause(Math.random() * mostMs, this.#hurry.signal);
  }

  #shows(version: VersionName, manifestId: string): boolean {
    const entry = this.#followed.get(version);
    return entry === undefined || entry.followed.known.some(({ id }) => id === manifestId);
  }
}

/** How long a first check may take before the fallback serves, in milliseconds. */
const STAND_IN_AFTER_MS = 1_000;

/** A process of the fleet is given about the time in which it would fetch these bytes from a busy server. */
const SPREAD_BYTES_PER_MS = 50_000;

/** Followers by store and package. */
const followers = new WeakMap<Store, Map<string, Follower>>();

/**
 * The store's follower of a schema; made when there is none. One that has stopped is not kept. Throws ERR_CLOSED
 * when the store is closed.
 */
export function followerOf(store: Store, packageName: string): Follower {
  const known = followersOf(store);
  const existing = known.get(packageName);
  if (existing !== undefined && !existing.signal.aborted) return existing;
  const follower = new Follower(store, packageName, () => {
    if (known.get(packageName) === follower) known.delete(packageName);
  });
  known.set(packageName, follower);
  return follower;
}

function followersOf(store: Store): Map<string, Follower> {
  const known = followers.get(store);
  if (known !== undefined) return known;
  const made = new Map<string, Follower>();
  followers.set(store, made);
  store.onClose(async () => {
    // Whoever comes later is told that it is closed, by `onClose`.
    followers.delete(store);
    await Promise.all([...made.values()].map(async (follower) => follower.stop()));
  });
  return made;
}

function tellAll(followed: readonly FollowedVersion[], error: CachedCollectionsError): void {
  for (const each of followed) each.emit("failure", { entity: each.subject, error });
}

/** What is not one of this library's errors comes from a client of a store. */
export function asStoreError(packageName: string, error: unknown): CachedCollectionsError {
  if (error instanceof CachedCollectionsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CachedCollectionsError("ERR_STORE_UNAVAILABLE", packageName, message, {
    cause: error,
  });
}
