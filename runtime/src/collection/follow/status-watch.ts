/** Tells when what is served ceases to be known as the newest, and when it is again. */
import type { CollectionStatus, FollowedVersion } from "./followed-version.js";

export class StatusWatch {
  readonly #before = new WeakMap<FollowedVersion, CollectionStatus>();

  /** Compares with the look before. */
  look(followed: FollowedVersion, status: CollectionStatus): void {
    if (followed.served === undefined) return;
    const before = this.#before.get(followed);
    this.#before.set(followed, status);
    const wasCurrent = before === undefined || before === "fresh";
    const isCurrent = status === "fresh";
    if (wasCurrent && !isCurrent) {
      followed.emit("stale", { entity: followed.subject, ageMs: followed.ageMs });
    }
    if (!wasCurrent && isCurrent) followed.emit("recovered", { entity: followed.subject });
  }
}
