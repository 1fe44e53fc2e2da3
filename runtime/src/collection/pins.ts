/**
 * Going back to a revision that is still kept, and holding one, as operators ask for it: of one collection, or
 * of all collections of a data set at once.
 */
import type { AnyEntityDefinition, DatasetDefinition } from "../definition.js";
import type { Store } from "../store/store.js";
import * as heads from "./publish/move-heads.js";

/** Of one collection. */
export interface RollbackOptions {
  /** A revision that `versions` lists. */
  readonly to: number;
  /** The schema hash of another build; by default this build's. */
  readonly hash?: string;
}

/** Of one collection. */
export interface PinOptions {
  /** A revision that `versions` lists; by default the one that is served. */
  readonly to?: number;
  /** The schema hash of another build; by default this build's. */
  readonly hash?: string;
}

/** Revisions by the collections' names in the data set. */
export type RevisionsOf<Inputs> = { readonly [Name in keyof Inputs]?: number };

/** Of a data set: collections that are left out stay as they are. */
export interface DatasetRollbackOptions<Inputs> {
  readonly to: RevisionsOf<Inputs>;
}

/** Of a data set: collections that are left out are pinned to what they serve. */
export interface DatasetPinOptions<Inputs> {
  readonly to?: RevisionsOf<Inputs>;
}

/** Serves an older revision again, as a new one; returns its number. */
export async function rollback(
  definition: AnyEntityDefinition,
  store: Store,
  { to, hash }: RollbackOptions,
): Promise<number> {
  return only(await heads.rollback(store, [{ definition: build(definition, hash), to }]));
}

/** Serves one revision until `unpin`; returns the number that is served. */
export async function pin(
  definition: AnyEntityDefinition,
  store: Store,
  { to, hash }: PinOptions = {},
): Promise<number> {
  return only(await heads.pin(store, [{ definition: build(definition, hash), to }]));
}

/** Serves what was held back; returns the number that is served. */
export async function unpin(
  definition: AnyEntityDefinition,
  store: Store,
  hash?: string,
): Promise<number> {
  return only(await heads.unpin(store, [build(definition, hash)]));
}

/** All of the named collections, or none. */
export async function rollbackAll<Inputs>(
  definition: DatasetDefinition,
  store: Store,
  { to }: DatasetRollbackOptions<Inputs>,
): Promise<RevisionsOf<Inputs>> {
  const wanted = movesOf(definition, to).filter((move) => move.to !== undefined);
  return byName(definition, await heads.rollback(store, wanted));
}

/** All collections, or none. */
export async function pinAll<Inputs>(
  definition: DatasetDefinition,
  store: Store,
  { to }: DatasetPinOptions<Inputs> = {},
): Promise<RevisionsOf<Inputs>> {
  return byName(definition, await heads.pin(store, movesOf(definition, to ?? {})));
}

/** All collections, or none. */
export async function unpinAll<Inputs>(
  definition: DatasetDefinition,
  store: Store,
): Promise<RevisionsOf<Inputs>> {
  return byName(definition, await heads.unpin(store, Object.values(definition.entities)));
}

function build(definition: AnyEntityDefinition, hash: string | undefined): AnyEntityDefinition {
  return hash === undefined ? definition : { ...definition, hash };
}

function only(served: heads.ServedRevisions): number {
  const [revision = 0] = served.values();
  return revision;
}

function movesOf({ entities }: DatasetDefinition, to: object): readonly heads.Move[] {
  const revisions = new Map<string, unknown>(Object.entries(to));
  return Object.entries(entities).map(([name, definition]) => {
    const revision = revisions.get(name);
    return { definition, to: typeof revision === "number" ? revision : undefined };
  });
}

function byName<Inputs>(
  { entities }: DatasetDefinition,
  served: heads.ServedRevisions,
): RevisionsOf<Inputs> {
  const found = Object.entries(entities).flatMap(([name, definition]) => {
    const revision = served.get(definition);
    return revision === undefined ? [] : [[name, revision] as const];
  });
  return Object.fromEntries(found) as RevisionsOf<Inputs>;
}
