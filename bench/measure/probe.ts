/**
 * Measures what a service would feel while something loads. The histogram of perf_hooks samples the loop by a
 * timer of its own and misses what happens before its first tick; this probe is exact from its first moment:
 * a callback on every turn of the event loop, and the longest time between two of them.
 */

/** Starts watching, which keeps no process alive. `stop` returns the longest time that the event loop was kept, in milliseconds. */
export function watchEventLoop(): { stop: () => number } {
  let last = performance.now();
  let longest = 0;
  let stopped = false;
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!stopped) setTimeout(turn, 1).unref();
  };
  setTimeout(turn, 1).unref();
  const stop = (): number => {
    stopped = true;
    return Math.max(longest, performance.now() - last);
  };
  return { stop };
}

export interface Memory {
  /** Resident memory of the process. */
  readonly rssBytes: number;
  /** The JavaScript heap. */
  readonly heapBytes: number;
  /** The heap and what lies outside it: buffers, shared ones included. */
  readonly heldBytes: number;
}

/** What is in memory after everything collectable was collected. */
export async function settledMemory(): Promise<Memory> {
  if (globalThis.gc === undefined) throw new Error("start this process with --expose-gc");
  for (let round = 0; round < 5; round++) {
    globalThis.gc();
    await new Promise<void>((resume) => setImmediate(resume));
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  // Shared buffers are among `arrayBuffers` alone, long strings in `external` alone, other buffers in both; no
  // process here holds shared buffers and long strings.
  const outside = Math.max(external, arrayBuffers);
  return { rssBytes: rss, heapBytes: heapUsed, heldBytes: heapUsed + outside };
}
