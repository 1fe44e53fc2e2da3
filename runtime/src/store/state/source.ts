/** The counters of a schema: `seq`, the order of all events, and per entity `source`, how often its database changed. */
import { readSeq, readSource, seqField, sourceField } from "./state-fields.js";
import type { StateTransaction } from "./transaction.js";

export function raiseSeq(tx: StateTransaction): number {
  const seq = readSeq(tx) + 1;
  tx.setField(seqField, String(seq));
  return seq;
}

/** Sets an entity's source; returns it. */
export function raiseSource(tx: StateTransaction, entity: string, to: number): number {
  tx.setField(sourceField(entity), String(to));
  return to;
}

/** "The database changed": every version of these entities has to load again. */
export function invalidate(
  tx: StateTransaction,
  entities: readonly string[],
): ReadonlyMap<string, number> {
  raiseSeq(tx);
  return new Map(
    entities.map((entity) => [entity, raiseSource(tx, entity, readSource(tx, entity) + 1)]),
  );
}

/** Raises again what a failover lost; nothing happens when the store has as much. */
export function restoreSource(tx: StateTransaction, entity: string, atLeast: number): void {
  if (readSource(tx, entity) >= atLeast) return;
  raiseSeq(tx);
  raiseSource(tx, entity, atLeast);
}
