/**
 * Which patches a segment holds, by their tickets, so that a load can tell those that its rows may lack from
 * those that they contain: the database is changed before a patch takes its ticket, and a load takes its own
 * before it reads the database.
 */
import type { ManifestSegment, PatchSpan } from "../../bytes/manifest.js";

/**
 * The segments, newest first, with patches later than a ticket. Undefined when one of them also holds something
 * earlier: they cannot be told apart any more.
 */
export function patchesSince<T extends Pick<ManifestSegment, "patched">>(
  segments: readonly T[],
  ticket: number,
): readonly T[] | undefined {
  const later = segments.filter(({ patched }) => patched !== undefined && patched.last > ticket);
  return later.every(({ patched }) => patched !== undefined && patched.first > ticket)
    ? later
    : undefined;
}

/** Of several segments made into one; undefined when no patch is among them. */
export function spanOf(
  segments: readonly Pick<ManifestSegment, "patched">[],
): PatchSpan | undefined {
  const spans = segments.map(({ patched = { first: 0, last: 0 } }) => patched);
  const last = Math.max(...spans.map((span) => span.last));
  return last === 0 ? undefined : { first: Math.min(...spans.map((span) => span.first)), last };
}

/** How many of the newest segments a patch may merge, when loads with these tickets are under way. */
export function mergeable(
  segments: readonly Pick<ManifestSegment, "patched">[],
  loads: readonly number[],
): number {
  const newest = loads.at(-1) ?? 0;
  const older = segments.findIndex(({ patched }) => newest > 0 && (patched?.first ?? 0) <= newest);
  return older < 0 ? segments.length : older;
}
