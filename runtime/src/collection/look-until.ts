/** Looking at the store again and again, for somebody who awaits what a check brings, whoever asked for that check. */
import type { Following } from "./follow/following.js";
import { backoffMs, joined, pause, unlessAborted } from "./timing.js";

export interface Sought {
  readonly follower: Following;
  readonly isThere: () => boolean;
  /** Resolves to the milliseconds until the next look; undefined: a pause that grows. What it throws ends it all. */
  readonly look: () => Promise<number | undefined>;
  readonly timeoutMs: number;
  /** What it rejects with when the time is over. */
  readonly tooLate: () => Error;
  readonly closing: AbortSignal;
}

/** Resolves as soon as it is there. Rejects with what a look throws, at the deadline, and when anything closes. */
export async function lookUntil(sought: Sought): Promise<void> {
  const { follower, isThere, look, timeoutMs, tooLate, closing } = sought;
  if (isThere()) return;
  const found = new AbortController();
  const deadline = new AbortController();
  // A caller awaits it, so this timer does keep the process alive.
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const end = joined(found.signal, deadline.signal, closing, follower.signal);
  // A look may take long, and somebody else's check, or the fallback, brings it meanwhile.
  const listener = (): void => {
    if (isThere()) found.abort();
  };
  follower.listeners.add(listener);
  try {
    for (let attempt = 1; !isThere(); attempt++) {
      const waitMs = await unlessAborted(look(), end.signal);
      if (isThere()) return;
      await pause(waitMs ?? backoffMs(attempt, 25, 1_000), end.signal);
      end.signal.throwIfAborted();
    }
  } catch (error) {
    if (found.signal.aborted) return;
    throw deadline.signal.aborted ? tooLate() : error;
  } finally {
    clearTimeout(timer);
    end.stop();
    follower.listeners.delete(listener);
  }
}
