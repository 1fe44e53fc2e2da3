/** What snapshots with and without a key have in common: the core, and the views that generated code names. */
import type { EntityDefinition } from "../definition.js";
import { coreOf, type SnapshotCore } from "./snapshot-core.js";
import type { GroupView, SortedView, UniqueView } from "./views.js";

/** A generated class of snapshots: it knows its entity without an instance. */
interface SnapshotClass<R extends object, I extends object, S> {
  readonly definition: EntityDefinition<R, I>;
  new (core: SnapshotCore<R>): S;
}

export class EntitySnapshot<R extends object> {
  protected readonly core: SnapshotCore<R>;

  constructor(core: SnapshotCore<R>) {
    this.core = core;
  }

  /** Builds a snapshot from rows, without a store: for tests. */
  static of<R extends object, I extends object, S>(
    this: SnapshotClass<R, I, S>,
    rows: readonly NoInfer<I>[] | Iterable<NoInfer<I>>,
  ): S {
    return new this(coreOf(this.definition, rows));
  }

  get revision(): number {
    return this.core.info.revision;
  }

  /** How many records it has. */
  get size(): number {
    return this.core.size;
  }

  /** The group view of this name. Generated code knows the types of its keys and lists, and says them. */
  protected group(name: string): GroupView<never, R, never> {
    return this.core.group(name);
  }

  protected unique(name: string): UniqueView<never, R> {
    return this.core.unique(name);
  }

  protected sorted(name: string): SortedView<R, never, never> {
    return this.core.sorted(name);
  }
}
