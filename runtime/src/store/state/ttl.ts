/** How long things live in a store, in milliseconds. The scripts of the Redis store get the same numbers. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A ticket that was not used. */
export const TICKET_TTL_MS: number = 24 * 60 * MINUTE;
/** A used ticket is remembered so long, so that a publication whose reply was lost is recognised. */
export const USED_TICKET_TTL_MS: number = 10 * MINUTE;
/** A segment that is being uploaded, from its last chunk. */
export const UPLOAD_TTL_MS: number = 10 * MINUTE;
/** A segment that no manifest names any more: longer than any reader's deadline for fetching it. */
export const GRACE_TTL_MS: number = 15 * MINUTE;
/** The fallback's state of a build that has not run since. */
export const KEPT_TTL_MS: number = 7 * 24 * 60 * MINUTE;
/** A process that said that it uses a version counts as alive so long. */
export const LIVE_TTL_MS: number = 5 * MINUTE;
