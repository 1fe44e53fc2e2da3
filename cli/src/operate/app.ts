/**
 * The user's collections, found among what the module exports that the config's `app` imports. They are known by
 * what generated code has, never by a class: the app may have another copy of the runtime than this tool, which
 * imports nothing of it but types.
 */
import type {
  DatasetPushResult,
  PushOptions,
  PushResult,
  RevisionsByName,
  Store,
  VersionInfo,
} from "cached-collections";

/** A generated class of one entity. */
export interface EntityClass {
  readonly hash: string;
  readonly definition: { readonly package: string; readonly entity: string };
  versions(store: Store): Promise<readonly VersionInfo[]>;
  purge(store: Store, hash: string): Promise<boolean>;
  prune(store: Store, options: { readonly keep: number }): Promise<readonly string[]>;
  pin(store: Store, options: { readonly to?: number; readonly hash?: string }): Promise<number>;
  rollback(store: Store, options: { readonly to: number; readonly hash?: string }): Promise<number>;
  unpin(store: Store, hash?: string): Promise<number>;
}

/** A generated class of a data set. */
export interface DatasetClass {
  readonly definition: {
    readonly package: string;
    readonly entities: Readonly<Record<string, { readonly entity: string }>>;
  };
  pin(store: Store, options: { readonly to?: RevisionsByName }): Promise<RevisionsByName>;
  rollback(store: Store, options: { readonly to: RevisionsByName }): Promise<RevisionsByName>;
  unpin(store: Store): Promise<RevisionsByName>;
}

interface Handle<P> {
  readonly store: Store;
  push(options?: PushOptions): Promise<P>;
  invalidate(): Promise<void>;
}

/** One collection, alone or in a data set. */
export interface AppCollection {
  /** `geo.city`; of a collection that is in no data set `geo.City`. */
  readonly name: string;
  /** `city`: as its data set calls it. */
  readonly property: string;
  readonly handle: Handle<PushResult>;
  readonly entityClass: EntityClass;
}

export interface AppDataset {
  readonly handle: Handle<DatasetPushResult>;
  readonly datasetClass: DatasetClass;
}

/** What the app exports as one: a data set, or a collection alone. */
export interface AppUnit {
  /** `geo`, or `geo.City`. */
  readonly name: string;
  readonly store: Store;
  readonly collections: readonly AppCollection[];
  /** Undefined for a collection alone. */
  readonly dataset: AppDataset | undefined;
}

/** The data sets and collections among the exports. A collection that a data set there has is not told twice. */
export function unitsOf(exports: object): readonly AppUnit[] {
  const values = [...new Set<unknown>(Object.values(exports))];
  const datasets = values.filter(isDataset).map(datasetUnit);
  const isKnown = ({ store, collections: [alone] }: AppUnit): boolean =>
    datasets.some(
      (unit) =>
        unit.store === store && unit.collections.some((each) => isSame(each, alone?.entityClass)),
    );
  const alone = values.filter(isCollection).map(aloneUnit);
  return [...datasets, ...alone.filter((unit) => !isKnown(unit))];
}

function isSame({ entityClass }: AppCollection, other: EntityClass | undefined): boolean {
  const [own, its] = [entityClass.definition, other?.definition];
  return own.package === its?.package && own.entity === its.entity;
}

type DatasetHandle = Handle<DatasetPushResult> & Readonly<Record<string, unknown>>;

function isDataset(value: unknown): value is DatasetHandle {
  return isHandle(value) && "entities" in definitionOf(value);
}

function isCollection(value: unknown): value is Handle<PushResult> {
  return isHandle(value) && "entity" in definitionOf(value);
}

function isHandle(value: unknown): value is Handle<never> {
  if (typeof value !== "object" || value === null) return false;
  const isOurs = "invalidate" in value && "push" in value && "store" in value;
  return isOurs && typeof definitionOf(value) === "object" && definitionOf(value) !== null;
}

/** Of whatever it is: what an app exports may have no constructor at all. */
function definitionOf(value: object): object {
  const { constructor } = value as { readonly constructor?: { readonly definition?: unknown } };
  return constructor?.definition as object;
}

function datasetUnit(handle: DatasetHandle): AppUnit {
  const datasetClass = handle.constructor as unknown as DatasetClass;
  const { package: name, entities } = datasetClass.definition;
  const collections = Object.keys(entities).map((property) => {
    return collectionOf(handle[property] as Handle<PushResult>, name, property);
  });
  return { name, store: handle.store, collections, dataset: { handle, datasetClass } };
}

function aloneUnit(handle: Handle<PushResult>): AppUnit {
  const { package: packageName, entity } = (handle.constructor as unknown as EntityClass)
    .definition;
  const collection = collectionOf(handle, packageName, entity);
  return {
    name: collection.name,
    store: handle.store,
    collections: [collection],
    dataset: undefined,
  };
}

function collectionOf(
  handle: Handle<PushResult>,
  packageName: string,
  property: string,
): AppCollection {
  const entityClass = handle.constructor as unknown as EntityClass;
  return { name: `${packageName}.${property}`, property, handle, entityClass };
}
