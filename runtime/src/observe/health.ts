/** What a readiness probe and an operator want to know of collections, computed when asked, without I/O. */
import { stateOf, type Collection } from "../collection/collection.js";
import type { AnyPushResult } from "../collection/publish/push-result.js";
import type { CollectionStatus } from "../collection/follow/followed-version.js";

/** Any generated mapping, sequence or data set. */
export type AnyCollection = Collection<object, AnyPushResult>;

export interface HealthOptions {
  /** Not ready when something served was last confirmed longer ago than this. Default: no limit. */
  readonly maxAgeMs?: number;
}

/** One entity as this process serves it. */
export interface CollectionHealth {
  /** The full name: `geo.City`. */
  readonly entity: string;
  /** The schema hash of this build. */
  readonly version: string;
  readonly status: CollectionStatus;
  /** Whether a pin holds back what is published, as of the last check: what is served is meant, and not the newest. */
  readonly isPinned: boolean;
  /** 0 when nothing is served, and so are the next two. */
  readonly revision: number;
  readonly records: number;
  /** Of its segments, in bytes; worker threads share them. */
  readonly sizeBytes: number;
  /** Records decoded since it was opened: on first use, and again when they were let go meanwhile. */
  readonly decodedRecords: number;
  /** Milliseconds since it was last confirmed as the newest; Infinity (`null` in JSON) when it never was. */
  readonly ageMs: number;
}

export interface Health {
  /** Everything can be read, and nothing is older than `maxAgeMs`. Does not turn false because the store is away. */
  readonly ready: boolean;
  readonly collections: readonly CollectionHealth[];
}

/**
 * The health of collections and data sets (of these, of each of their entities). A process that serves its last
 * good revision while the store is away stays ready: taking it out of service would only make things worse.
 * Give `maxAgeMs` where old data is worse than none. An entity that is given twice, alone and in a data set, is told
 * of once as soon as both have begun to follow: as closed only when both are closed.
 */
export function health(
  collections: readonly AnyCollection[],
  { maxAgeMs = Infinity }: HealthOptions = {},
): Health {
  const told = new Map<object, CollectionHealth>();
  for (const [followed, entry] of collections.flatMap(healthOf)) {
    const before = told.get(followed);
    if (before === undefined || before.status === "closed") told.set(followed, entry);
  }
  const all = [...told.values()];
  const serves = ({ status, ageMs }: CollectionHealth): boolean =>
    status !== "empty" && status !== "closed" && ageMs <= maxAgeMs;
  return { ready: all.every((each) => each.revision > 0 && serves(each)), collections: all };
}

/** Each with what it tells of: a version, which those that follow it share; before that, nothing but itself. */
function healthOf(collection: AnyCollection): (readonly [object, CollectionHealth])[] {
  const state = stateOf(collection);
  return state.parts.definitions.map((definition, index) => {
    const followed = state.followed[index];
    const served = followed?.served;
    const entry: CollectionHealth = {
      entity: `${definition.package}.${definition.entity}`,
      version: definition.hash,
      status: followed === undefined ? state.status : state.statusOf(followed),
      isPinned: followed?.isPinned ?? false,
      revision: served?.stored.revision ?? 0,
      records: served?.core.size ?? 0,
      sizeBytes: (served?.manifest.segments ?? []).reduce((sum, part) => sum + part.sizeBytes, 0),
      decodedRecords: followed?.memory.decoded ?? 0,
      ageMs: followed?.ageMs ?? Infinity,
    };
    return [followed ?? entry, entry];
  });
}
