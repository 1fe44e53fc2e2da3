/** The versions of an entity in a store: which schema hashes are there, who uses them, and removing them. */
import { decodeManifest, type ManifestOrigin } from "../bytes/manifest.js";
import type { AnyEntityDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import type { ListedVersion, Store, StoredManifest } from "../store/store.js";
import { isDamage } from "./follow/check.js";

/** A revision that a store keeps. */
export interface KeptRevision {
  readonly revision: number;
  /** How it came about; undefined when its manifest cannot be read, like what follows. */
  readonly origin: ManifestOrigin | undefined;
  readonly records: number | undefined;
  /** Size of its segments in the store, in bytes; revisions share most of them. */
  readonly sizeBytes: number | undefined;
}

/** One schema version of an entity in a store. */
export interface VersionInfo {
  /** The schema hash: 16 hexadecimal digits. */
  readonly hash: string;
  /** Whether it is this build's. */
  readonly current: boolean;
  /** What is served, like the three below; 0 when nothing is. */
  readonly revision: number;
  /** How it came about; undefined when its manifest cannot be read, like the two below. */
  readonly origin: ManifestOrigin | undefined;
  readonly records: number | undefined;
  /** Size of its segments in the store, in bytes. */
  readonly sizeBytes: number | undefined;
  /** Those that were served before, the newest first: what can be rolled back to. At most three. */
  readonly history: readonly KeptRevision[];
  /** While it is pinned: what `unpin` serves, the last push in the meantime. */
  readonly heldBack: KeptRevision | undefined;
  /** When a load was last published, held back or served, by the store's clock; no patch, pin or rollback counts. */
  readonly publishedAt: Date | undefined;
  /**
   * Processes that said within five minutes that they use it, and did not close it since: a hint. A thread with a
   * store of its own counts as a process, and so does each further store of a process.
   */
  readonly live: number;
}

export interface PruneOptions {
  /** How many versions to keep, the newest publications first; this build's counts as one of them. */
  readonly keep: number;
}

/** All versions of the entity in the store, newest publication first. */
export async function versions(
  definition: AnyEntityDefinition,
  store: Store,
): Promise<readonly VersionInfo[]> {
  const listed = await store.schema(definition.package).versions(definition.entity);
  return listed.map((each) => describe(definition, each));
}

/**
 * Removes a version from the store; false when there was none. Processes that have its data go on serving it;
 * one that starts with that build loads it anew.
 */
export async function purge(
  definition: AnyEntityDefinition,
  store: Store,
  hash: string,
): Promise<boolean> {
  if (!/^[0-9a-f]{16}$/.test(hash)) {
    throw invalid(
      definition,
      `a schema hash has 16 hexadecimal digits, not ${JSON.stringify(hash)}`,
    );
  }
  return store.schema(definition.package).purge(`${definition.entity}:${hash}`);
}

/**
 * Purges old versions and returns their hashes. Keeps this build's, those that live processes use, and the
 * newest until `keep` are left.
 */
export async function prune(
  definition: AnyEntityDefinition,
  store: Store,
  { keep }: PruneOptions,
): Promise<readonly string[]> {
  if (!Number.isSafeInteger(keep) || keep < 1) {
    throw invalid(definition, `keep is ${String(keep)}; give a whole number from 1`);
  }
  const all = await versions(definition, store);
  const others = all.filter(({ current }) => !current);
  const room = keep - 1;
  const purged: string[] = [];
  for (const { hash, live } of others.slice(room)) {
    if (live > 0) continue;
    if (await purge(definition, store, hash)) purged.push(hash);
  }
  return purged;
}

function describe(
  definition: AnyEntityDefinition,
  { version, state, live }: ListedVersion,
): VersionInfo {
  const hash = version.slice(version.indexOf(":") + 1);
  const { head, next, history, push } = state;
  const served = head && describeRevision(head);
  return {
    hash,
    current: hash === definition.hash,
    revision: head?.revision ?? 0,
    origin: served?.origin,
    records: served?.records,
    sizeBytes: served?.sizeBytes,
    history: history.map(describeRevision),
    heldBack: next && describeRevision(next),
    publishedAt: push === undefined ? undefined : new Date(push.atMs),
    live,
  };
}

function describeRevision({ bytes, revision }: StoredManifest): KeptRevision {
  try {
    const { origin, records, segments } = decodeManifest(bytes);
    const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    return { revision, origin, records, sizeBytes };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { revision, origin: undefined, records: undefined, sizeBytes: undefined };
  }
}

function invalid(
  { package: packageName, entity }: AnyEntityDefinition,
  message: string,
): CachedCollectionsError {
  return new CachedCollectionsError("ERR_INVALID_ARGUMENT", `${packageName}.${entity}`, message);
}
