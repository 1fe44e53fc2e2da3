/** The keys that a delta takes away, on their way into a segment: in key order, each once. */
import { REMOVED_FIELD } from "./format.js";
import { KeyColumns, type IndexContext } from "./index-columns.js";
import { writeKeyMessage, type KeyedEntity } from "./key-message.js";
import { asTheyCame, compareBytes, sortByBytes } from "./radix-sort.js";
import { RowBlocks } from "./row-blocks.js";
import type { Normal } from "./scalar.js";
import type { RemovedParts } from "./segment-layout.js";
import type { Steps } from "./steps.js";

export class RemovedKeys {
  readonly #entity: KeyedEntity;
  readonly #rows: RowBlocks;
  readonly #keys: KeyColumns<never>;

  constructor(entity: KeyedEntity, context: IndexContext) {
    this.#entity = entity;
    this.#rows = new RowBlocks(context.subject, REMOVED_FIELD);
    this.#keys = new KeyColumns(entity.key, context);
  }

  /** How many came, also those that came twice. */
  get length(): number {
    return this.#rows.length;
  }

  add(values: readonly Normal[]): void {
    const number = this.#rows.length;
    writeKeyMessage(this.#rows.open(), this.#entity, values);
    this.#rows.close();
    this.#rows.keep();
    this.#keys.addKey(values, number);
  }

  *take(): Steps<RemovedParts> {
    const entries = yield* this.#keys.take();
    const order = yield* asTheyCame(entries.addresses.length);
    yield* sortByBytes(entries, order);
    let kept = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i] as number;
      if (kept > 0 && compareBytes(entries, order[kept - 1] as number, row) === 0) continue;
      order[kept++] = row;
      if (i % 4096 === 0) yield;
    }
    entries.arena.giveBack();
    const once = order.subarray(0, kept);
    if (kept < order.length) yield* this.#rows.retain(once);
    return { rows: this.#rows, order: once };
  }
}
