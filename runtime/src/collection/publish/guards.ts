/** What may stop a push after its rows proved valid: the schema's guards, and the user's `validate`. */
import { decodeManifest } from "../../bytes/manifest.js";
import type { AnyEntityDefinition } from "../../definition.js";
import { CachedCollectionsError } from "../../errors.js";
import type { SnapshotCore } from "../../snapshot/snapshot-core.js";
import type { StoredManifest } from "../../store/store.js";
import { isDamage } from "../follow/check.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Heads } from "./heads.js";
import type { HeldRevision } from "../follow/held-revision.js";
import type { Cores, LoadUnit } from "./load-unit.js";
import { unlessAborted } from "../timing.js";

/** Throws ERR_GUARD_REFUSED when the schema's guards do not allow so many records. */
export function checkGuards(
  definition: AnyEntityDefinition,
  records: number,
  before: StoredManifest | undefined,
): void {
  const { minRecords, maxRecords, maxShrinkPercent } = definition.guards ?? {};
  if (minRecords !== undefined && records < minRecords) {
    throw refused(definition, `${records} records; the schema's guard minRecords is ${minRecords}`);
  }
  if (maxRecords !== undefined && records > maxRecords) {
    throw refused(definition, `${records} records; the schema's guard maxRecords is ${maxRecords}`);
  }
  const published = maxShrinkPercent === undefined ? undefined : recordsOf(definition, before);
  if (maxShrinkPercent === undefined || published === undefined || published === 0) return;
  const percent = ((published - records) / published) * 100;
  if (percent <= maxShrinkPercent) return;
  throw refused(
    definition,
    `${records} records, ${percent.toFixed(1)} % fewer than the ${published} that are published; the schema's guard maxShrinkPercent is ${maxShrinkPercent}`,
  );
}

/**
 * Asks the user. What `validate` throws becomes ERR_GUARD_REFUSED with that as its cause; when it does not end,
 * rejects with the signal's reason.
 */
export async function runValidate(
  unit: LoadUnit,
  pushed: ReadonlyMap<FollowedVersion, HeldRevision | undefined>,
  heads: Heads,
  signal: AbortSignal,
): Promise<void> {
  if (unit.validate === undefined) return;
  const next = new Map<FollowedVersion, SnapshotCore<object>>();
  const previous = new Map<FollowedVersion, SnapshotCore<object>>();
  for (const { followed } of unit.members) {
    const before = (await heads.intact(followed.definition))?.core;
    const built = pushed.get(followed)?.core;
    built?.show();
    const after = built ?? before;
    if (before !== undefined) previous.set(followed, before);
    if (after === undefined) {
      throw refused(followed.definition, "validate needs it, and nothing of it is published yet");
    }
    next.set(followed, after);
  }
  const all = previous.size === unit.members.length ? previous : undefined;
  await unlessAborted(ask(unit, next, all), signal);
}

async function ask(unit: LoadUnit, next: Cores, previous: Cores | undefined): Promise<void> {
  try {
    await unit.validate?.(next, previous);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CachedCollectionsError(
      "ERR_GUARD_REFUSED",
      unit.subject,
      `validate refused the push: ${message}`,
      { cause: error },
    );
  }
}

function recordsOf(
  definition: AnyEntityDefinition,
  stored: StoredManifest | undefined,
): number | undefined {
  try {
    return stored === undefined ? undefined : decodeManifest(stored.bytes, definition).records;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function refused(
  { package: packageName, entity }: AnyEntityDefinition,
  what: string,
): CachedCollectionsError {
  return new CachedCollectionsError(
    "ERR_GUARD_REFUSED",
    `${packageName}.${entity}`,
    `nothing was published: ${what}`,
  );
}
