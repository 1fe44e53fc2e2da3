/**
 * The follower of a schema in a thread that is attached to another: it serves the revisions that the sharing
 * thread serves, over the same memory, and takes its word for how current they are. What that thread installed
 * in one step is installed here in one step. When it has not spoken for a while it is asked.
 */
import { decodeManifest } from "../../bytes/manifest.js";
import type { Segment } from "../../bytes/segment.js";
import { inSlices } from "../../bytes/steps.js";
import type { AnyEntityDefinition } from "../../definition.js";
import { CachedCollectionsError } from "../../errors.js";
import { partsOver } from "../../snapshot/shared-parts.js";
import { coreOver } from "../../snapshot/snapshot-core.js";
import type { VersionName } from "../../store/store.js";
import {
  installAll,
  prepareMoves,
  tellMoves,
  type CheckReport,
  type Move,
} from "../follow/check.js";
import { FollowedVersion, type CollectionStatus, type Word } from "../follow/followed-version.js";
import { asStoreError } from "../follow/follower.js";
import type { CheckListener, Following, FollowWishes } from "../follow/following.js";
import type { HeldRevision } from "../follow/held-revision.js";
import { StatusWatch } from "../follow/status-watch.js";
import { READ_WITHIN } from "../follow/wanted.js";
import { later, now } from "../timing.js";
import {
  errorOf,
  processNow,
  type LookReport,
  type State,
  type ToldRevision,
  type ToldVersion,
} from "./messages.js";
import type { ThreadChannel } from "./thread-channel.js";

/** For what the other thread has in memory: longer than it should ever be blocked. */
const ANSWER_MS = 5_000;
/** For a check with its fetch, each of which ends by a deadline of its own. */
const FRESH_ANSWER_MS = 150_000;
/** How many intervals without a word make this thread ask. */
const SILENT_INTERVALS = 1.5;

export class AttachedFollower implements Following {
  readonly listeners: Set<CheckListener> = new Set();
  readonly #packageName: string;
  readonly #channel: ThreadChannel;
  readonly #opened = new Map<VersionName, { followed: FollowedVersion; times: number }>();
  /** Those that somebody wants at once, read or not. */
  readonly #eager = new WeakSet<FollowedVersion>();
  readonly #watch = new StatusWatch();
  readonly #closing = new AbortController();
  /** What was told last. */
  #state: State | undefined;
  #checkIntervalMs = 10_000;
  /** Told and not taken over yet. */
  #next: State | undefined;
  #taking: Promise<void> | undefined;
  /** What was told last names a revision that was not told. */
  #isLacking = false;
  /** Why the other thread could not be asked. */
  #silence: CachedCollectionsError | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(channel: ThreadChannel, packageName: string) {
    this.#channel = channel;
    this.#packageName = packageName;
  }

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** The sharing thread's. */
  get checkIntervalMs(): number {
    return this.#checkIntervalMs;
  }

  open(definition: AnyEntityDefinition, owner: object, wishes: FollowWishes): FollowedVersion {
    const followed = new FollowedVersion(definition);
    const entry = this.#opened.get(followed.version) ?? { followed, times: 0 };
    entry.times++;
    this.#opened.set(followed.version, entry);
    entry.followed.memory.limit(owner, wishes.maxDecodedRecords);
    if (wishes.eager) this.#eager.add(entry.followed);
    this.#awaitWord();
    return entry.followed;
  }

  async release(followed: readonly FollowedVersion[], owner: object): Promise<void> {
    for (const { version, memory } of followed) {
      memory.unlimit(owner);
      const entry = this.#opened.get(version);
      if (entry !== undefined && --entry.times === 0) this.#opened.delete(version);
    }
    if (this.#opened.size === 0) await this.stop();
  }

  async stop(): Promise<void> {
    const message = "the collection, or the store it is attached to, was closed";
    this.#closing.abort(new CachedCollectionsError("ERR_CLOSED", this.#packageName, message));
    clearTimeout(this.#timer);
    await this.#taking;
  }

  /** Has the sharing thread check; rejects with its errors. */
  async check(): Promise<CheckReport> {
    // What it has in memory comes at once, or never: that is found out before it is waited for longer.
    if (this.#state === undefined) await this.#look(false);
    return this.#look(true);
  }

  statusOf(followed: FollowedVersion): CollectionStatus {
    return this.#silence === undefined ? followed.status(this.checkIntervalMs) : "failing";
  }

  /** Takes over what was told; when that is still under way, what is told last counts. */
  take(state: State): void {
    if (this.signal.aborted) return;
    this.#next = { ...state, checked: state.checked || this.#next?.checked === true };
    this.#taking ??= this.#takeAll().finally(() => (this.#taking = undefined));
  }

  async #look(fresh: boolean): Promise<CheckReport> {
    const sentAt = now();
    const versions = this.#versions();
    const has = versions.flatMap(({ served }) => served?.stored.id ?? []);
    const open = versions.map(({ version }) => version);
    const ask = { do: "look", fresh, has, open } as const;
    const timeoutMs = fresh ? FRESH_ANSWER_MS : ANSWER_MS;
    try {
      const report = await this.#channel.request(this.#packageName, ask, timeoutMs);
      // What was told before the reply is what it answers with.
      await this.#taking;
      if (this.#isLacking) return await this.#look(fresh);
      return this.#reportOf(report as LookReport, sentAt);
    } catch (error) {
      if (!fresh) this.#unanswered(error as CachedCollectionsError);
      throw error;
    }
  }

  async #takeAll(): Promise<void> {
    try {
      for (let state = this.#next; state !== undefined; state = this.#next) {
        this.#next = undefined;
        await this.#takeOver(state);
      }
    } catch (error) {
      if (!this.signal.aborted) this.#unanswered(asStoreError(this.#packageName, error));
    }
  }

  async #takeOver(state: State): Promise<void> {
    const startedAt = now();
    this.#state = state;
    this.#silence = undefined;
    // Where nothing is open nothing is asked, at no interval.
    if (state.versions.length > 0) this.#checkIntervalMs = state.checkIntervalMs;
    this.#isLacking = false;
    const moves: Move[] = [];
    for (const { followed, told } of this.#toldOf(state)) {
      const { manifestId, revision } = told;
      if (manifestId === undefined || manifestId === followed.served?.stored.id) continue;
      // It was told when this thread did not listen, or was busy. What is served must be of one moment.
      if (revision === undefined) {
        this.#isLacking = true;
        return void this.#look(false).catch(() => undefined);
      }
      moves.push({ followed, revision: await this.#hold(followed, revision) });
    }
    await prepareMoves(moves, this.signal);
    const moved = installAll(moves, { sentAt: startedAt, intervalMs: state.checkIntervalMs });
    for (const { followed, told } of this.#toldOf(state)) followed.believe(wordOf(told));
    tellMoves(moved, startedAt);
    if (state.checked) this.#checked(state);
    this.#ended();
  }

  async #hold(
    followed: FollowedVersion,
    { stored, parts: shared }: ToldRevision,
  ): Promise<HeldRevision> {
    const { definition, memory, served } = followed;
    const manifest = decodeManifest(stored.bytes, definition);
    const ids = manifest.segments.map(({ id }) => id);
    // Manifests name the newest segment first, parts begin with the base.
    const known = (index: number): Segment<object> | undefined =>
      followed.findSegment(ids.at(-1 - index) ?? "");
    const parts = partsOver(definition, shared, known, memory, served?.core.parts);
    const { revision, epoch } = manifest;
    const info = { revision, epoch, manifestId: stored.id };
    const core = await inSlices(coreOver(definition, info, parts, served?.core), this.signal);
    const opened = parts.list.map(({ records }) => records.segment).reverse();
    const segments = new Map(ids.map((id, index) => [id, opened[index] as Segment<object>]));
    return { stored, manifest, segments, core, fetchedBytes: 0 };
  }

  /** The other thread's check has ended. What it left behind because nobody reads it may be read here. */
  #checked(state: State): void {
    const wake = (): void => void this.#look(true).catch(() => undefined);
    for (const { followed, told } of this.#toldOf(state)) {
      const { failure: error, subject: entity } = followed;
      if (error !== undefined) followed.emit("failure", { entity, error });
      const isWanted = this.#isWanted(followed);
      followed.whenRead = told.isUnread ? wake : undefined;
      if (told.isUnread && isWanted) wake();
    }
  }

  /** To be asked once a check. */
  #isWanted(followed: FollowedVersion): boolean {
    const isRead = followed.unreadMs(now()) <= READ_WITHIN * this.checkIntervalMs;
    return isRead || followed.isAwaited || this.#eager.has(followed);
  }

  /** The other thread does not answer, or what it told could not be used. */
  #unanswered(error: CachedCollectionsError): void {
    if (this.signal.aborted) return;
    this.#silence = error;
    for (const followed of this.#versions()) {
      followed.emit("failure", { entity: followed.subject, error });
    }
    this.#ended();
  }

  #ended(): void {
    for (const followed of this.#versions()) this.#watch.look(followed, this.statusOf(followed));
    for (const listener of this.listeners) listener();
    this.#awaitWord();
  }

  #awaitWord(): void {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    const ask = (): void => void this.#look(false).catch(() => undefined);
    this.#timer = later(SILENT_INTERVALS * this.checkIntervalMs, ask);
  }

  #reportOf({ failures, held }: LookReport, sentAt: number): CheckReport {
    const all = new Map(failures.map(([version, error]) => [version, errorOf(error)]));
    for (const { version, subject } of this.#versions()) {
      const error = notShared(version, subject, this.#state);
      if (error !== undefined) all.set(version, error);
    }
    return { sentAt, failures: all, isStepBack: false, held: new Set(held) };
  }

  #versions(): readonly FollowedVersion[] {
    return [...this.#opened.values()].map(({ followed }) => followed);
  }

  /** The versions that are open here and there. */
  #toldOf(state: State): readonly { followed: FollowedVersion; told: ToldVersion }[] {
    return this.#versions().flatMap((followed) => {
      const told = state.versions.find(({ version }) => version === followed.version);
      return told === undefined ? [] : [{ followed, told }];
    });
  }
}

function wordOf({ confirmedAt, checkedAt, status, failure, isPinned, known }: ToldVersion): Word {
  const at = processNow();
  return {
    ageMs: at - confirmedAt,
    checkedMsAgo: at - checkedAt,
    status,
    failure: failure && errorOf(failure),
    isPinned,
    known,
  };
}

/** Why the sharing thread cannot tell anything of a version; undefined when it can. */
function notShared(
  version: VersionName,
  subject: string,
  state: State | undefined,
): CachedCollectionsError | undefined {
  const shared = state?.versions ?? [];
  if (shared.some((told) => told.version === version)) return undefined;
  const [entity, hash] = version.split(":");
  const other = shared.find((told) => told.version.startsWith(`${entity}:`));
  if (other === undefined) {
    const message = `the thread that shares the store has not opened ${subject}: open it and await its ready() there`;
    return new CachedCollectionsError("ERR_NOT_SHARED", subject, message);
  }
  const [, otherHash] = other.version.split(":");
  const message = `this thread's generated code is of schema ${hash}, the sharing thread's of ${otherHash}: run the same build in both`;
  return new CachedCollectionsError("ERR_OTHER_SCHEMA", subject, message);
}
