/**
 * Becoming ready: look at the store; load if there is nothing and this process is elected; otherwise wait for
 * whoever is. Ends at a deadline, with the error that stood in the way.
 */
import { CachedCollectionsError } from "../errors.js";
import type { Store } from "../store/store.js";
import type { Elector } from "./elect/elector.js";
import type { FollowedVersion } from "./follow/followed-version.js";
import type { Following } from "./follow/following.js";
import { lookUntil } from "./look-until.js";
import { leftOut, type LoadUnit } from "./publish/load-unit.js";

export interface ReadyTask {
  readonly subject: string;
  readonly store: Store;
  readonly follower: Following;
  readonly followed: readonly FollowedVersion[];
  readonly unit: LoadUnit;
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
  let obstacle: unknown;
  await lookUntil({
    ...task,
    isThere: () => isReady(task),
    look: async () => {
      const step = await takeStep(task);
      obstacle = step.obstacle ?? obstacle;
      return step.waitMs;
    },
    tooLate: () => tooLate(task, obstacle),
  });
}

/** What came of one look and, where there is a need, one election. */
interface Step {
  readonly obstacle?: unknown;
  readonly waitMs?: number;
}

async function takeStep(task: ReadyTask): Promise<Step> {
  let obstacle: unknown;
  try {
    const { failures } = await task.follower.check();
    if (isReady(task)) return {};
    const damaged = task.followed.find(({ version }) => failures.has(version));
    obstacle = damaged && failures.get(damaged.version);
    if (isForEver(obstacle)) throw obstacle;
  } catch (error) {
    if (isForEver(error)) throw error;
    return { obstacle: error };
  }
  if (task.elector === undefined) return { obstacle, waitMs: task.follower.checkIntervalMs };
  try {
    const election = await task.elector.elect();
    if (isReady(task) || election.outcome !== "wait") return { obstacle };
    obstacle ??= waitingFor(task.subject, election.failed);
    return { obstacle, waitMs: election.forMs };
  } catch (error) {
    if (isStoreFailure(error)) return { obstacle: error };
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
  const why = known?.message ?? (isUnanswered ? unanswered(store) : whatIsMissing(task));
  const message = `not ready after ${timeoutMs} ms: ${why}`;
  return new CachedCollectionsError(code, subject, message, { cause: known });
}

function unanswered({ label, obstacle }: Store): string {
  return `${label} did not answer${obstacle === undefined ? "" : `: ${obstacle}`}`;
}

function whatIsMissing({ store, followed, unit, elector }: ReadyTask): string {
  const missing = followed.filter(({ served }) => served === undefined);
  const empty = missing.map((each) => each.subject);
  if (missing.every(({ seen }) => seen.head !== undefined)) {
    return `${empty.join(", ")} is still being fetched, which goes on; give ready() more time`;
  }
  if (elector?.isBusy === true) {
    return "this process is still loading, which goes on; give ready() more time, or make the loader faster";
  }
  // A wrong prefix and a build that nobody pushed for look alike: both are named.
  const versions = missing.map(({ subject, definition }) => `${subject} ${definition.hash}`);
  const nothing = `nothing is published of ${versions.join(", ")} in ${store.label}`;
  const names = leftOut(unit).flatMap((each) => (missing.includes(each.followed) ? each.name : []));
  if (names.length === 0) {
    return `${nothing}, and this process has no loader for it: push from one that has`;
  }
  const loaders = names.map((name) => `load.${name}`).join(", ");
  return `${nothing}, and the data set's load has no ${names.join(", ")}: add ${loaders}, or push from a process that has it`;
}
