/** What a push answers. */
import type { CachedCollectionsError } from "../../errors.js";
import type { VersionState } from "../../store/store.js";
import type { PublishedRevision } from "../follow/published-revision.js";

/**
 * `published`: a new revision; `identical`: the rows are those already published, no new revision;
 * `superseded`: meanwhile a load that began later was published, so these rows were dropped as older.
 */
export type PushOutcome = "published" | "identical" | "superseded";

/**
 * The answer of a collection's push: the revision that holds these rows, or, when superseded, the newer one.
 * Plain data but for `warnings`; after a detour through JSON it still serves `pull({ atLeast })`.
 */
export interface PushResult extends PublishedRevision {
  readonly outcome: PushOutcome;
  /** Whether there is a new revision. */
  readonly published: boolean;
  /** A pin holds it back: nobody serves this revision before `unpin`. */
  readonly heldBack: boolean;
  readonly records: number;
  /** Size of what was published for it, in bytes: of a small change, the change's. 0 when identical. */
  readonly sizeBytes: number;
  /** References without a target that the schema only warns of (`dangling: warn`), one for each reference. */
  readonly warnings: readonly CachedCollectionsError[];
}

/** The answer of a data set's push: all collections were published together or none. */
export interface DatasetPushResult {
  readonly outcome: PushOutcome;
  /** Whether any collection has a new revision. */
  readonly published: boolean;
  /** Whether a pin holds any of it back. */
  readonly heldBack: boolean;
  /** The highest revision among the collections. */
  readonly revision: number;
  readonly collections: Readonly<Record<string, PushResult>>;
}

export type AnyPushResult = PushResult | DatasetPushResult;

/** Sums the collections' results up. */
export function datasetResult(
  collections: Readonly<Record<string, PushResult>>,
): DatasetPushResult {
  const results = Object.values(collections);
  const published = results.some((result) => result.published);
  const superseded = results.some((result) => result.outcome === "superseded");
  return {
    outcome: published ? "published" : superseded ? "superseded" : "identical",
    published,
    heldBack: results.some((result) => result.heldBack),
    revision: Math.max(0, ...results.map((result) => result.revision)),
    collections,
  };
}

/** Whether a pin keeps this revision from being served; not that which the pin serves. */
export function isHeldBack(state: VersionState | undefined, manifestId: string): boolean {
  return state?.next !== undefined && state.head?.id !== manifestId;
}
