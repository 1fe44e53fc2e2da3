/**
 * What collections and data sets have in common: a window on the follower of their schema. Constructing one
 * starts nothing; `ready`, `pull` and `push` begin to follow, `close` ends it. Reads look at what the follower
 * serves and never wait.
 */
import { CachedCollectionsError } from "../errors.js";
import { FORMAT, type AnyEntityDefinition } from "../definition.js";
import type { SchemaStore, Store } from "../store/store.js";
import { awaitPush, wantedOf, type AtLeast } from "./await-push.js";
import { Elector } from "./elect/elector.js";
import { Emitter } from "./events.js";
import type { FollowedVersion, CollectionStatus } from "./follow/followed-version.js";
import { Follower } from "./follow/follower.js";
import type { Following } from "./follow/following.js";
import {
  checkPushOptions,
  confirmReplicas,
  NotReplicatedError,
  type PushOptions,
} from "./publish/confirm-replicas.js";
import { loadable, type LoadMember, type LoadUnit } from "./publish/load-unit.js";
import { checkDuration, type Timing } from "./options.js";
import { givenBy, type AnyPatch } from "./publish/patch-rows.js";
import type { PatchJob, PushResults } from "./publish/push-job.js";
import type { AnyPushResult } from "./publish/push-result.js";
import { push } from "./publish/push.js";
import { becomeReady } from "./ready.js";
import { readOnly } from "./threads/attached-store.js";
import { followingOf } from "./threads/following-of.js";
import { awaited, joined, now, pause, withDeadline } from "./timing.js";

/** How long `ready` waits; Node keeps the process alive meanwhile. */
export interface ReadyOptions {
  /** Default 30,000. A load that has begun goes on when it has passed. */
  readonly timeoutMs?: number;
}

export interface PullOptions {
  /** Ask the store only when the last check is older than this, in milliseconds. */
  readonly maxAgeMs?: number | undefined;
  /**
   * Resolve as soon as what is served has what this push or patch published, or what was published after it;
   * ask the store only until then. What a push answered in any process will do, also through JSON, of the
   * collection or of a data set that has it. Holds also for reads through replicas.
   */
  readonly atLeast?: AtLeast | undefined;
  /** Of `atLeast`: how long to wait for it, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
}

/** What a handle is made of. */
export interface HandleParts {
  /** `geo.City`, or `geo`. */
  readonly subject: string;
  readonly definitions: readonly AnyEntityDefinition[];
  readonly timing: Timing;
  /** How many decoded records are kept of each collection. */
  readonly maxDecodedRecords: number;
  /** What it loads, given the versions it opened. */
  readonly unit: (followed: readonly FollowedVersion[]) => LoadUnit;
  /** Set for a collection of a data set. */
  readonly parent: ParentLink | undefined;
  /** It has all collections of its schema, so that a patch can answer for the references among them. */
  readonly isWhole?: boolean;
}

/** Which member gets what of a patch. Throws ERR_INVALID_ARGUMENT. */
export type Distribute = (
  given: unknown,
  members: readonly LoadMember[],
) => ReadonlyMap<LoadMember, unknown>;

/** A collection of a data set starts with it, and lets it load. */
export interface ParentLink {
  readonly state: HandleState;
  /** One loader of the data set fills all its collections. */
  readonly loadsAll: boolean;
}

/** What a started handle holds. */
interface Opened {
  readonly follower: Following;
  readonly followed: readonly FollowedVersion[];
  readonly unit: LoadUnit;
  readonly elector: Elector | undefined;
}

const NONE: readonly FollowedVersion[] = [];

/** The part of a handle that users do not see. */
export class HandleState {
  readonly store: Store;
  readonly parts: HandleParts;
  readonly emitter: Emitter = new Emitter();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;
  #opened: Opened | undefined;
  readonly #children = new Set<HandleState>();
  #pushing: Promise<unknown> = Promise.resolve();
  #patching: Promise<unknown> = Promise.resolve();

  constructor(store: Store, parts: HandleParts) {
    for (const definition of parts.definitions) checkFormat(definition);
    this.store = store;
    this.parts = parts;
    if (parts.parent !== undefined) parts.parent.state.#children.add(this);
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted || this.#opened?.follower.signal.aborted === true;
  }

  /** The versions it follows; none before it was started. */
  get followed(): readonly FollowedVersion[] {
    return this.#opened?.followed ?? NONE;
  }

  /** Begins to follow, and to load when there is a need. */
  start(): Opened {
    if (this.isClosed) throw this.closedError();
    if (this.#opened !== undefined) return this.#opened;
    const { parent } = this.parts;
    if (parent?.loadsAll === true) parent.state.start();
    this.#opened ??= this.#open();
    for (const child of this.#children) if (!child.isClosed) child.start();
    return this.#opened;
  }

  /** The worst among its versions. */
  get status(): CollectionStatus {
    if (this.isClosed) return "closed";
    if (this.#opened === undefined) return "empty";
    const statuses = new Set(this.followed.map((each) => this.statusOf(each)));
    const order = ["failing", "empty", "stale"] as const;
    return order.find((status) => statuses.has(status)) ?? "fresh";
  }

  /** Of one of its versions. */
  statusOf(followed: FollowedVersion): CollectionStatus {
    if (this.isClosed) return "closed";
    return this.#opened?.follower.statusOf(followed) ?? "empty";
  }

  async ready({ timeoutMs = 30_000 }: ReadyOptions = {}): Promise<void> {
    checkDuration(this.parts.subject, "timeoutMs", timeoutMs);
    const { follower, followed, unit, elector: own } = this.start();
    const { subject, parent } = this.parts;
    const elector = own ?? (parent === undefined ? undefined : parent.state.#opened?.elector);
    const { store } = this;
    const closing = this.#signal();
    await becomeReady({ subject, store, follower, followed, unit, elector, timeoutMs, closing });
  }

  async pull({ maxAgeMs, atLeast, timeoutMs }: PullOptions = {}): Promise<void> {
    if (atLeast !== undefined && maxAgeMs === undefined) return this.#await(atLeast, timeoutMs);
    if (atLeast !== undefined || timeoutMs !== undefined) {
      const message = "pull: timeoutMs belongs to atLeast, and maxAgeMs does not go with them";
      throw new CachedCollectionsError("ERR_INVALID_ARGUMENT", this.parts.subject, message);
    }
    if (maxAgeMs !== undefined) checkDuration(this.parts.subject, "maxAgeMs", maxAgeMs, 0);
    const { follower, followed } = this.start();
    const oldest = Math.min(...followed.map(({ checkedAt = -Infinity }) => checkedAt));
    const isReady = followed.every(({ served }) => served !== undefined);
    if (maxAgeMs !== undefined && isReady && now() - oldest <= maxAgeMs) return;
    for (const each of followed) each.touch();
    await awaited(() => this.#untilChecked(follower, followed));
  }

  async #untilChecked(follower: Following, followed: readonly FollowedVersion[]): Promise<void> {
    for (;;) {
      const { failures, held } = await follower.check();
      const failed = followed.find(({ version }) => failures.has(version));
      if (failed !== undefined) throw failures.get(failed.version) as CachedCollectionsError;
      if (!followed.some(({ version }) => held.has(version))) break;
      // What the master names lies behind what is served: it counts when it still does one interval later.
      await this.#untilEnd((signal) => pause(follower.checkIntervalMs, signal));
      if (this.isClosed) throw this.closedError();
    }
  }

  /** Publishes and sums up what was, then waits for replicas as the options say. */
  async published<P extends AnyPushResult>(
    options: PushOptions,
    publish: () => Promise<PushResults>,
    answerOf: (results: PushResults) => P,
  ): Promise<P> {
    const { subject } = this.parts;
    checkPushOptions(subject, this.#schema, options);
    const results = await awaited(publish);
    const result = answerOf(results);
    const shortfall = await this.#untilEnd((signal) =>
      confirmReplicas(this.#schema, results, options, signal),
    );
    if (shortfall === undefined) return result;
    throw new NotReplicatedError(subject, { ...shortfall, result });
  }

  /** Loads and publishes what has a loader; pushes of one handle run one after another. */
  push(): Promise<PushResults> {
    const pushing = this.#pushing.then(() => this.#push());
    this.#pushing = pushing.catch(() => undefined);
    return pushing;
  }

  /** Publishes a change of some records; patches of one handle run one after another. */
  patch(patch: AnyPatch, distribute: Distribute): Promise<PushResults> {
    const patching = this.#patching.then(() => this.#patch(patch, distribute));
    this.#patching = patching.catch(() => undefined);
    return patching;
  }

  /** Says that the database changed. */
  async invalidate(): Promise<void> {
    if (this.isClosed) throw this.closedError();
    await this.#schema.invalidate(this.parts.definitions.map(({ entity }) => entity));
    // Its failure is told as an event.
    this.#opened?.follower.check().catch(() => undefined);
  }

  /** Whoever closes it again waits for the same. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // Who is told of it may close it too.
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(this.closedError());
    await Promise.all([...this.#children].map((child) => child.close()));
    if (this.#opened === undefined) return;
    const { follower, followed, elector } = this.#opened;
    for (const each of followed) each.emitters.delete(this.emitter);
    await elector?.stop();
    await follower.release(followed, this);
  }

  notReady(): CachedCollectionsError {
    return new CachedCollectionsError(
      "ERR_NOT_READY",
      this.parts.subject,
      "nothing is loaded yet; await its ready() first",
    );
  }

  closedError(): CachedCollectionsError {
    return new CachedCollectionsError("ERR_CLOSED", this.parts.subject, "it was closed");
  }

  get #packageName(): string {
    return this.parts.definitions[0]?.package ?? this.parts.subject;
  }

  get #schema(): SchemaStore {
    return this.store.schema(this.#packageName);
  }

  #signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Runs work with a signal that is aborted when it closes, and when the store does. */
  async #untilEnd<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stopped = this.#opened?.follower.signal;
    const end = joined(this.#signal(), ...(stopped === undefined ? [] : [stopped]));
    try {
      return await work(end.signal);
    } finally {
      end.stop();
    }
  }

  async #await(atLeast: AtLeast, timeoutMs = 30_000): Promise<void> {
    const { subject } = this.parts;
    checkDuration(subject, "timeoutMs", timeoutMs);
    const { follower, followed } = this.start();
    const wanted = wantedOf(subject, followed, atLeast);
    await awaitPush({ subject, follower, wanted, timeoutMs, closing: this.#signal() });
  }

  #open(): Opened {
    const { definitions, timing, maxDecodedRecords } = this.parts;
    const follower = followingOf(this.store, this.#packageName);
    const { checkIntervalMs, eager } = timing;
    const wishes = { checkIntervalMs, eager, maxDecodedRecords };
    const followed = definitions.map((each) => follower.open(each, this, wishes));
    for (const each of followed) each.emitters.add(this.emitter);
    const unit = this.parts.unit(followed);
    // A data set that was started loads for its collections.
    const { parent } = this.parts;
    const isLoadedFor = parent !== undefined && parent.state.#opened !== undefined;
    if (!(follower instanceof Follower) || loadable(unit).length === 0 || isLoadedFor) {
      return { follower, followed, unit, elector: undefined };
    }
    const elector = new Elector(
      follower,
      unit,
      (run) => this.#limited(run),
      (results) => this.#tell(results),
    );
    return { follower, followed, unit, elector };
  }

  async #push(): Promise<PushResults> {
    const { unit, elector } = this.start();
    const follower = this.#publisher();
    const members = loadable(unit);
    if (members.length === 0) {
      const message =
        this.parts.parent?.loadsAll === true
          ? "one loader fills the whole data set: push that"
          : "it has no loader in this process: give it `load` to push from here";
      throw new CachedCollectionsError("ERR_NO_LOADER", this.parts.subject, message);
    }
    const none = { tokens: new Map<never, never>(), damaged: new Set<never>() };
    const run = (): Promise<PushResults> =>
      this.#limited((signal) => push(follower, { unit, members, reason: "push", ...none, signal }));
    const results = await (elector === undefined ? run() : elector.during(run));
    this.#tell(results);
    return results;
  }

  async #patch(source: AnyPatch, distribute: Distribute): Promise<PushResults> {
    const { unit } = this.start();
    const follower = this.#publisher();
    const none = { tokens: new Map<never, never>(), damaged: new Set<never>() };
    const { members, subject } = unit;
    const patch: PatchJob = {
      give: async (context) => distribute(await givenBy(subject, source, context), members),
      isWhole: this.parts.isWhole === true,
    };
    const results = await this.#limited((signal) =>
      push(follower, { unit, members, reason: "push", ...none, patch, signal }),
    );
    this.#tell(results);
    return results;
  }

  /** Throws ERR_READ_ONLY in a thread that is attached to another. */
  #publisher(): Follower {
    const { follower } = this.start();
    if (follower instanceof Follower) return follower;
    throw readOnly(this.parts.subject);
  }

  /** Runs a load with a signal that ends it at `loadTimeoutMs`, at `close`, and when the store closes. */
  async #limited<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { subject, timing } = this.parts;
    const limit = { subject, what: "the load", ms: timing.loadTimeoutMs, option: "loadTimeoutMs" };
    return this.#untilEnd((signal) => withDeadline({ ...limit, signal }, run));
  }

  #tell(results: PushResults): void {
    for (const [followed, result] of results) {
      followed.emit("push", { entity: followed.subject, result });
    }
  }
}

function checkFormat(definition: AnyEntityDefinition): void {
  const generatedFor: number = definition.format;
  if (generatedFor === FORMAT) return;
  throw new CachedCollectionsError(
    "ERR_FORMAT",
    `${definition.package}.${definition.entity}`,
    `its generated code is for segment format ${generatedFor}, this runtime reads ${FORMAT}: run codegen with the generator of the runtime's version`,
  );
}
