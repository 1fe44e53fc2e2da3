/**
 * The store port: what a collection needs of the place where revisions live. Redis, the embedded database
 * and memory implement it and pass one contract suite; nothing above this file knows which it has.
 *
 * All methods reject with ERR_STORE_UNAVAILABLE when the store did not answer within its deadline, and
 * `publish` with ERR_OUTCOME_UNKNOWN when it was sent and no answer came (asking again settles it).
 */
import type { ErrorCode } from "../errors.js";

/** `Entity:hash`: one schema version of one entity. */
export type VersionName = `${string}:${string}`;

/** A manifest as the store sees it: opaque bytes, and the segments that they name. */
export interface StoredManifest {
  /** 32 hexadecimal digits cut from the SHA-256 of `bytes`. */
  readonly id: string;
  readonly revision: number;
  readonly epoch: string;
  readonly segments: readonly SegmentRef[];
  readonly bytes: Uint8Array;
}

/** A segment and how many chunks it has in the store. */
export interface SegmentRef {
  /** 32 hexadecimal digits, random. */
  readonly id: string;
  readonly chunks: number;
}

/** Who published last and when, in the schema's own time (`seq`). */
export interface PushRecord {
  /** The ticket of the newest published load. */
  readonly load: number;
  /** Tickets up to this one are void: the `seq` at which a load was last published. */
  readonly void: number;
  /** The entity's `source` that the published content answers. */
  readonly source: number;
  /**
   * Server time at which a load was last published, in milliseconds since 1970: a hint for people, and what
   * `refreshEveryMs` counts from. A patch leaves it alone, or frequent patches would put off every refresh.
   */
  readonly atMs: number;
}

/** What the store holds for one version. */
export interface VersionState {
  /** Served now. */
  readonly head?: StoredManifest;
  /** Published but held back by a pin. */
  readonly next?: StoredManifest;
  /** The last replaced manifests, newest first; at most three. */
  readonly history: readonly StoredManifest[];
  readonly push?: PushRecord;
  /**
   * Tickets of loads under way, the newest few, ascending: patches from before one and from after it are not to
   * be merged, so that the load can lay the later ones over its rows. A load that failed stays in it until one is
   * published. A load that is in it knows that since its ticket nothing but patches was published.
   */
  readonly loads?: readonly number[];
  /** Server time of a purge, in milliseconds since 1970; cleared by the next publication. */
  readonly purgedAtMs?: number;
}

/** One atomic look at a schema's state. */
export interface SchemaState {
  /** Random; changes when the store lost everything. Undefined while nothing was ever published. */
  readonly epoch: string | undefined;
  /** The schema's event counter. */
  readonly seq: number;
  /** The versions asked for, also those the store knows nothing of. */
  readonly versions: ReadonlyMap<VersionName, VersionState>;
  /** Per entity name: how often its database was said to have changed; 0 when never. */
  readonly sources: ReadonlyMap<string, number>;
}

/** A place in the order of events, taken before a load begins. */
export interface Ticket {
  /** Random, 32 hexadecimal digits, chosen by the caller. */
  readonly nonce: string;
  readonly seq: number;
}

export interface PublishEntry {
  readonly version: VersionName;
  /**
   * `load`: a whole collection; `same`: a load with identical content; `patch`: rows over the head;
   * `rollback`: an older revision's segments; `pin`: serve `manifest` and hold back what is published from now
   * on, beginning with `next`; `unpin`: serve what was held back.
   */
  readonly mode: "load" | "same" | "patch" | "rollback" | "pin" | "unpin";
  /** The manifest to serve; for `same` what it was built on, for `unpin` what was held back. */
  readonly manifest: StoredManifest;
  /** Of a `pin`. */
  readonly next?: StoredManifest;
  /** The id of the head (or of `next` while pinned) that this was built on; undefined if there was none. */
  readonly builtOn: string | undefined;
  /** The source this content answers: as seen with the ticket. */
  readonly source: number;
  /** Tell the other versions that the database changed. Never set by elected loads nor a version's first. */
  readonly raiseSource: boolean;
  /** The lease under which an elected loader runs. */
  readonly leaseToken?: string;
}

/** All of it or nothing. */
export interface PublishRequest {
  readonly ticket: string;
  /** Becomes the store's epoch if it has none; otherwise it must be the store's. */
  readonly epoch: string;
  readonly entries: readonly PublishEntry[];
}

export interface PublishReply {
  /**
   * `published`; `already`: this very request was published before; `superseded`: a load that began later
   * was published; `late`: tickets were voided, load again; `lost`: ticket unknown, load again; `lease-lost`;
   * `moved`: the head is not `builtOn` or the epoch differs, rebase; `incomplete`: chunks are missing.
   */
  readonly outcome:
    | "published"
    | "already"
    | "superseded"
    | "late"
    | "lost"
    | "lease-lost"
    | "moved"
    | "incomplete";
  /** The first entry that decided a refusal. */
  readonly version?: VersionName;
  readonly seq: number;
}

export interface ReplicaRequest {
  readonly versions: readonly VersionName[];
  readonly replicas: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface ReplicaReply {
  readonly state: SchemaState;
  /** How many replicas have it. */
  readonly replicas: number;
}

/** What an elected loader must find true at the store for its lease to be granted. */
export interface LeaseRequest {
  readonly version: VersionName;
  /** Random, 32 hexadecimal digits. */
  readonly token: string;
  readonly ttlMs: number;
  /**
   * `any`: there is no head, or its source differs from the entity's, or a segment it names is short.
   * `repair`: the head is still this id, which somebody found damaged. `refresh`: the last publication is at
   * least `olderThanMs` old by the store's clock. `any` holds for both others too.
   */
  readonly need:
    | { readonly kind: "any" }
    | { readonly kind: "repair"; readonly manifestId: string }
    | { readonly kind: "refresh"; readonly olderThanMs: number };
}

export type LeaseReply =
  | { readonly outcome: "granted" }
  | { readonly outcome: "not-needed" }
  /** `value` changes at each renewal: a lease whose value stands still may be replaced (`replaceLease`). */
  | { readonly outcome: "held"; readonly forMs: number; readonly value: string }
  /** The last load failed; another may try when this time has passed. */
  | { readonly outcome: "failed"; readonly code: string; readonly forMs: number };

/** One version as the store lists it. */
export interface ListedVersion {
  readonly version: VersionName;
  readonly state: VersionState;
  /** Processes that said recently that they use it, and did not take it back; a hint. */
  readonly live: number;
}

/** A hint that something happened to an entity. */
export interface Announcement {
  readonly entity: string;
  /** Undefined when the entity's `source` was raised, which concerns all its versions. */
  readonly version: VersionName | undefined;
  /** What was published, perhaps not visible yet; undefined for a source raised or a version purged. */
  readonly manifestId: string | undefined;
}

export interface Subscriber {
  readonly announced: (announcement: Announcement) => void;
  /** The connection came back: announcements may have been missed. */
  readonly reconnected: () => void;
}

/** One schema's part of a store. */
export interface SchemaStore {
  /** One atomic look; costs one round trip however many versions are asked for. */
  check(versions: readonly VersionName[]): Promise<SchemaState>;
  /** Raises `seq`, remembers the ticket for 24 hours, notes for which versions a load begins, and looks, in one step. */
  issueTicket(
    nonce: string,
    versions: readonly VersionName[],
    loading?: readonly VersionName[],
  ): Promise<{ ticket: Ticket; state: SchemaState }>;
  /** Uploads one chunk; every chunk renews the segment's ten minutes to live. */
  putChunk(segmentId: string, index: number, bytes: Uint8Array): Promise<void>;
  /** Sizes in bytes of chunks 0 to n - 1; 0 for those missing. */
  chunkSizes(segmentId: string, chunks: number): Promise<readonly number[]>;
  /**
   * The chunk, or undefined when it is not there. `into` is memory in which the chunk is wanted, of the size that
   * it should have: a store that can read into it returns `into` itself, others need not look at it. Once the
   * promise is settled nothing is written to it any more.
   */
  getChunk(segmentId: string, index: number, into?: Uint8Array): Promise<Uint8Array | undefined>;
  publish(request: PublishRequest): Promise<PublishReply>;
  /**
   * Looks at the master, and resolves when so many of its replicas have all that it showed, or at the deadline
   * with how many have. Rejects when the master did not tell by then, and with the signal's reason. Absent where
   * there are no replicas.
   */
  awaitReplicas?(request: ReplicaRequest): Promise<ReplicaReply>;
  acquireLease(request: LeaseRequest): Promise<LeaseReply>;
  /** Takes a lease whose value was watched unchanged for its whole length. */
  replaceLease(request: LeaseRequest, watchedValue: string): Promise<LeaseReply>;
  /** False when the lease is no longer this token's. */
  renewLease(version: VersionName, token: string, ttlMs: number): Promise<boolean>;
  releaseLease(version: VersionName, token: string): Promise<void>;
  /** Gives the lease up and keeps others from loading for `backoffMs`. Only the code is stored, never a message. */
  failLease(version: VersionName, token: string, code: ErrorCode, backoffMs: number): Promise<void>;
  /** Raises the entities' `source` and announces it; returns the new values. */
  invalidate(entities: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Raises an entity's source to `atLeast` if the store has less (a failover lost an invalidation). */
  restoreSource(entity: string, atLeast: number): Promise<void>;
  /** All versions of the entity in the store, newest publication first. */
  versions(entity: string): Promise<readonly ListedVersion[]>;
  /** Removes a version and leaves a mark; its segments live on for the grace time. False when there was none. */
  purge(version: VersionName): Promise<boolean>;
  /**
   * Gives the grace time to segments that no manifest names and that would stay for ever; returns how many.
   * They come about only when the store lost its state and kept them. One pass over the schema's segments.
   */
  sweep(): Promise<number>;
  /** Says that this process uses these versions; best effort, never rejects for lack of permission. */
  heartbeat(processId: string, versions: readonly VersionName[]): Promise<void>;
  /** Takes that back; the same holds. */
  leave(processId: string, versions: readonly VersionName[]): Promise<void>;
  /** Hints as they come. Returns how to stop. Where the store cannot notify it polls. */
  subscribe(subscriber: Subscriber): Promise<() => void>;
}

/** A place where revisions live, for any number of schemas. Given to every collection and data set. */
export interface Store {
  /** For messages: `redis orders`, `embedded .cache`, `memory`. Never a password. */
  readonly label: string;
  /** What keeps it from connecting at the moment, for messages. Never a password. */
  readonly obstacle?: string | undefined;
  /** Where its last good revisions are kept for when it cannot be reached. */
  readonly fallback?: FallbackStore | undefined;
  /** False when neither timers nor subscriptions may run (serverless). */
  readonly background: boolean;
  schema(packageName: string): SchemaStore;
  /** Run when the store closes, before its connections end: collections stop themselves here. */
  onClose(stop: () => Promise<void>): void;
  /** Stops the collections opened on it and the connections it made; never the connection it was given. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * What a process keeps on its machine of a store that it may not reach at its next start: the heads that it
 * serves, as one state, and their segments. Nothing of it is ever published. Several processes may share it.
 */
export interface FallbackStore {
  /** States that were confirmed longer ago, in milliseconds, are not served; undefined: any age is. */
  readonly maxAgeMs: number | undefined;
  /** `chunkBytes`: how long the chunks are that are asked for. */
  schema(packageName: string, chunkBytes: number): FallbackSchema;
}

/** The heads of some versions, as the store had them at one moment. */
export interface KeptState {
  readonly heads: ReadonlyMap<VersionName, StoredManifest>;
  /** When the store last confirmed them, by this machine's clock in milliseconds since 1970. */
  readonly confirmedAtMs: number;
}

/** All methods reject with ERR_FALLBACK when what is kept cannot be used, and say why. */
export interface FallbackSchema {
  /** What was kept of exactly these versions; rejects also when nothing was. */
  find(versions: readonly VersionName[]): Promise<KeptState>;
  /** Sizes in bytes of chunks 0 to n - 1; 0 for those missing. */
  chunkSizes(segmentId: string, chunks: number): Promise<readonly number[]>;
  getChunk(segmentId: string, index: number): Promise<Uint8Array | undefined>;
  /** Does nothing when it is there. The signal ends it early. */
  putSegment(segmentId: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /**
   * Puts a state, whose segments are there, in the place of the one kept of the same versions, in one step;
   * not in that of a newer one, unless the store was seen to have gone back. The signal ends waiting for others.
   */
  keep(state: KeptState, isStepBack: boolean, signal: AbortSignal): Promise<void>;
  /** Forgets everything that is kept of the schema: it was found damaged. */
  discard(): Promise<void>;
}
