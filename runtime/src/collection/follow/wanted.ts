/**
 * Which versions a check fetches at once: those that somebody reads. The others stay behind, knowingly, until
 * they are read again: a process may have collections open that it hardly ever needs.
 */
import type { CheckFacts, Considered, FollowedVersion } from "./followed-version.js";
import { groupsOf } from "./together.js";

/** A collection or a data set that is open. */
export interface Owner {
  readonly checkIntervalMs: number;
  /** Fetches everything at once, read or not. */
  readonly eager: boolean;
  readonly followed: Set<FollowedVersion>;
}

/** What was read within so many check intervals is fetched at once. */
export const READ_WITHIN = 10;

/**
 * Versions that belong together are fetched together: those opened by one data set, and those that may only be
 * installed together. One that is wanted makes all of them wanted.
 */
export function wantedOf(
  considered: readonly Considered[],
  owners: Iterable<Owner>,
  check: CheckFacts,
  isHere: (manifestId: string) => boolean,
): ReadonlySet<FollowedVersion> {
  const wanted = new Set<FollowedVersion>();
  for (const { followed, target } of considered) {
    const isIdle = followed.unreadMs(check.sentAt) > READ_WITHIN * check.intervalMs;
    const isFree = target !== undefined && isHere(target.id);
    if (!isIdle || isFree || followed.isAwaited) wanted.add(followed);
  }
  const groups: Iterable<FollowedVersion>[] = [];
  for (const { eager, followed } of owners) {
    if (eager) for (const each of followed) wanted.add(each);
    groups.push(followed);
  }
  for (const group of groupsOf(considered)) groups.push(group.map(({ followed }) => followed));
  spread(wanted, groups);
  return wanted;
}

/** Until nothing is added any more: groups overlap. */
function spread(wanted: Set<FollowedVersion>, groups: readonly Iterable<FollowedVersion>[]): void {
  for (let before = -1; before < wanted.size;) {
    before = wanted.size;
    for (const group of groups) {
      const members = [...group];
      if (members.some((each) => wanted.has(each))) for (const each of members) wanted.add(each);
    }
  }
}
