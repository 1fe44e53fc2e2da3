/** Waiting for something to become true: tests await conditions with a deadline, they never sleep a fixed time. */
import { setTimeout as pause } from "node:timers/promises";

/** The default is for a hang, not for a measurement: processes start slowly on a busy machine. */
const LONG_MS = 30_000;

/** Asks again every few milliseconds; rejects with `what` after `withinMs`. Returns what was not undefined or false. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  withinMs: number = LONG_MS,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(5);
  }
}
