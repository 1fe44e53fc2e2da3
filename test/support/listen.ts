/** Which events a collection tells, in their order. */
import type { CollectionEvent } from "cached-collections";
import type { CountryMapping } from "./atlas.js";

const EVENTS = ["failure", "reload", "stale", "recovered", "went-back", "push"] as const;

export function listen(collection: CountryMapping): CollectionEvent[] {
  const heard: CollectionEvent[] = [];
  for (const event of EVENTS) collection.on(event, () => heard.push(event));
  return heard;
}
