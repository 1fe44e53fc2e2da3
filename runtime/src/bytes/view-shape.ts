/** Which arrays a view of each kind has in a segment, and how their lengths must agree. */
import type { ViewDefinition } from "../definition.js";

/** The four arrays of a view as they came; those that are not there are empty. */
export interface RawViewArrays {
  readonly slots: Uint32Array;
  readonly starts: Uint32Array;
  readonly ordinals: Uint32Array;
  readonly elements: Uint32Array;
}

/** Whether the view is laid out in groups: also a unique one that tolerates duplicates. */
export function hasGroups<R>(view: ViewDefinition<R>): boolean {
  return view.view === "group" || (view.view === "unique" && view.duplicates !== "error");
}

/** What is wrong with the lengths of a view's arrays; undefined when nothing is. */
export function shapeProblem<R>(
  view: ViewDefinition<R>,
  arrays: RawViewArrays,
  records: number,
): string | undefined {
  const { slots, starts, ordinals, elements } = arrays;
  const overList = view.view === "group" && view.each !== undefined;
  if (elements.length !== (overList ? ordinals.length : 0)) return "elements do not fit";
  if (!hasGroups(view) && starts.length > 0) return "has starts but no groups";
  if (view.view === "sorted" && slots.length > 0) return "has slots but no keys";
  if (view.view === "unique" && !hasGroups(view) && ordinals.length > 0) return "has ordinals";
  if (filesAll(view) && ordinals.length !== records) {
    return `orders ${ordinals.length} of ${records} records`;
  }
  return undefined;
}

/** Whether every record is in the view exactly once. */
function filesAll<R>(view: ViewDefinition<R>): boolean {
  if (view.view === "unique" || view.where !== undefined || view.limit !== undefined) return false;
  return view.view === "sorted" || view.each === undefined;
}
