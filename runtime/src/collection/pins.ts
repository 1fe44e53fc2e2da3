/**
 * Going back to a revision that is still kept, and holding one, as operators ask for it: of one collection, or
 * of all collections of a data set at once.
 */
import { describeValue } from "../codec/invalid-field.js";
import type { AnyEntityDefinition, DatasetDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
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

/** Revisions by the collections' names in the data set: `{ city: 41 }`. */
export type RevisionsByName = Readonly<Record<string, number>>;

/** Of a data set: collections that are left out stay as they are. */
export interface DatasetRollbackOptions {
  readonly to: RevisionsByName;
}

/** Of a data set: collections that are left out are pinned to what they serve. */
export interface DatasetPinOptions {
  readonly to?: RevisionsByName;
}

/** Serves an older revision again, as a new one; returns its number. */
export async function rollback(
  definition: AnyEntityDefinition,
  store: Store,
  { to, hash }: Partial<RollbackOptions> = {},
): Promise<number> {
  const move = { definition: build(definition, hash), to: revisionOf(definition, to) };
  return only(await heads.rollback(store, [move]));
}

/** Serves one revision until `unpin`; returns the number that is served. */
export async function pin(
  definition: AnyEntityDefinition,
  store: Store,
  { to, hash }: PinOptions = {},
): Promise<number> {
  const wanted = to === undefined ? undefined : revisionOf(definition, to);
  return only(await heads.pin(store, [{ definition: build(definition, hash), to: wanted }]));
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
export async function rollbackAll(
  definition: DatasetDefinition,
  store: Store,
  { to }: Partial<DatasetRollbackOptions> = {},
): Promise<RevisionsByName> {
  const wanted = movesOf(definition, to).filter((move) => move.to !== undefined);
  return byName(definition, await heads.rollback(store, wanted));
}

/** All collections, or none. */
export async function pinAll(
  definition: DatasetDefinition,
  store: Store,
  { to = {} }: DatasetPinOptions = {},
): Promise<RevisionsByName> {
  return byName(definition, await heads.pin(store, movesOf(definition, to)));
}

/** All collections, or none. */
export async function unpinAll(
  definition: DatasetDefinition,
  store: Store,
): Promise<RevisionsByName> {
  return byName(definition, await heads.unpin(store, Object.values(definition.entities)));
}

function build(definition: AnyEntityDefinition, hash: string | undefined): AnyEntityDefinition {
  return hash === undefined ? definition : { ...definition, hash };
}

function only(served: heads.ServedRevisions): number {
  const [revision = 0] = served.values();
  return revision;
}

/** Whatever JavaScript gave, or a text that was read as a number. Throws ERR_INVALID_ARGUMENT. */
function revisionOf({ package: packageName, entity }: AnyEntityDefinition, to: unknown): number {
  if (typeof to === "number" && Number.isInteger(to)) return to;
  const message = `to is ${describeValue(to)}; give the number of a revision that versions() lists, like 41`;
  throw new CachedCollectionsError("ERR_INVALID_ARGUMENT", `${packageName}.${entity}`, message);
}

function movesOf(definition: DatasetDefinition, to: unknown): readonly heads.Move[] {
  const { entities } = definition;
  if (typeof to !== "object" || to === null) {
    const [name = "city"] = Object.keys(entities);
    const message = `to is ${describeValue(to)}; give revisions by the names of collections, like { ${name}: 41 }`;
    throw new CachedCollectionsError("ERR_INVALID_ARGUMENT", definition.package, message);
  }
  const revisions = new Map<string, unknown>(Object.entries(to));
  for (const name of revisions.keys()) {
    if (Object.hasOwn(entities, name)) continue;
    const message = `it has no collection ${JSON.stringify(name)}, it has ${Object.keys(entities).join(", ")}`;
    throw new CachedCollectionsError("ERR_INVALID_ARGUMENT", definition.package, message);
  }
  return Object.entries(entities).map(([name, each]) => {
    const wanted = revisions.get(name);
    return { definition: each, to: wanted === undefined ? undefined : revisionOf(each, wanted) };
  });
}

function byName({ entities }: DatasetDefinition, served: heads.ServedRevisions): RevisionsByName {
  const found = Object.entries(entities).flatMap(([name, definition]) => {
    const revision = served.get(definition);
    return revision === undefined ? [] : [[name, revision] as const];
  });
  return Object.fromEntries(found);
}
