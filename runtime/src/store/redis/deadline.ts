/** Deadlines on promises, by the monotonic clock. */

export class DeadlineError extends Error {}

/** Rejects with DeadlineError at `untilMs` (of `performance.now()`); what the promise does later is ignored. */
export function withDeadline<T>(
  promise: Promise<T>,
  untilMs: number,
  waitedFor: string,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leftMs = Math.max(0, untilMs - performance.now());
    const timer = setTimeout(() => {
      // After a long block or a suspension the reply may lie in the socket already: let it be read first.
      setImmediate(() => setImmediate(() => reject(new DeadlineError(`no ${waitedFor} in time`))));
    }, leftMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
