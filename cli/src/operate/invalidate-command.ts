/** `invalidate`: tells every build that the database changed. */
import { Command } from "commander";
import { choose } from "./choose.js";
import type { OperateSpec } from "./operate-command.js";

/** One collection. */
export interface Invalidated {
  readonly collection: string;
  readonly store: string;
}

export const invalidateSpec: OperateSpec<Invalidated, object> = {
  command: () =>
    new Command("invalidate")
      .description("Say that the database changed: one process of each build loads again.")
      .argument("[collections...]", "data sets and collections; default: all"),
  async *run(units, names) {
    for (const { unit, collections, isWhole } of choose(units, names)) {
      const { dataset } = unit;
      const parts = dataset !== undefined && isWhole ? [dataset] : collections;
      for (const { handle } of parts) await handle.invalidate();
      for (const { name } of collections) yield { collection: name, store: unit.store.label };
    }
  },
  text: ({ collection }) =>
    `${collection}: told; one process of each build that has a loader loads again`,
};
