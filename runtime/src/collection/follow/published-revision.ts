/** Where a push stands among the revisions of its collection, as plain data; and whether what is served has it. */
import type { StoredManifest, VersionName, VersionState } from "../../store/store.js";
import type { Place } from "./direction.js";

/** A revision that a push answered with: plain data, which may be passed on as JSON. */
export interface PublishedRevision {
  /** `City:` and the schema hash. */
  readonly version: string;
  /** Random; changes when the store lost everything. */
  readonly epoch: string;
  /** Counts up within an epoch. */
  readonly revision: number;
  /** Tells it from another one that was given the same number after a failover. */
  readonly manifestId: string;
}

export function publishedRevision(
  version: VersionName,
  { epoch, revision, id: manifestId }: StoredManifest,
): PublishedRevision {
  return { version, epoch, revision, manifestId };
}

/**
 * `there`: it is served, or what was published after it; `missing`: it is not, or not yet; `replaced`: another
 * one has its number, so the store lost it.
 */
export type Standing = "there" | "missing" | "replaced";

/** `known` are the manifests that the store keeps: beyond these only the number speaks. */
export function standingOf(
  { epoch, revision, manifestId }: PublishedRevision,
  served: Place | undefined,
  known: readonly Place[],
): Standing {
  if (served === undefined) return "missing";
  if (served.id === manifestId) return "there";
  const hasItsNumber = (place: Place): boolean =>
    place.epoch === epoch && place.revision === revision && place.id !== manifestId;
  if ([served, ...known].some(hasItsNumber)) return "replaced";
  const isHigher = served.epoch === epoch && served.revision > revision;
  return isHigher && !isLost(served, known) ? "there" : "missing";
}

/**
 * What a store keeps lies above what it dropped. A revision that it does not keep, and that is not below all those
 * of its epoch, was lost in a failover: it is served until a second look agrees, and contains nothing newer.
 */
function isLost(served: Place, known: readonly Place[]): boolean {
  if (known.some(({ id }) => id === served.id)) return false;
  return known.some(({ epoch, revision }) => epoch === served.epoch && revision <= served.revision);
}

/** All manifests that the store keeps of a version. */
export function keptIn({ head, next, history }: VersionState): readonly StoredManifest[] {
  return [head, next, ...history].filter((stored) => stored !== undefined);
}
