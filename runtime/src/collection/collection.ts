/**
 * What users of a mapping, a sequence and a data set have in common: getting ready, pulling, pushing, events,
 * status, closing. `S` is the snapshot, `P` what a push answers.
 */
import type { Store } from "../store/store.js";
import type { CollectionEvent, CollectionEvents } from "./events.js";
import type { CollectionStatus, FollowedVersion } from "./follow/followed-version.js";
import { HandleState, type HandleParts, type PullOptions, type ReadyOptions } from "./handle.js";
import type { HeldRevision } from "./follow/held-revision.js";
import type { PushOptions } from "./publish/confirm-replicas.js";
import type { PushResults } from "./publish/push-job.js";
import type { AnyPushResult } from "./publish/push-result.js";

interface Shown<S> {
  readonly version: FollowedVersion;
  readonly revision: HeldRevision;
  readonly snapshot: S;
}

export abstract class Collection<
  S extends object,
  P extends AnyPushResult,
> implements AsyncDisposable {
  readonly #state: HandleState;
  #served: readonly HeldRevision[] = [];
  #snapshot: S | undefined;
  /** What a collection of one version showed last. */
  #shown: Shown<S> | undefined;

  constructor(store: Store, parts: HandleParts) {
    this.#state = new HandleState(store, parts);
    states.set(this, this.#state);
  }

  /** Makes the snapshot of these revisions. */
  protected abstract snapshotOf(revisions: readonly HeldRevision[]): S;
  /** Sums up what was pushed. */
  protected abstract answerOf(results: PushResults): P;

  /**
   * Resolves when there is something to read, and follows the store from then on. If nothing is published, one
   * process of the fleet that has a loader loads and pushes; the others wait for it. Rejects with that load's
   * error in the process whose load failed, else at the deadline: ERR_STORE_UNAVAILABLE, or ERR_TIMEOUT.
   */
  async ready(options?: ReadyOptions): Promise<S> {
    await this.#state.ready(options);
    return this.snapshot();
  }

  /**
   * Asks the store now. Resolves to a snapshot that contains every push that ended before this call (one that
   * is held back by a pin excepted); rejects when the store does not answer or what it names cannot be loaded,
   * and with ERR_NOT_READY when nothing is published. With `maxAgeMs`, asks only if the last check is older.
   * With `atLeast`, resolves as soon as what is served contains that push, and rejects with ERR_PUSH_LOST when the
   * store lost it; when it is not served by the deadline, with what stood in the way, or ERR_TIMEOUT.
   */
  async pull(options?: PullOptions): Promise<S> {
    await this.#state.pull(options);
    return this.snapshot();
  }

  /**
   * Loads through this process's loader and publishes: everything, or, when the rows or a check refuse it,
   * nothing. Change the database first, then push. Identical rows make no new revision. This process serves
   * what was published, or what superseded it, when the promise resolves. Rejects with ERR_NO_LOADER, ERR_LOADER, ERR_INVALID_RECORD,
   * ERR_DUPLICATE_KEY, ERR_DANGLING_REFERENCE, ERR_GUARD_REFUSED, ERR_TIMEOUT, ERR_STORE_UNAVAILABLE, or
   * ERR_OUTCOME_UNKNOWN when the store did not say whether it was published (the next check shows). With
   * `replicas`, waits until so many have it, or rejects with ERR_NOT_REPLICATED; it is published then all the same.
   */
  async push(options: PushOptions = {}): Promise<P> {
    const answer = (results: PushResults): P => this.answerOf(results);
    return this.#state.published(options, () => this.#state.push(), answer);
  }

  /**
   * Says that the database changed: every live version, also of other builds, loads again through its own
   * loader, in one process each. Nothing is emptied. Resolves when the store knows, before anything is loaded.
   */
  async invalidate(): Promise<void> {
    await this.#state.invalidate();
  }

  /**
   * The newest revision in this process; the same object until there is a newer one. Costs no I/O. Throws
   * ERR_NOT_READY before the first one, and nothing afterwards.
   */
  snapshot(): S {
    // Every read on a collection passes here: as little as can be, and of one shape whatever class this is.
    const shown = this.#shown;
    if (shown === undefined || shown.version.served !== shown.revision) return this.#look();
    shown.version.touch();
    return shown.snapshot;
  }

  /** Where it is published: what `versions`, `pin` and their like on its class take. */
  get store(): Store {
    return this.#state.store;
  }

  /** How current what is served is; computed when asked. */
  get status(): CollectionStatus {
    return this.#state.status;
  }

  /** Milliseconds since what is served was last confirmed as the newest; Infinity when it never was. */
  get ageMs(): number {
    const { followed } = this.#state;
    return followed.length === 0 ? Infinity : Math.max(...followed.map(({ ageMs }) => ageMs));
  }

  /**
   * The revision that is served; of a data set, the highest of its collections. 0 as long as `snapshot()` throws,
   * for a data set as long as one of its collections has nothing. A read.
   */
  get revision(): number {
    const { followed } = this.#state;
    for (const each of followed) each.touch();
    const revisions = followed.map(({ served }) => served?.stored.revision ?? 0);
    return revisions.includes(0) ? 0 : Math.max(0, ...revisions);
  }

  /** Calls the listener at each event. What it throws becomes a warning of the process. */
  on<E extends CollectionEvent>(event: E, listener: (payload: CollectionEvents[E]) => void): this {
    this.#state.emitter.on(event, listener);
    return this;
  }

  /** Undoes `on`. */
  off<E extends CollectionEvent>(event: E, listener: (payload: CollectionEvents[E]) => void): this {
    this.#state.emitter.off(event, listener);
    return this;
  }

  /** Stops following and ends a load under way. What was loaded can still be read. Never fails. */
  async close(): Promise<void> {
    await this.#state.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #look(): S {
    const { followed } = this.#state;
    for (let i = 0; i < followed.length; i++) {
      const each = followed[i];
      if (each === undefined || each.served !== this.#served[i]) return this.#renew();
      each.touch();
    }
    return this.#snapshot ?? this.#renew();
  }

  #renew(): S {
    const { followed } = this.#state;
    for (const each of followed) each.touch();
    const served = followed.flatMap((each) => each.served ?? []);
    const [version, ...others] = followed;
    const [revision] = served;
    if (version === undefined || revision === undefined || served.length < followed.length) {
      throw this.#state.notReady();
    }
    const snapshot = this.snapshotOf(served);
    this.#served = served;
    this.#snapshot = snapshot;
    if (others.length === 0) this.#shown = { version, revision, snapshot };
    return snapshot;
  }
}

const states = new WeakMap<object, HandleState>();

/** The part of a collection that its users do not see. */
export function stateOf(collection: object): HandleState {
  const state = states.get(collection);
  if (state === undefined) throw new TypeError("not a collection of this library");
  return state;
}
