/**
 * Which revisions may only be installed together: those that one push published (they share a set id), and
 * those of entities that are connected by references. A reader of a data set must never see one of them new
 * and another old.
 */
import { decodeManifest } from "../../bytes/manifest.js";
import type { CachedCollectionsError } from "../../errors.js";
import type { StoredManifest } from "../../store/store.js";
import type { Considered, FollowedVersion } from "./followed-version.js";

/**
 * The versions that must not move in this check, because one they belong with cannot: it is damaged, or held
 * back. The value is the damage, undefined where the other only waits.
 */
export function blockedBy(
  considered: readonly Considered[],
  damaged: ReadonlyMap<FollowedVersion, CachedCollectionsError>,
): ReadonlyMap<FollowedVersion, CachedCollectionsError | undefined> {
  const blocked = new Map<FollowedVersion, CachedCollectionsError | undefined>();
  for (const group of groupsOf(considered)) {
    const stuck = group.find(({ followed, held }) => held !== undefined || damaged.has(followed));
    if (stuck === undefined) continue;
    const cause = damaged.get(stuck.followed) ?? stuck.followed.failure;
    for (const { followed } of group) blocked.set(followed, cause);
  }
  return blocked;
}

/** Those that are about to move, by what they belong with. */
export function groupsOf(considered: readonly Considered[]): Iterable<readonly Considered[]> {
  const parent = new Map<string, string>();
  const root = (name: string): string => {
    const above = parent.get(name);
    return above === undefined ? name : root(above);
  };
  const join = (one: string, other: string): void => {
    const [a, b] = [root(one), root(other)];
    if (a !== b) parent.set(a, b);
  };
  const moving = considered.filter(
    ({ target, held }) => target !== undefined || held !== undefined,
  );
  for (const { followed, target, held } of moving) {
    const { entity, references } = followed.definition;
    for (const { to } of references) join(`entity ${entity}`, `entity ${to}`);
    const setId = setIdOf(followed, target ?? held);
    if (setId !== "") join(`entity ${entity}`, `set ${setId}`);
  }
  const groups = new Map<string, Considered[]>();
  for (const each of moving) {
    const name = root(`entity ${each.followed.definition.entity}`);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [each]);
    else group.push(each);
  }
  return groups.values();
}

/** "" when the manifest cannot be read: it is found damaged when its turn comes. */
function setIdOf({ definition }: FollowedVersion, stored: StoredManifest | undefined): string {
  try {
    return stored === undefined ? "" : decodeManifest(stored.bytes, definition).setId;
  } catch {
    return "";
  }
}
