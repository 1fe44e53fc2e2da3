/**
 * Derived values: anything computed from a snapshot, once for each snapshot. They compose, and live exactly as
 * long as the snapshot they were computed from.
 */
import { SnapshotCore } from "../snapshot/snapshot-core.js";
import { Collection } from "./collection.js";

/**
 * Returns a function that computes `fn` at its first use with a snapshot and answers from memory afterwards.
 * Given a collection or a data set, it computes from its newest snapshot. What `fn` throws is thrown, and not
 * remembered. `fn` runs synchronously in the reader's turn: keep it short, or call it once after a `reload`.
 */
export function derive<S extends object, V>(fn: (snapshot: S) => V): (source: S) => V {
  const known = new WeakMap<object, { readonly value: V }>();
  return (source) => {
    const snapshot = (source instanceof Collection ? source.snapshot() : source) as S;
    const memory = memoryOf(snapshot);
    const found = known.get(memory);
    if (found !== undefined) return found.value;
    const value = fn(snapshot);
    known.set(memory, { value });
    return value;
  };
}

/**
 * What stands for the snapshot. Two snapshots of one revision share their core, so they share what is derived;
 * unless the entity has references: then what is derived may depend on other collections of the data set.
 */
function memoryOf(snapshot: object): object {
  // The core is protected: for generated subclasses, not for users.
  const core: unknown = Reflect.get(snapshot, "core");
  return core instanceof SnapshotCore && core.definition.references.length === 0 ? core : snapshot;
}
