/** All collections of a schema as one: the base of generated data sets such as `GeoDataset`. */
import type { AnyEntityDefinition, DatasetDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { DatasetCores, type DatasetSnapshot } from "../snapshot/dataset-snapshot.js";
import type { Store } from "../store/store.js";
import { Collection, stateOf } from "./collection.js";
import { linkOptions } from "./entity-collection.js";
import type { FollowedVersion } from "./follow/followed-version.js";
import type { HandleParts } from "./handle.js";
import type { HeldRevision } from "./follow/held-revision.js";
import type {
  AnyDatasetLoader,
  AnyLoader,
  Cores,
  LoadMember,
  LoadUnit,
} from "./publish/load-unit.js";
import {
  mostDecodedOf,
  timingOf,
  type CollectionOptions,
  type DatasetOptions,
  type DatasetPatchSource,
  type Loader,
} from "./options.js";
import {
  pinAll,
  rollbackAll,
  unpinAll,
  type DatasetPinOptions,
  type DatasetRollbackOptions,
  type RevisionsByName,
} from "./pins.js";
import type { PushOptions } from "./publish/confirm-replicas.js";
import type { PushResults } from "./publish/push-job.js";
import { datasetResult, type DatasetPushResult } from "./publish/push-result.js";

/** A generated class of a data set. */
interface DatasetClass {
  readonly definition: DatasetDefinition;
}

/** A generated snapshot class of a data set. */
export type DatasetSnapshotClass<S> = new (cores: DatasetCores) => S;

/**
 * A window on all collections of a schema. A push publishes all of them or none, and `snapshot()` never shows
 * one of them new and another old. `S` is its snapshot, `Inputs` the row of each collection by its name.
 */
export class Dataset<S extends DatasetSnapshot, Inputs> extends Collection<S, DatasetPushResult> {
  readonly #definition: DatasetDefinition;
  readonly #snapshotClass: DatasetSnapshotClass<S>;
  readonly #options: DatasetOptions<Inputs, S>;

  constructor(
    definition: DatasetDefinition,
    snapshotClass: DatasetSnapshotClass<S>,
    store: Store,
    options: DatasetOptions<Inputs, S> = {},
  ) {
    super(store, partsOf(definition, snapshotClass, options));
    this.#definition = definition;
    this.#snapshotClass = snapshotClass;
    this.#options = options;
  }

  /** Serves older revisions again, as new ones, until the next push: all that are named, or none. */
  static rollback(
    this: DatasetClass,
    store: Store,
    options: DatasetRollbackOptions,
  ): Promise<RevisionsByName> {
    return rollbackAll(this.definition, store, options);
  }

  /** Holds the revisions named, of other collections what is served, and all pushes back, until unpin. */
  static pin(
    this: DatasetClass,
    store: Store,
    options?: DatasetPinOptions,
  ): Promise<RevisionsByName> {
    return pinAll(this.definition, store, options);
  }

  /** Serves what a pin held back, of all collections at once. */
  static unpin(this: DatasetClass, store: Store): Promise<RevisionsByName> {
    return unpinAll(this.definition, store);
  }

  /** The options of one of its collections: the data set's, with that collection's loader of whatever rows. */
  protected optionsOf(name: keyof Inputs & string): CollectionOptions<never> {
    const { load, validate: _ofAll, ...common } = this.#options;
    const own = typeof load === "function" ? undefined : (load?.[name] as Loader<never>);
    const options: CollectionOptions<never> = { ...common, load: own };
    return linkOptions(options, { state: stateOf(this), loadsAll: typeof load === "function" });
  }

  /**
   * Publishes a change of some records of several collections, by their names: all of it or nothing, seen by
   * readers at once. As a mapping's `patch`, but references are checked throughout, also those of records that
   * are left alone to records that are removed (which decodes the whole collection that refers to them). Rejects
   * as that does, and with ERR_DANGLING_REFERENCE; with ERR_INVALID_ARGUMENT for a name that is no collection
   * with a key. The answer has the collections that were given.
   */
  async patch(
    patch: DatasetPatchSource<S, Inputs>,
    options: PushOptions = {},
  ): Promise<DatasetPushResult> {
    const { package: subject } = this.#definition;
    const given = (patches: unknown, members: readonly LoadMember[]): Map<LoadMember, unknown> =>
      byMember(subject, patches, members);
    const state = stateOf(this);
    const publish = (): Promise<PushResults> => state.patch(patch, given);
    return state.published(options, publish, (results) => this.answerOf(results));
  }

  protected override snapshotOf(revisions: readonly HeldRevision[]): S {
    return new this.#snapshotClass(new DatasetCores(revisions.map(({ core }) => core)));
  }

  protected override answerOf(results: PushResults): DatasetPushResult {
    const names = new Map<string, string>(
      Object.entries(this.#definition.entities).map(([name, { entity }]) => [entity, name]),
    );
    const byName = [...results].map(
      ([{ definition }, result]) => [names.get(definition.entity) ?? "", result] as const,
    );
    return datasetResult(Object.fromEntries(byName));
  }
}

/** What is given to each collection. */
function byMember(
  subject: string,
  patches: unknown,
  members: readonly LoadMember[],
): Map<LoadMember, unknown> {
  const given = new Map<LoadMember, unknown>();
  if (typeof patches !== "object" || patches === null) throw noPatch(subject, "it is no object");
  for (const [name, patch] of Object.entries(patches)) {
    const member = members.find((each) => each.name === name);
    if (member === undefined) throw noPatch(subject, `there is no collection ${name}`);
    if (member.followed.definition.key.length === 0) throw noPatch(subject, `${name} has no key`);
    if (patch !== undefined) given.set(member, patch);
  }
  return given;
}

function noPatch(subject: string, why: string): CachedCollectionsError {
  const message = `patch: ${why}; give { upsert, remove } by the names of collections with a key`;
  return new CachedCollectionsError("ERR_INVALID_ARGUMENT", subject, message);
}

function partsOf<S, Inputs>(
  definition: DatasetDefinition,
  snapshotClass: DatasetSnapshotClass<S>,
  options: DatasetOptions<Inputs, S>,
): HandleParts {
  const subject = definition.package;
  const timing = timingOf(subject, options);
  const maxDecodedRecords = mostDecodedOf(subject, options);
  const entities = Object.entries(definition.entities);
  const { load, validate } = options;
  if (typeof load === "object") checkLoaders(definition, Object.keys(load));
  const snapshotIn = (cores: Cores): S => new snapshotClass(new DatasetCores(cores.values()));
  const unit = (followed: readonly FollowedVersion[]): LoadUnit => ({
    subject,
    members: membersOf(entities, followed, typeof load === "function" ? undefined : load),
    loadAll: typeof load === "function" ? (load as AnyDatasetLoader) : undefined,
    timing,
    ...(validate && {
      validate: (next, previous) => validate(snapshotIn(next), previous && snapshotIn(previous)),
    }),
  });
  const definitions = entities.map(([, each]) => each);
  const parts = { subject, definitions, timing, maxDecodedRecords, unit };
  return { ...parts, parent: undefined, isWhole: true };
}

/** A loader under a name that no collection has would never run, and the compiler lets it pass in a variable. */
function checkLoaders({ package: subject, entities }: DatasetDefinition, names: string[]): void {
  const unknown = names.find((name) => !Object.hasOwn(entities, name));
  if (unknown === undefined) return;
  const known = Object.keys(entities).join(", ");
  const message = `load has "${unknown}", and there is no such collection; there are ${known}`;
  throw new CachedCollectionsError("ERR_INVALID_ARGUMENT", subject, message);
}

function membersOf(
  entities: readonly (readonly [string, AnyEntityDefinition])[],
  followed: readonly FollowedVersion[],
  loaders: object | undefined,
): LoadUnit["members"] {
  return followed.map((each, index) => {
    const name = entities[index]?.[0] ?? each.definition.entity;
    const load = (loaders as Readonly<Record<string, AnyLoader | undefined>> | undefined)?.[name];
    return { name, followed: each, load };
  });
}
