/**
 * What a window needs of whoever keeps its versions current: the follower of a store, or, in a thread that is
 * attached to another, that one's word.
 */
import type { AnyEntityDefinition } from "../../definition.js";
import type { CheckReport } from "./check.js";
import type { CollectionStatus, FollowedVersion } from "./followed-version.js";

/** Somebody who wants to know when a check has ended: an elector, or a `ready()` that waits. */
export type CheckListener = () => void;

/** What an owner asks for; among several the smallest counts. */
export interface FollowWishes {
  readonly checkIntervalMs: number;
  readonly eager: boolean;
  readonly maxDecodedRecords: number;
}

export interface Following {
  /** Aborted when it stops. */
  readonly signal: AbortSignal;
  readonly listeners: Set<CheckListener>;
  /** How often the store is asked, in milliseconds. */
  readonly checkIntervalMs: number;
  /** Opens a version for `owner`, sharing it with others that have it open, and begins to follow. */
  open(definition: AnyEntityDefinition, owner: object, wishes: FollowWishes): FollowedVersion;
  /** Undoes `open`; the last one out stops everything. */
  release(followed: readonly FollowedVersion[], owner: object): Promise<void>;
  /** A check that begins after this call; rejects with the store's errors. */
  check(): Promise<CheckReport>;
  statusOf(followed: FollowedVersion): CollectionStatus;
}
