/** What snapshots with and without a key have in common: the core, and the views that generated code names. */
import type { SnapshotCore } from "./snapshot-core.js";
import type { GroupView, SortedView, UniqueView } from "./views.js";

export class EntitySnapshot<R extends object> {
  protected readonly core: SnapshotCore<R>;

  constructor(core: SnapshotCore<R>) {
    this.core = core;
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
