/**
 * A limited index keeps a few entries more than it shows. When newer segments replaced so many of them that
 * fewer than the limit are left, what should follow was cut off: nobody can tell it without a new base.
 */
import type { AnyEntityDefinition } from "../definition.js";
import { LIMIT_SLACK } from "./format.js";
import type { LivePart } from "./live-parts.js";
import type { Steps } from "./steps.js";

/** Whether an index of any part is cut and has fewer live entries than it must show. */
export function* runsShort(
  { views }: AnyEntityDefinition,
  parts: readonly LivePart[],
): Steps<boolean> {
  for (const part of parts) {
    if (part.live === part.segment.records) continue;
    for (const [index, view] of views.entries()) {
      const arrays = part.segment.layout.views[index];
      if (view.view === "unique" || view.limit === undefined || arrays?.cut !== true) continue;
      const { ordinals } = arrays;
      const starts = view.view === "group" ? arrays.starts : [0, ordinals.length];
      if (yield* anyShort(part, { ordinals, starts, limit: view.limit })) return true;
    }
  }
  return false;
}

interface LimitedIndex {
  readonly ordinals: Uint32Array;
  readonly starts: ArrayLike<number>;
  readonly limit: number;
}

/** Looks at the groups that are full: only they can have been cut. */
function* anyShort(part: LivePart, { ordinals, starts, limit }: LimitedIndex): Steps<boolean> {
  for (let group = 0; group + 1 < starts.length; group++) {
    if (group % 256 === 0) yield;
    const start = starts[group] as number;
    const end = starts[group + 1] as number;
    if (end - start < limit + LIMIT_SLACK) continue;
    let live = 0;
    for (let i = start; i < end; i++) live += Number(part.isLive(ordinals[i] as number));
    if (live < limit) return true;
  }
  return false;
}
