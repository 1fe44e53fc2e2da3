/** All collections of a schema at once, as readers see them: each entity's snapshot, installed together. */
import type { AnyEntityDefinition, DatasetDefinition, EntityDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { coreOf, type SnapshotCore } from "./snapshot-core.js";

/** The cores of a data set, by definition. */
export class DatasetCores {
  readonly #cores: ReadonlyMap<AnyEntityDefinition, SnapshotCore<object>>;

  constructor(cores: Iterable<SnapshotCore<object>>) {
    this.#cores = new Map([...cores].map((core) => [core.definition, core]));
  }

  /** The highest revision among them. */
  get revision(): number {
    return Math.max(...[...this.#cores.values()].map(({ info }) => info.revision));
  }

  /** The core of an entity; its type follows from the definition that it was made with. */
  of<R extends object>(definition: EntityDefinition<R, never>): SnapshotCore<R> {
    const core = this.#cores.get(definition);
    if (core !== undefined) return core as unknown as SnapshotCore<R>;
    throw new CachedCollectionsError(
      "ERR_INVALID_ARGUMENT",
      `${definition.package}.${definition.entity}`,
      "this data set has no such entity",
    );
  }
}

/** Snapshots of rows by the collections' names, without a store; a collection that is left out is empty. */
export function coresOf(
  { entities }: DatasetDefinition,
  rows: Readonly<Record<string, Iterable<object> | undefined>>,
): DatasetCores {
  const all = Object.entries(entities);
  return new DatasetCores(all.map(([name, definition]) => coreOf(definition, rows[name] ?? [])));
}

/** Base of generated snapshots of data sets. */
export class DatasetSnapshot {
  protected readonly cores: DatasetCores;

  constructor(cores: DatasetCores) {
    this.cores = cores;
  }

  /** The highest revision among its collections. */
  get revision(): number {
    return this.cores.revision;
  }
}
