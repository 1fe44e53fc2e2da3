/** `push({ replicas })`: after a publication, waiting until so many replicas have it too. */
import { CachedCollectionsError } from "../../errors.js";
import type { SchemaStore } from "../../store/store.js";
import { keptIn, standingOf } from "../follow/published-revision.js";
import { checkDuration } from "../options.js";
import type { PushResults } from "./push-job.js";
import type { AnyPushResult } from "./push-result.js";

/** Of a push or a patch. */
export interface PushOptions {
  /**
   * Resolve only when so many replicas of the Redis have acknowledged what is published, so that promoting one
   * of them does not lose it. When fewer do in time, the push rejects with ERR_NOT_REPLICATED, a
   * `NotReplicatedError`: it **is** published and served all the same; pushing again publishes identical rows
   * no second time and waits again. Costs a connection and a round trip to the replicas. Default 0: the master's
   * word is enough. Other stores have no replicas and refuse more than 0 with ERR_INVALID_ARGUMENT.
   */
  readonly replicas?: number | undefined;
  /** How long to wait for them once it is published, in milliseconds. Default 5,000. */
  readonly replicaTimeoutMs?: number | undefined;
}

/** It is published, but so many replicas did not acknowledge it in time: a failover may lose it. */
export class NotReplicatedError extends CachedCollectionsError {
  override readonly name: string = "NotReplicatedError";
  /** What the push would have answered. */
  readonly result: AnyPushResult;
  /** How many replicas acknowledged it; 0 when that could not be found out. */
  readonly acknowledged: number;

  constructor(
    subject: string,
    { result, acknowledged, why, cause }: Shortfall & Pick<NotReplicatedError, "result">,
  ) {
    const message = `revision ${result.revision} is published, but ${why}`;
    super("ERR_NOT_REPLICATED", subject, message, { cause });
    this.result = result;
    this.acknowledged = acknowledged;
  }
}

/** How it fell short. */
export interface Shortfall {
  readonly acknowledged: number;
  /** After "it is published, but". */
  readonly why: string;
  readonly cause?: unknown;
}

/** Throws ERR_INVALID_ARGUMENT, before anything is loaded. */
export function checkPushOptions(
  subject: string,
  schema: SchemaStore,
  { replicas = 0, replicaTimeoutMs = DEFAULT_TIMEOUT_MS }: PushOptions,
): void {
  checkDuration(subject, "replicaTimeoutMs", replicaTimeoutMs);
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw invalid(subject, `replicas is ${String(replicas)}; give a whole number from 0 on`);
  }
  if (replicas > 0 && schema.awaitReplicas === undefined) {
    const message = `replicas is ${replicas}, but this store has none: only a Redis has; give 0 here`;
    throw invalid(subject, message);
  }
}

const DEFAULT_TIMEOUT_MS = 5_000;

/** Undefined when enough replicas have what was published; never rejects: it is published in any case. */
export async function confirmReplicas(
  schema: SchemaStore,
  results: PushResults,
  { replicas = 0, replicaTimeoutMs: timeoutMs = DEFAULT_TIMEOUT_MS }: PushOptions,
  signal: AbortSignal,
): Promise<Shortfall | undefined> {
  if (replicas === 0 || schema.awaitReplicas === undefined) return undefined;
  const versions = [...results.keys()].map(({ version }) => version);
  try {
    const reply = await schema.awaitReplicas({ versions, replicas, timeoutMs, signal });
    const lost = [...results].find(([{ version }, result]) => {
      const state = reply.state.versions.get(version) ?? { history: [] };
      return standingOf(result, state.next ?? state.head, keptIn(state)) !== "there";
    });
    if (lost !== undefined) {
      return { acknowledged: 0, why: "the store lost it since; push again" };
    }
    const acknowledged = reply.replicas;
    if (acknowledged >= replicas) return undefined;
    const why = `a failover may lose it: ${acknowledged} of ${replicas} replicas acknowledged it within ${timeoutMs} ms`;
    return { acknowledged, why };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const why = `a failover may lose it: how many replicas have it could not be found out: ${message}`;
    return { acknowledged: 0, why, cause };
  }
}

function invalid(subject: string, message: string): CachedCollectionsError {
  return new CachedCollectionsError("ERR_INVALID_ARGUMENT", subject, message);
}
