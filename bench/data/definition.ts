/** What generated code encodes and decodes with, for measuring that alone. */
import type { EntityDefinition } from "cached-collections/generated/v1";
import { type City, type CityInput, CitySnapshot } from "../../generated/geo.js";
import { PlaceSnapshot } from "../generated/bench.js";

/** How cities are written and read: the same in every collection here that has their fields. */
export type CityDefinition = EntityDefinition<City, CityInput>;

/** Of geo.City, or of bench.Place. */
export function definitionOf(name: "geo" | "place"): CityDefinition {
  const snapshot = name === "geo" ? CitySnapshot.of([]) : PlaceSnapshot.of([]);
  // Protected, because services have no use for it.
  const { core } = snapshot as unknown as {
    readonly core: { readonly definition: CityDefinition };
  };
  return core.definition;
}
