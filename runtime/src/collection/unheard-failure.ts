/** Failures that nobody listens to become warnings of the process, a few, so that they are not lost in silence. */
import type { CachedCollectionsError } from "../errors.js";
import { now } from "./timing.js";

/** At most one warning in this time, whatever fails and however often. */
const EVERY_MS = 60_000;

let warnedAt = -Infinity;
let unsaid = 0;

/** Warns of a failure, or counts it for the next warning when there was one less than a minute ago. */
export function warnOfUnheard(error: CachedCollectionsError): void {
  if (now() - warnedAt < EVERY_MS) {
    unsaid++;
    return;
  }
  const more = unsaid === 0 ? "" : `; ${unsaid} more since the last warning`;
  process.emitWarning(`${error.message} (nobody listens to "failure"${more})`, {
    type: "CachedCollectionsWarning",
    code: error.code,
  });
  warnedAt = now();
  unsaid = 0;
}
