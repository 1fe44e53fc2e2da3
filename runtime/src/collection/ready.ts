/**
 * Becoming ready: look at the store; load if there is nothing and this process is elected; otherwise wait for
 * whoever is. Ends at a deadline, with the error that stood in the way.
 */
import { CachedCollectionsError } from "../errors.js";
import type { Elector } from "./elect/elector.js";
import type { FollowedVersion } from "./follow/followed-version.js";
import type { Following } from "./follow/following.js";
import { backoffMs, unlessAborted } from "./timing.js";

export interface ReadyTask {
  readonly subject: string;
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
  const signal = AbortSignal.any([deadline.signal, task.closing, task.follower.signal]);
  let obstacle: unknown;
  try {
    for (let attempt = 1; ; attempt++) {
      const step = await unlessAborted(takeStep(task), signal);
      if (step.outcome === "ready") return;
      if (step.outcome === "never") throw step.failure;
      obstacle = step.obstacle ?? obstacle;
      await untilReady(task, step.waitMs ?? backoffMs(attempt, 25, 1_000), signal);
    }
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    throw tooLate(task, obstacle);
  } finally {
    clearTimeout(timer);
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
    // No waiting makes one build into another.
    if (failure?.code === "ERR_OTHER_SCHEMA") return { outcome: "never", failure };
    obstacle = failure;
  } catch (error) {
    if (isReady(task)) return { outcome: "ready" };
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

/** Until a check of the follower made it ready, or so long. */
async function untilReady(task: ReadyTask, ms: number, signal: AbortSignal): Promise<void> {
  const { listeners } = task.follower;
  let listener: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const changed = new Promise<void>((resolve) => {
    listener = (): void => {
      if (isReady(task)) resolve();
    };
    timer = setTimeout(resolve, ms);
    listeners.add(listener);
  });
  try {
    await unlessAborted(changed, signal);
  } finally {
    clearTimeout(timer);
    if (listener !== undefined) listeners.delete(listener);
  }
}

function tooLate(
  { subject, followed, timeoutMs }: ReadyTask,
  obstacle: unknown,
): CachedCollectionsError {
  const known = obstacle instanceof CachedCollectionsError ? obstacle : undefined;
  const empty = followed.filter(({ served }) => served === undefined).map((each) => each.subject);
  const why =
    known?.message ??
    `nothing is published of ${empty.join(", ")}, and this process has no loader for it: push from one that has`;
  return new CachedCollectionsError(
    known?.code ?? "ERR_TIMEOUT",
    subject,
    `not ready after ${timeoutMs} ms: ${why}`,
    { cause: known },
  );
}
