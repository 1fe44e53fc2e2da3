/**
 * The clock of deadlines that processes share: milliseconds since the machine started, which nobody can set.
 *
 * Rows keep when they were set beside when they end, and count only in between; that makes a boot id
 * unnecessary. After a restart of the machine the clock begins near zero, so older rows were "set in the
 * future" and have expired, as they should: whoever held them is gone. Should the machine be up again for as
 * long as it was, a row may count for the rest of its own time, which is what a killed process leaves too.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
