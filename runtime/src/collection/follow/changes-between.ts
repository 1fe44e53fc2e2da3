/** How many records a new revision changed: from its manifest where that tells it, else by comparing records. */
import type { Steps } from "../../bytes/steps.js";
import { CachedCollectionsError } from "../../errors.js";
import { countChanges } from "../../snapshot/count-changes.js";
import type { RecordChanges } from "../events.js";
import type { HeldRevision } from "./held-revision.js";

/** Undefined for a first revision, of a sequence, and where a key does not decode. */
export function* changesBetween(
  before: HeldRevision | undefined,
  after: HeldRevision,
): Steps<RecordChanges | undefined> {
  const { key } = after.core.definition;
  if (before === undefined || key.length === 0) return undefined;
  try {
    return (
      changesOfOneDelta(before, after) ??
      (yield* countChanges(before.core.parts, after.core.parts, key))
    );
  } catch (error) {
    // Whoever reads that record is told.
    if (error instanceof CachedCollectionsError && error.code === "ERR_BAD_RECORD")
      return undefined;
    throw error;
  }
}

/** Undefined unless the one revision is the other with one delta more. */
function changesOfOneDelta(before: HeldRevision, after: HeldRevision): RecordChanges | undefined {
  const [delta, ...below] = after.manifest.segments;
  const known = before.manifest.segments;
  if (delta === undefined || below.length !== known.length) return undefined;
  if (!below.every(({ id }, index) => id === known[index]?.id)) return undefined;
  const { records, removed } = delta;
  const added = after.core.size - before.core.size + removed;
  return { added, changed: records - added, removed };
}
