/** Which segments a version names, and how long segments stay. */
import type { SegmentRef, StoredManifest, VersionName, VersionState } from "../store.js";
import { readVersion } from "./state-fields.js";
import type { StateTransaction } from "./transaction.js";
import { GRACE_TTL_MS } from "./ttl.js";

/** The ids of all segments that a version's manifests name. */
export function segmentsOf(state: VersionState): readonly string[] {
  const manifests: (StoredManifest | undefined)[] = [state.head, state.next, ...state.history];
  return manifests.flatMap((manifest) => manifest?.segments.map((segment) => segment.id) ?? []);
}

/** True when chunks of a named segment are missing. */
export function isShort(tx: StateTransaction, segment: SegmentRef): boolean {
  return (tx.segment(segment.id)?.chunks ?? 0) !== segment.chunks;
}

/** Segments named by a manifest stay for ever, those that no manifest names any more for the grace time. */
export function settleSegments(
  tx: StateTransaction,
  version: VersionName,
  before: VersionState,
): void {
  const named = new Set(segmentsOf(readVersion(tx, version)));
  for (const id of named) tx.setSegmentTtl(id, undefined);
  for (const id of segmentsOf(before)) if (!named.has(id)) tx.setSegmentTtl(id, GRACE_TTL_MS);
}
