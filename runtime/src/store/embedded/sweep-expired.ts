/** Whoever writes next frees what expired, a little each time: deleting a large segment would take too long. */
import type { Statements } from "./statements.js";
import { monotonicMs } from "./monotonic-clock.js";

/** About 2 ms when there is a segment to free. */
export function sweepExpired(statements: Statements): void {
  const now = monotonicMs();
  statements.sweepTimed.run(now, now);
  const expired = statements.expiredSegment.get(now, now);
  if (expired === undefined) return;
  const row = expired as { readonly package: Buffer; readonly id: Buffer };
  const [packageName, id] = [String(row.package), String(row.id)];
  statements.sweepChunks.run(packageName, id);
  statements.sweepSegment.run(packageName, id, packageName, id);
}
