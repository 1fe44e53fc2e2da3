/**
 * Long synchronous work cut into steps, so that one implementation serves both a process that must not
 * pause (`inSlices`) and a caller that cannot wait (`atOnce`, for `CitySnapshot.of`).
 *
 * A long loop is a generator that yields now and then (every few hundred items: a yield costs about 50 ns);
 * whoever drives it decides by the clock when the event loop gets its turn. What such work builds must stay
 * invisible until it has returned.
 */

/** Work that yields where it may be interrupted, and returns its result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** How long one slice may keep the event loop, in milliseconds. */
export const SLICE_MS = 3;

/** Runs the work to its end without giving way to the event loop. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Runs at most so many milliseconds of work that cannot end yet, less when it has to wait for something. */
export function aSlice(steps: Steps<unknown>, ms: number, isWaiting: () => boolean): void {
  const end = performance.now() + ms;
  while (!isWaiting() && performance.now() < end) steps.next();
}

/**
 * Runs the work in slices of about `SLICE_MS`, giving way to the event loop between them.
 * Rejects with what the work throws, or with the signal's reason when aborted between two slices.
 */
export async function inSlices<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const end = performance.now() + SLICE_MS;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (performance.now() < end);
    await new Promise<void>((resume) => setImmediate(resume));
    if (signal?.aborted === true) steps.throw(signal.reason);
  }
}
