/**
 * Becoming ready: look at the store; load if there is nothing and this process is elected; otherwise wait for
 * whoever is. Ends at a deadline, with the error that stood in the way.
 */
import { CachedCollectionsError } from "../errors.js";
import type { Elector } from "./elect/elector.js";
import type { FollowedVersion } from "./follow/followed-version.js";
import type { Following } from "./follow/following.js";
import { backoffMs, joined, unlessAborted } from "./timing.js";
import { watchFor } from "./watch.js";

export interface ReadyTask {
  readonly subject: string;
  /** What the store is called in messages. */
  readonly store: string;
  readonly follower: Following;
  readonly followed: readonly FollowedVersion[];
  /** Undefined when this process cannot load. */
  readonly elector: Elector | undefined;
  readonly timeoutMs: number;
  readonly closing: AbortSignal;
}

/**
 * Resolves when every version has something to read. Rejects with the load's error if this process was elected
 * and its load failed; otherwise at the deadline, with the store's or the bytes' error or ERR_TIMEOUT.
 */
export async function becomeReady(task: ReadyTask): Promise<void> {
  if (isReady(task)) return;
  const deadline = new AbortController();
  // A caller awaits it, so this timer does keep the process alive.
  const timer = setTimeout(() => deadline.abort(), task.timeoutMs);
  const end = joined(deadline.signal, task.closing, task.follower.signal);
  const watch = watchFor(task.follower, () => isReady(task));
  const ready = watch.done.then((): Step => ({ outcome: "ready" }));
  let obstacle: unknown;
  try {
    for (let attempt = 1; !isReady(task); attempt++) {
      // A step may take long, and the fallback makes it ready meanwhile.
      const step = await unlessAborted(Promise.race([takeStep(task), ready]), end.signal);
      if (step.outcome === "ready") return;
      if (step.outcome === "never") throw step.failure;
      obstacle = step.obstacle ?? obstacle;
      await watch.pause(step.waitMs ?? backoffMs(attempt, 25, 1_000), end.signal);
    }
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    throw tooLate(task, obstacle);
  } finally {
    clearTimeout(timer);
    end.stop();
    watch.stop();
  }
}

type Step =
  | { readonly outcome: "ready" }
  | { readonly outcome: "never"; readonly failure: CachedCollectionsError }
  | { readonly outcome: "again"; readonly obstacle?: unknown; readonly waitMs?: number };

async function takeStep(task: ReadyTask): Promise<Step> {
  let obstacle: unknown;
  try {
    const { failures } = await task.follower.check();
    if (isReady(task)) return { outcome: "ready" };
    const damaged = task.followed.find(({ version }) => failures.has(version));
    const failure = damaged && failures.get(damaged.version);
    if (failure !== undefined && isForEver(failure)) return { outcome: "never", failure };
    obstacle = failure;
  } catch (error) {
    if (isForEver(error)) return { outcome: "never", failure: error };
    return { outcome: "again", obstacle: error };
  }
  if (task.elector === undefined) {
    return { outcome: "again", obstacle, waitMs: task.follower.checkIntervalMs };
  }
  try {
    const election = await task.elector.elect();
    if (isReady(task)) return { outcome: "ready" };
    if (election.outcome !== "wait") return { outcome: "again", obstacle };
    obstacle ??= waitingFor(task.subject, election.failed);
    return { outcome: "again", obstacle, waitMs: election.forMs };
  } catch (error) {
    if (isStoreFailure(error)) return { outcome: "again", obstacle: error };
    throw error;
  }
}

/** No waiting makes one build into another, or installs a package. */
function isForEver(error: unknown): error is CachedCollectionsError {
  return (
    error instanceof CachedCollectionsError &&
    ["ERR_OTHER_SCHEMA", "ERR_MISSING_PACKAGE"].includes(error.code)
  );
}

function waitingFor(subject: string, failed: string | undefined): CachedCollectionsError {
  const message =
    failed === undefined
      ? "another process is loading it"
      : `the last load failed with ${failed}; it is tried again after a pause`;
  return new CachedCollectionsError("ERR_TIMEOUT", subject, message);
}

function isReady({ followed }: ReadyTask): boolean {
  return followed.every(({ served }) => served !== undefined);
}

function isStoreFailure(error: unknown): boolean {
  return (
    error instanceof CachedCollectionsError &&
    ["ERR_STORE_UNAVAILABLE", "ERR_OUTCOME_UNKNOWN"].includes(error.code)
  );
}

function tooLate(task: ReadyTask, obstacle: unknown): CachedCollectionsError {
  const { subject, store, followed, timeoutMs } = task;
  const known = obstacle instanceof CachedCollectionsError ? obstacle : undefined;
  const isUnanswered = followed.some(({ checkedAt }) => checkedAt === undefined);
  const code = known?.code ?? (isUnanswered ? "ERR_STORE_UNAVAILABLE" : "ERR_TIMEOUT");
  const why = known?.message ?? (isUnanswered ? `${store} did not answer` : whatIsMissing(task));
  const message = `not ready after ${timeoutMs} ms: ${why}`;
  return new CachedCollectionsError(code, subject, message, { cause: known });
}

function whatIsMissing({ followed, elector }: ReadyTask): string {
  const missing = followed.filter(({ served }) => served === undefined);
  const empty = missing.map((each) => each.subject);
  if (missing.every(({ seen }) => seen.head !== undefined)) {
    return `${empty.join(", ")} is still being fetched, which goes on; give ready() more time`;
  }
  if (elector?.isBusy === true) {
    return "this process is still loading, which goes on; give ready() more time, or make the loader faster";
  }
  return `nothing is published of ${empty.join(", ")}, and this process has no loader for it: push from one that has`;
}
