/**
 * One version (entity and schema hash) as this process follows it: what it serves, what it last saw in the
 * store, and how the two compare. Only the follower changes it, between turns of the event loop.
 */
import type { AnyEntityDefinition } from "../../definition.js";
import { CachedCollectionsError } from "../../errors.js";
import type { Segment } from "../../bytes/segment.js";
import type {
  LeaseRequest,
  SchemaState,
  StoredManifest,
  VersionName,
  VersionState,
} from "../../store/store.js";
import { directionOf, type Direction, type Place } from "./direction.js";
import { publishToTools, toolsHear } from "../channels.js";
import type { CollectionEvent, CollectionEvents, Emitter } from "../events.js";
import type { HeldRevision } from "./held-revision.js";
import { keptIn } from "./published-revision.js";
import { RecordMemory } from "../../snapshot/record-memory.js";
import { now } from "../timing.js";
import { warnOfUnheard } from "../unheard-failure.js";

/**
 * `empty`: nothing to read yet; `fresh`: confirmed as the newest within two check intervals; `stale`: something
 * newer is known or may exist; `failing`: the last check or load of a revision failed; `closed`.
 */
export type CollectionStatus = "empty" | "fresh" | "stale" | "failing" | "closed";

/** A manifest whose bytes were found damaged, twice. */
interface Damage {
  readonly id: string;
  readonly error: CachedCollectionsError;
  times: number;
  /** When the background may try it again. */
  retryAt: number;
}

/** What a check makes of a version. */
export interface Considered {
  readonly followed: FollowedVersion;
  /** Go there now. */
  readonly target?: StoredManifest;
  /** Do not go there yet: it lies backwards and is not confirmed, or it was found damaged a moment ago. */
  readonly held?: StoredManifest;
}

/** One check, as the versions need to know it. */
export interface CheckFacts {
  /** Monotonic, in milliseconds. */
  readonly sentAt: number;
  readonly intervalMs: number;
  /** Somebody waits for it. */
  readonly urgent: boolean;
}

/** What another thread, which asks the store, knows of a version. */
export interface Word {
  /** Since it was last confirmed as the newest; Infinity when it never was. */
  readonly ageMs: number;
  /** Since a check last answered for it; Infinity when none did. */
  readonly checkedMsAgo: number;
  readonly status: CollectionStatus;
  readonly failure: CachedCollectionsError | undefined;
  readonly isPinned: boolean;
  /** The manifests that the store keeps. */
  readonly known: readonly Place[];
}

/** How many epochs are remembered as left behind. */
const EPOCHS_REMEMBERED = 32;

export class FollowedVersion {
  readonly definition: AnyEntityDefinition;
  readonly version: VersionName;
  /** The full name of the entity: `geo.City`. */
  readonly subject: string;
  /** Of the collections and data sets that opened it. */
  readonly emitters: Set<Emitter> = new Set();
  /** Bounds how many decoded records are kept. */
  readonly memory: RecordMemory = new RecordMemory();
  /** What readers see. */
  served: HeldRevision | undefined;
  /** As of the last check. */
  seen: VersionState = { history: [] };
  /** All manifests that the store keeps, as of the last check. */
  known: readonly Place[] = [];
  /** The entity's source as of the last check. */
  source = 0;
  /** When the last check that answered for it was sent, in milliseconds of the monotonic clock. */
  checkedAt: number | undefined;
  /** Whether a pin holds back what is published, as of the last check. */
  isPinned = false;
  /** Why its newest revision could not be loaded; undefined when it could. */
  failure: CachedCollectionsError | undefined;
  /** Called once at the next read: it is behind because nobody read it. */
  whenRead: (() => void) | undefined;
  readonly #openedAt = now();
  #isRead = false;
  #readAt: number | undefined;
  #confirmedAt: number | undefined;
  #behind = false;
  readonly #leftEpochs = new Set<string>();
  #suspect: { readonly id: string; readonly since: number } | undefined;
  #damage: Damage | undefined;
  #kept: { readonly segments: HeldRevision["segments"]; readonly until: number } | undefined;

  constructor(definition: AnyEntityDefinition) {
    this.definition = definition;
    this.version = `${definition.entity}:${definition.hash}`;
    this.subject = `${definition.package}.${definition.entity}`;
  }

  emit<E extends CollectionEvent>(name: E, event: CollectionEvents[E]): void {
    publishToTools(name, event);
    if ("error" in event && !this.#isHeard(name)) warnOfUnheard(event.error);
    for (const emitter of this.emitters) emitter.emit(name, event);
  }

  /** Whether anybody listens to it, tools included. */
  hears(name: CollectionEvent): boolean {
    return this.#isHeard(name) || toolsHear(name);
  }

  /** Milliseconds since what is served was last confirmed as the newest; Infinity when nothing is. */
  get ageMs(): number {
    return this.#confirmedAt === undefined ? Infinity : now() - this.#confirmedAt;
  }

  status(checkIntervalMs: number): CollectionStatus {
    if (this.failure !== undefined || this.badRecord !== undefined) return "failing";
    if (this.served === undefined) return "empty";
    return this.#behind || this.ageMs > 2 * checkIntervalMs ? "stale" : "fresh";
  }

  /** Notes that somebody reads it; costs next to nothing. */
  touch(): void {
    if (!this.#isRead) this.#noteRead();
  }

  /** Whether anybody ever read it. */
  get wasRead(): boolean {
    return this.#isRead || this.#readAt !== undefined;
  }

  /** Somebody cannot wait until it is read: nothing can be read yet, or a listener wants every revision. */
  get isAwaited(): boolean {
    return this.served === undefined || this.#isHeard("reload");
  }

  /** How long nobody has read it, or has had it open without reading it; to be asked once a check. */
  unreadMs(at: number): number {
    if (this.#isRead) this.#readAt = at;
    this.#isRead = false;
    return at - (this.#readAt ?? this.#openedAt);
  }

  /** Whether it served something of this epoch and went on from it. */
  hasLeft(epoch: string): boolean {
    return this.#leftEpochs.has(epoch);
  }

  /** A segment in memory: of what is served, or of what was served a moment ago. */
  findSegment(id: string): Segment<object> | undefined {
    return this.served?.segments.get(id) ?? this.#kept?.segments.get(id);
  }

  /** Why somebody should load, as a lease says it; undefined when nobody should. */
  get need(): LeaseRequest["need"] | undefined {
    if (this.checkedAt === undefined) return undefined;
    const { head, next, push, purgedAtMs } = this.seen;
    // A purged version is brought back by a process that needs it to start, not by one that has its data.
    if (head === undefined) {
      return purgedAtMs !== undefined && this.served !== undefined ? undefined : { kind: "any" };
    }
    // What is pinned is not replaced by a load: that would be held back.
    const isReplaceable = next === undefined && this.#damage?.id === head.id;
    if (isReplaceable) return { kind: "repair", manifestId: head.id };
    return push?.source === this.source ? undefined : { kind: "any" };
  }

  /**
   * Compares what the store says with what is served. `source` is the entity's, never less than this process
   * saw before. `urgent` tries again what was damaged a moment ago.
   */
  consider(state: SchemaState, source: number, check: CheckFacts): Considered {
    this.seen = state.versions.get(this.version) ?? { history: [] };
    this.isPinned = this.seen.next !== undefined;
    this.known = keptIn(this.seen);
    this.source = source;
    this.checkedAt = check.sentAt;
    this.#forgetKept(check.sentAt);
    const { head } = this.seen;
    if (this.#damage?.id !== head?.id) this.#damage = undefined;
    this.failure = this.#damage?.error;
    const direction = directionOf(this.served?.stored, this.#leftEpochs, head);
    if (direction !== "backward") this.#suspect = undefined;
    this.#behind = this.served !== undefined && (direction !== "same" || this.need !== undefined);
    if (direction === "same" && !this.#behind) this.#confirmedAt = check.sentAt;
    if (head === undefined || direction === "same") return { followed: this };
    return this.#waitsWith(head, direction, check)
      ? { followed: this, held: head }
      : { followed: this, target: head };
  }

  /** Takes another thread's word for it, in the place of a check. */
  believe({ ageMs, checkedMsAgo, status, failure, isPinned, known }: Word): void {
    const at = now();
    this.isPinned = isPinned;
    this.known = known;
    this.checkedAt = checkedMsAgo === Infinity ? undefined : at - checkedMsAgo;
    this.failure = failure;
    this.#confirmedAt = at - ageMs;
    this.#behind = status === "stale";
    this.#forgetKept(at);
  }

  /** A record of what is served that did not decode when somebody read it. */
  get badRecord(): CachedCollectionsError | undefined {
    for (const { badRecord } of this.served?.segments.values() ?? []) {
      if (badRecord !== undefined) return badRecord;
    }
    return undefined;
  }

  /** Serves another revision. Returns whether that was a step back. */
  install(revision: HeldRevision, sentAt: number, intervalMs: number): boolean {
    const before = this.served;
    const back = directionOf(this.served?.stored, this.#leftEpochs, revision.stored) === "backward";
    if (before !== undefined) {
      this.#kept = { segments: before.segments, until: now() + 3 * intervalMs };
      this.#leave(before.manifest.epoch, revision.manifest.epoch);
    }
    this.served = revision;
    this.failure = undefined;
    this.#damage = undefined;
    this.#suspect = undefined;
    this.#confirmedAt = sentAt;
    this.#behind = this.need !== undefined;
    return back;
  }

  /** Serves what was kept on this machine, as something newer may exist. `confirmedAt` is monotonic. */
  installKept(revision: HeldRevision, confirmedAt: number): void {
    this.served = revision;
    this.#confirmedAt = confirmedAt;
    this.#behind = true;
  }

  /** Notes that the head's bytes are bad; the background leaves them alone for a growing while. */
  noteDamage(id: string, found: CachedCollectionsError, intervalMs: number): void {
    const error = this.seen.next === undefined ? found : notRepaired(found);
    const times = this.#damage?.id === id ? this.#damage.times + 1 : 1;
    const pause = Math.min(10, 2 ** (times - 1)) * intervalMs;
    this.#damage = { id, error, times, retryAt: now() + pause };
    this.failure = error;
  }

  #isHeard(name: CollectionEvent): boolean {
    return [...this.emitters].some((emitter) => emitter.hears(name));
  }

  #noteRead(): void {
    this.#isRead = true;
    const { whenRead } = this;
    this.whenRead = undefined;
    whenRead?.();
  }

  #waitsWith(head: StoredManifest, direction: Direction, check: CheckFacts): boolean {
    if (direction === "backward") {
      // From the answer on: a check may have waited long for it, and looked just now.
      if (this.#suspect?.id !== head.id) this.#suspect = { id: head.id, since: now() };
      // Timers are jittered and coarse; nine tenths of an interval count as one.
      if (check.sentAt - this.#suspect.since < check.intervalMs * 0.9) return true;
    }
    return this.#damage !== undefined && !check.urgent && check.sentAt < this.#damage.retryAt;
  }

  #forgetKept(at: number): void {
    if (this.#kept !== undefined && this.#kept.until < at) this.#kept = undefined;
  }

  #leave(left: string, entered: string): void {
    if (left === entered) return;
    this.#leftEpochs.delete(entered);
    this.#leftEpochs.add(left);
    for (const oldest of this.#leftEpochs) {
      if (this.#leftEpochs.size <= EPOCHS_REMEMBERED) break;
      this.#leftEpochs.delete(oldest);
    }
  }
}

/** A load, which repairs anything else, would be held back like every other publication. */
function notRepaired({ code, subject, message }: CachedCollectionsError): CachedCollectionsError {
  const what = subject === "" ? message : message.slice(subject.length + 2);
  const pinned = `${what}. It is pinned, so nobody repairs it: unpin it, or pin a revision that is whole`;
  return new CachedCollectionsError(code, subject, pinned);
}
