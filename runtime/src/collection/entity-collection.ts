/** What mappings and sequences share: one entity, its definition, its snapshots' class. */
import type { AnyEntityDefinition, EntityDefinition } from "../definition.js";
import type { SnapshotCore } from "../snapshot/snapshot-core.js";
import type { Store } from "../store/store.js";
import { Collection } from "./collection.js";
import type { FollowedVersion } from "./follow/followed-version.js";
import type { HandleParts, ParentLink } from "./handle.js";
import type { HeldRevision } from "./follow/held-revision.js";
import type { Cores, LoadUnit } from "./publish/load-unit.js";
import { mostDecodedOf, timingOf, type CollectionOptions } from "./options.js";
import type { PushResults } from "./publish/push-job.js";
import type { PushResult } from "./publish/push-result.js";
import { pin, rollback, unpin, type PinOptions, type RollbackOptions } from "./pins.js";
import { prune, purge, versions, type PruneOptions, type VersionInfo } from "./versions.js";

/** A generated snapshot class. */
export type SnapshotClass<R extends object, S> = new (core: SnapshotCore<R>) => S;

/** A generated class of collections: it knows its entity without an instance. */
interface CollectionClass {
  readonly definition: AnyEntityDefinition;
}

export abstract class EntityCollection<
  R extends object,
  I extends object,
  S extends object,
> extends Collection<S, PushResult> {
  readonly #snapshotClass: SnapshotClass<R, S>;

  constructor(
    definition: EntityDefinition<R, I>,
    snapshotClass: SnapshotClass<R, S>,
    store: Store,
    options: CollectionOptions<I, S> = {},
  ) {
    super(store, partsOf(definition as AnyEntityDefinition, snapshotClass, options));
    this.#snapshotClass = snapshotClass;
  }

  /** All versions in the store, newest publication first. */
  static versions(this: CollectionClass, store: Store): Promise<readonly VersionInfo[]> {
    return versions(this.definition, store);
  }

  /** Removes a version from the store; false when there was none. */
  static purge(this: CollectionClass, store: Store, hash: string): Promise<boolean> {
    return purge(this.definition, store, hash);
  }

  /** Removes old versions, never this build's nor one in use; returns their hashes. */
  static prune(
    this: CollectionClass,
    store: Store,
    options: PruneOptions,
  ): Promise<readonly string[]> {
    return prune(this.definition, store, options);
  }

  /** Serves an older revision again, as a new one, until the next push; returns its number. */
  static rollback(this: CollectionClass, store: Store, options: RollbackOptions): Promise<number> {
    return rollback(this.definition, store, options);
  }

  /** Serves one revision and holds back what is pushed, until unpin; returns the number that is served. */
  static pin(this: CollectionClass, store: Store, options?: PinOptions): Promise<number> {
    return pin(this.definition, store, options);
  }

  /** Serves what a pin held back; returns the number that is served. */
  static unpin(this: CollectionClass, store: Store, hash?: string): Promise<number> {
    return unpin(this.definition, store, hash);
  }

  protected override snapshotOf([revision]: readonly HeldRevision[]): S {
    return new this.#snapshotClass(revision?.core as unknown as SnapshotCore<R>);
  }

  protected override answerOf(results: PushResults): PushResult {
    const [result] = results.values();
    if (result === undefined) throw new Error("a push answers for what it pushed");
    return result;
  }
}

/** Options that a data set made for one of its collections. */
const parents = new WeakMap<object, ParentLink>();

/** Marks the options of a data set's collection. */
export function linkOptions<O extends object>(options: O, parent: ParentLink): O {
  parents.set(options, parent);
  return options;
}

function partsOf<R extends object, I extends object, S>(
  definition: AnyEntityDefinition,
  snapshotClass: SnapshotClass<R, S>,
  options: CollectionOptions<I, S>,
): HandleParts {
  const subject = `${definition.package}.${definition.entity}`;
  const timing = timingOf(subject, options);
  const maxDecodedRecords = mostDecodedOf(subject, options);
  const { load, validate } = options;
  const parent = parents.get(options);
  const unit = ([followed]: readonly FollowedVersion[]): LoadUnit => {
    const members = followed && [{ name: definition.entity, followed, load }];
    const snapshotIn = (cores: Cores): S => {
      const core = followed && cores.get(followed);
      return new snapshotClass(core as unknown as SnapshotCore<R>);
    };
    return {
      subject,
      members: members ?? [],
      loadAll: undefined,
      timing,
      ...(validate && {
        validate: (next, previous) => validate(snapshotIn(next), previous && snapshotIn(previous)),
      }),
    };
  };
  return { subject, definitions: [definition], timing, maxDecodedRecords, unit, parent };
}
