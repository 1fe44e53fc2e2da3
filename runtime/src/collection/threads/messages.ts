/**
 * What threads of a process tell each other about a store that one of them shares. All of it goes through one
 * broadcast channel: what is told reaches every attached thread at once, and the sharing thread keeps nothing
 * for each of them. Segments lie in shared memory; posting them copies nothing.
 */
import { CachedCollectionsError, type ErrorCode } from "../../errors.js";
import type { SharedParts } from "../../snapshot/shared-parts.js";
import type { StoredManifest, VersionName } from "../../store/store.js";
import type { Place } from "../follow/direction.js";
import type { CollectionStatus } from "../follow/followed-version.js";

/** To the sharing thread. */
export interface Request {
  readonly kind: "request";
  /** Unique in the process: the reply names it. */
  readonly id: string;
  readonly package: string;
  readonly ask: Ask;
}

/** Tell what is served, and the revisions but those that the asker `has`. */
export interface AskLook {
  readonly do: "look";
  /** After a check, for somebody who reads all versions that are `open` in the asking thread. */
  readonly fresh: boolean;
  readonly has: readonly string[];
  readonly open: readonly VersionName[];
}

export type Ask =
  | AskLook
  | { readonly do: "invalidate"; readonly entities: readonly string[] }
  | { readonly do: "versions"; readonly entity: string }
  | { readonly do: "purge"; readonly version: VersionName };

/** From the sharing thread. */
export type Message = State | Reply | { readonly kind: "closed" };

export interface Reply {
  readonly kind: "reply";
  readonly to: string;
  readonly value?: unknown;
  readonly error?: ToldError;
}

/** What the sharing thread serves of a schema: all of it at one moment. */
export interface State {
  readonly kind: "state";
  readonly package: string;
  /** Whether a check has just ended. */
  readonly checked: boolean;
  readonly checkIntervalMs: number;
  readonly versions: readonly ToldVersion[];
}

export interface ToldVersion {
  readonly version: VersionName;
  readonly status: CollectionStatus;
  readonly failure: ToldError | undefined;
  readonly isPinned: boolean;
  /** When it was confirmed as the newest, by `processNow`; -Infinity when it never was. */
  readonly confirmedAt: number;
  /** When a check last answered for it. */
  readonly checkedAt: number;
  /** The manifests that the store keeps. */
  readonly known: readonly Place[];
  /** It is behind because nobody reads it. */
  readonly isUnread: boolean;
  /** The manifest that is served; undefined when nothing is. */
  readonly manifestId: string | undefined;
  /** Left out when it was told before. */
  readonly revision: ToldRevision | undefined;
}

export interface ToldRevision {
  readonly stored: StoredManifest;
  readonly parts: SharedParts;
}

/** What a look's reply says of the check that came first. */
export interface LookReport {
  readonly failures: readonly (readonly [VersionName, ToldError])[];
  readonly held: readonly VersionName[];
}

/** Cloning an error would lose its class and its code. */
export interface ToldError {
  readonly code: ErrorCode;
  readonly subject: string;
  readonly message: string;
}

export function toldError({ code, subject, message }: CachedCollectionsError): ToldError {
  const text = subject === "" ? message : message.slice(subject.length + 2);
  return { code, subject, message: text };
}

export function errorOf({ code, subject, message }: ToldError): CachedCollectionsError {
  return new CachedCollectionsError(code, subject, message);
}

/** Milliseconds of a clock that never jumps and that all threads of the process share. */
export function processNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
