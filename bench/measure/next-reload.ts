/** The next reload of a collection, as a promise: it is settled in the turn in which the revision is served. */
import type { CollectionEvents } from "cached-collections";

type Listener = (event: CollectionEvents["reload"]) => void;

interface Following {
  on(name: "reload", listener: Listener): void;
  off(name: "reload", listener: Listener): void;
}

export function nextReload(collection: Following): Promise<CollectionEvents["reload"]> {
  return new Promise((resolve) => {
    const onReload: Listener = (event) => {
      collection.off("reload", onReload);
      resolve(event);
    };
    collection.on("reload", onReload);
  });
}
