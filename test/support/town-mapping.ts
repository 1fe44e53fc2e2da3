/** A collection of towns: an entity with views of all kinds, as generated code would make it. */
import { Mapping, MappingSnapshot, type Store } from "cached-collections/generated/v1";
import type { SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { townDefinition, type Town, type TownInput } from "./town.js";

class TownSnapshot extends MappingSnapshot<number, Town> {
  get all(): SnapshotCore<Town> {
    return this.core;
  }
}

export class TownMapping extends Mapping<number, Town, TownInput, TownSnapshot> {
  constructor(store: Store, load?: () => TownInput[]) {
    super(townDefinition, TownSnapshot, store, { load });
  }
}
