/** What a member process is started with, told to do, and reports. */

import type { DatasetPushResult } from "cached-collections";

/** Where the store of a test is. */
export type StorePlace =
  | { readonly kind: "embedded"; readonly path: string }
  | { readonly kind: "redis"; readonly url: string }
  /** The port of the Sentinel that knows the master. */
  | { readonly kind: "sentinel"; readonly port: number; readonly master: string }
  /** The ports of its nodes. */
  | { readonly kind: "cluster"; readonly ports: readonly number[] };

/** Where the process stops itself: around the `call`-th call of an operation of the store, or within its load. */
export interface StopAt {
  readonly operation: "any" | "load" | "putChunk" | "publish";
  /** `during`: the call is made, and its answer is not there yet. */
  readonly moment?: "before" | "during" | "after";
  /** From 1. */
  readonly call?: number;
  /** Default: it is killed. */
  readonly signal?: "SIGKILL" | "SIGSTOP";
}

export interface MemberSettings {
  readonly store: StorePlace;
  /** A file that holds the round, or `broken`: then loads fail. */
  readonly database: string;
  /** A file that gets a line for each load. */
  readonly log: string;
  readonly loads: boolean;
  /** The generated code of another build; default: this repository's. */
  readonly build?: string;
  /** A load takes at least so long; default 0. */
  readonly loadMs?: number;
  readonly cities: number;
  readonly checkIntervalMs: number;
  readonly refreshEveryMs?: number;
  readonly commandTimeoutMs?: number;
  /** The directory of the fallback. */
  readonly fallback?: string;
  /** False: no timers and no subscription. */
  readonly background?: boolean;
  readonly stopAt?: StopAt;
  /** What its random numbers are, all of them; by default they are random. */
  readonly draw?: number;
}

export interface Command {
  readonly id: number;
  readonly do: "ready" | "push" | "pull" | "invalidate" | "report" | "shift-clock" | "pass-time";
  /** How long `ready` waits; by how much the clock jumps, or how much time passes. */
  readonly timeoutMs?: number;
  /** How many replicas a push waits for. */
  readonly replicas?: number;
  /** What a pull waits for. */
  readonly atLeast?: DatasetPushResult;
}

/** What a member sees; sent when a command was done or failed. */
export interface Report {
  readonly id: number;
  /** 0 when it has nothing. */
  readonly revision: number;
  /** The name of the country, which is `round <n>`. */
  readonly name: string | undefined;
  readonly status: string;
  /** Undefined when nothing was ever confirmed. */
  readonly ageMs: number | undefined;
  /** How often one collection was seen new and another old. */
  readonly mixed: number;
  readonly cities: number;
  /** How often it was read: every 5 ms once there is something to read. */
  readonly reads: number;
  /** What reads threw. */
  readonly readErrors: readonly string[];
  /** The longest that one read took, in milliseconds. */
  readonly slowestReadMs: number;
  /** Names that were read, in order, each once while it stayed. */
  readonly names: readonly string[];
  /** Events of all collections in order, at most the last 200: `stale`, `failure ERR_STORE_UNAVAILABLE`. */
  readonly events: readonly string[];
  /** What a push answered. */
  readonly pushed?: DatasetPushResult;
  /** The code with which the command failed. */
  readonly error?: string;
}
