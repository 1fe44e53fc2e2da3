/**
 * Where a version's head lies as seen from what is served. Identity decides, never numbers alone: counters
 * come back after a failover, ids do not.
 */

/** The part of a manifest that says where it stands. */
export interface Place {
  readonly id: string;
  readonly epoch: string;
  readonly revision: number;
}

/**
 * `same`; `forward`: go there at once; `backward`: go there only when a second check one interval later agrees
 * (a lagging replica, or two masters, would otherwise make it flap); `nothing`: the store has no head.
 */
export type Direction = "same" | "forward" | "backward" | "nothing";

/** Judges the head; `left` are the epochs that this process served and went on from. */
export function directionOf(
  served: Place | undefined,
  left: ReadonlySet<string>,
  head: Place | undefined,
): Direction {
  if (head === undefined) return "nothing";
  if (served === undefined) return "forward";
  if (head.id === served.id) return "same";
  if (head.epoch === served.epoch) return head.revision > served.revision ? "forward" : "backward";
  return left.has(head.epoch) ? "backward" : "forward";
}
