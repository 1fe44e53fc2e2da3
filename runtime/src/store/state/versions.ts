/** The versions of an entity in a store: listing them, purging one, who uses them, and what nobody names. */
import type { ListedVersion, VersionName, VersionState } from "../store.js";
import { segmentsOf } from "./segments.js";
import { raiseSeq } from "./source.js";
import { entityOf, headField, purgedField, readVersion, versionFields } from "./state-fields.js";
import type { StateTransaction } from "./transaction.js";
import { GRACE_TTL_MS, LIVE_TTL_MS } from "./ttl.js";

export function listVersions(tx: StateTransaction, entity: string): readonly ListedVersion[] {
  return sortListed(
    servedVersions(tx.fieldNames())
      .filter((version) => entityOf(version) === entity)
      .map((version) => ({
        version,
        state: readVersion(tx, version),
        live: tx.timedNames(liveName(version, "")).length,
      })),
  );
}

/** Newest publication first; versions whose head is damaged count as absent. */
export function sortListed(listed: readonly ListedVersion[]): readonly ListedVersion[] {
  return listed
    .filter(({ state }) => state.head !== undefined)
    .sort((a, b) => atMs(b.state) - atMs(a.state) || (a.version < b.version ? -1 : 1));
}

function atMs(state: VersionState): number {
  return state.push?.atMs ?? 0;
}

/** The versions that have a head, by the names of all fields. */
export function servedVersions(fieldNames: readonly string[]): readonly VersionName[] {
  return fieldNames.flatMap((name) => {
    const [, entity, hash] = HEAD_FIELD.exec(name) ?? [];
    return entity === undefined || hash === undefined ? [] : [`${entity}:${hash}` as const];
  });
}

const HEAD_FIELD = /^head:([^:]+):(.+)$/;

/** A purge voids the tickets issued until then: a load under way must not bring old rows back afterwards. */
export function purgeVersion(tx: StateTransaction, version: VersionName): boolean {
  if (tx.field(headField(version)) === undefined) return false;
  const state = readVersion(tx, version);
  for (const field of versionFields(version)) tx.deleteField(field);
  tx.setField(purgedField(version), `${tx.nowMs} ${raiseSeq(tx)}`);
  for (const id of new Set(segmentsOf(state))) tx.setSegmentTtl(id, GRACE_TTL_MS);
  return true;
}

export function heartbeat(
  tx: StateTransaction,
  processId: string,
  versions: readonly VersionName[],
): void {
  for (const version of versions) tx.setTimed(liveName(version, processId), "", LIVE_TTL_MS);
}

export function leave(
  tx: StateTransaction,
  processId: string,
  versions: readonly VersionName[],
): void {
  for (const version of versions) tx.deleteTimed(liveName(version, processId));
}

const liveName = (version: VersionName, processId: string): string =>
  `live:${version} ${processId}`;

export function sweepSegments(tx: StateTransaction): number {
  const named = new Set(
    servedVersions(tx.fieldNames()).flatMap((version) => segmentsOf(readVersion(tx, version))),
  );
  const orphans = tx.segmentIds().filter((id) => !named.has(id) && tx.segment(id)?.kept === true);
  for (const id of orphans) tx.setSegmentTtl(id, GRACE_TTL_MS);
  return orphans.length;
}
