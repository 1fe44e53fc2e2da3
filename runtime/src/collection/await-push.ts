/**
 * `pull({ atLeast })`: waiting until what is served has what a push published, wherever this process reads from:
 * a replica that lags, a master that was cut off. It asks again and again until the deadline.
 */
import { CachedCollectionsError } from "../errors.js";
import type { FollowedVersion } from "./follow/followed-version.js";
import type { Following } from "./follow/following.js";
import { standingOf, type PublishedRevision } from "./follow/published-revision.js";
import { lookUntil } from "./look-until.js";
import { now } from "./timing.js";

/** What a push answered, of a collection or of a data set; also after a detour through JSON. */
export type AtLeast =
  PublishedRevision | { readonly collections: Readonly<Record<string, PublishedRevision>> };

export interface AwaitedPush {
  readonly subject: string;
  readonly follower: Following;
  readonly wanted: ReadonlyMap<FollowedVersion, PublishedRevision>;
  readonly timeoutMs: number;
  readonly closing: AbortSignal;
}

/**
 * Resolves at once when it is served already, and this can be told by identity; where only its number can tell, the
 * store is asked first, because what is served may have been lost since the last check. Rejects with ERR_PUSH_LOST
 * when two checks, one interval apart, agree that the store lost it; at the deadline with what stood in the way, or
 * ERR_TIMEOUT.
 */
export async function awaitPush(task: AwaitedPush): Promise<void> {
  const losses = new Losses(task);
  let obstacle: CachedCollectionsError | undefined;
  let hasAsked = false;
  await lookUntil({
    ...task,
    isThere: () => missingOf(task).length === 0 && (hasAsked || isKnown(task)),
    look: async () => {
      obstacle = await look(task, losses);
      hasAsked ||= obstacle === undefined;
      return undefined;
    },
    tooLate: () => tooLate(task, obstacle),
  });
}

/** Which revisions of these versions a push answered with. Throws ERR_INVALID_ARGUMENT, ERR_OTHER_SCHEMA. */
export function wantedOf(
  subject: string,
  followed: readonly FollowedVersion[],
  atLeast: AtLeast,
): ReadonlyMap<FollowedVersion, PublishedRevision> {
  const wanted = new Map<FollowedVersion, PublishedRevision>();
  const pushes = pushesIn(atLeast).map((push) => {
    if (isPublishedRevision(push)) return push;
    throw noPush(subject, "it is not what a push answered");
  });
  for (const push of pushes) {
    const [entity] = push.version.split(":");
    const own = followed.find(({ definition }) => definition.entity === entity);
    if (own === undefined) continue;
    if (own.version !== push.version) throw otherSchema(own, push.version);
    wanted.set(own, push);
  }
  if (wanted.size > 0) return wanted;
  const names = pushes.map(({ version }) => version).join(", ");
  throw noPush(subject, `it is of ${names || "nothing"}, which is not here`);
}

/** Whatever it is: it may have come out of JSON, where the compiler did not see it. */
function pushesIn(atLeast: unknown): readonly unknown[] {
  const { collections } = Object(atLeast) as { readonly collections?: unknown };
  return typeof collections === "object" && collections !== null
    ? Object.values(collections)
    : [atLeast];
}

/** Notes what the store seems to have lost, until a check one interval later agrees. */
class Losses {
  readonly #task: AwaitedPush;
  #since: number | undefined;

  constructor(task: AwaitedPush) {
    this.#task = task;
  }

  /** After a check sent at that time. Throws ERR_PUSH_LOST. */
  note(sentAt: number): void {
    const lost = missingOf(this.#task).find(isLost);
    if (lost === undefined) {
      this.#since = undefined;
      return;
    }
    this.#since ??= now();
    // As for a step back of the store: a server that is behind, or cut off, says the same for a while.
    if (sentAt - this.#since < this.#task.follower.checkIntervalMs * 0.9) return;
    const [{ subject }, push] = lost;
    const message = `revision ${push.revision} is lost: the store was failed over or emptied after it was published, and ${servedBy(lost)}; push again`;
    throw new CachedCollectionsError("ERR_PUSH_LOST", subject, message);
  }
}

type Missing = readonly [FollowedVersion, PublishedRevision];

function missingOf({ wanted }: AwaitedPush): readonly Missing[] {
  return [...wanted].filter(
    ([{ served, known }, push]) => standingOf(push, served?.stored, known) !== "there",
  );
}

/** Whether all of it is served, or among what the store kept at the last check. */
function isKnown({ wanted }: AwaitedPush): boolean {
  return [...wanted].every(([{ served, known }, { manifestId }]) =>
    [served?.stored, ...known].some((place) => place?.id === manifestId),
  );
}

function isLost([followed, push]: Missing): boolean {
  const { served, known } = followed;
  return (
    standingOf(push, served?.stored, known) === "replaced" ||
    (served?.stored.epoch !== push.epoch && followed.hasLeft(push.epoch))
  );
}

/** What stood in the way, if anything but time did. */
async function look(
  { follower, wanted }: AwaitedPush,
  losses: Losses,
): Promise<CachedCollectionsError | undefined> {
  for (const followed of wanted.keys()) followed.touch();
  const sentAt = now();
  let obstacle: CachedCollectionsError | undefined;
  try {
    const { failures } = await follower.check();
    const failed = [...wanted.keys()].find(({ version }) => failures.has(version));
    obstacle = failed && failures.get(failed.version);
  } catch (error) {
    return error as CachedCollectionsError;
  }
  // No waiting makes one build into another.
  if (obstacle?.code === "ERR_OTHER_SCHEMA") throw obstacle;
  losses.note(sentAt);
  return obstacle;
}

function tooLate(
  task: AwaitedPush,
  obstacle: CachedCollectionsError | undefined,
): CachedCollectionsError {
  const { subject, timeoutMs } = task;
  const whys = missingOf(task).map((each) => {
    const [followed, { revision }] = each;
    return `${followed.subject} revision ${revision} is not served; ${servedBy(each)}`;
  });
  const why = obstacle?.message ?? whys.join("; ");
  const message = `the push is not served after ${timeoutMs} ms: ${why}`;
  const code = obstacle?.code ?? "ERR_TIMEOUT";
  return new CachedCollectionsError(code, subject, message, { cause: obstacle });
}

function servedBy([{ served, known }, push]: Missing): string {
  if (known.some(({ id }) => id === push.manifestId)) {
    return "the store has it: a pin holds it back, or it is being fetched";
  }
  if (served === undefined) return "nothing is served here";
  const { epoch, revision } = served.stored;
  return epoch === push.epoch
    ? `served here is revision ${revision}`
    : `served here is revision ${revision} of another epoch`;
}

function isPublishedRevision(push: unknown): push is PublishedRevision {
  if (typeof push !== "object" || push === null) return false;
  const { version, epoch, revision, manifestId } = push as Partial<Record<string, unknown>>;
  const texts = [version, epoch, manifestId];
  return texts.every((text) => typeof text === "string") && Number.isInteger(revision);
}

function noPush(subject: string, why: string): CachedCollectionsError {
  const message = `pull: atLeast: ${why}; give the result of a push or patch`;
  return new CachedCollectionsError("ERR_INVALID_ARGUMENT", subject, message);
}

function otherSchema({ subject, version }: FollowedVersion, other: string): CachedCollectionsError {
  const [own, pushed] = [version, other].map((name) => name.split(":")[1]);
  const message = `this process's generated code is of schema ${own}, the push that it is to wait for of ${pushed}; each build serves its own pushes`;
  return new CachedCollectionsError("ERR_OTHER_SCHEMA", subject, message);
}
