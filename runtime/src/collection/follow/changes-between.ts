/** How many records a new revision changed, where its manifest tells it without looking at records. */
import type { RecordChanges } from "../events.js";
import type { HeldRevision } from "./held-revision.js";

/** Undefined unless the one revision is the other with one delta more. */
export function changesBetween(
  before: HeldRevision | undefined,
  after: HeldRevision,
): RecordChanges | undefined {
  const [delta, ...below] = after.manifest.segments;
  const known = before?.manifest.segments ?? [];
  if (before === undefined || delta === undefined || below.length !== known.length)
    return undefined;
  if (!below.every(({ id }, index) => id === known[index]?.id)) return undefined;
  const { records, removed } = delta;
  const added = after.core.size - before.core.size + removed;
  return { added, changed: records - added, removed };
}
