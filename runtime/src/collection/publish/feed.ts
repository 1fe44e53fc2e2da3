/**
 * Rows on their way from a loader: whatever it returned is walked row by row, giving way to the event loop by
 * time, and the loader's own failures are told apart from those of what takes the rows.
 */
import { SLICE_MS } from "../../bytes/steps.js";
import { CachedCollectionsError } from "../../errors.js";
import { now, unlessAborted } from "../timing.js";

/**
 * Hands every row to `take`, in order. Rejects with ERR_LOADER when the rows end in an error or are no rows at
 * all, with what `take` throws, or with the signal's reason; a cursor's `return` is called in all of these.
 */
export async function feed(
  subject: string,
  given: unknown,
  take: (row: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const rows = iteratorOf(subject, await loaderStep(subject, given, signal));
  // One race for all rows: a race for each would leave a reaction behind for every row.
  await unlessAborted(walk(subject, rows, take, signal), signal);
}

/** What the loader promised, its failure being the loader's. */
async function loaderStep<T>(
  subject: string,
  given: T | Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await unlessAborted(Promise.resolve(given), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw loaderFailed(subject, error);
  }
}

/** What a loader threw, as an error of this library. */
export function loaderFailed(subject: string, error: unknown): CachedCollectionsError {
  const message = error instanceof Error ? error.message : String(error);
  return new CachedCollectionsError("ERR_LOADER", subject, `the loader failed: ${message}`, {
    cause: error,
  });
}

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

function iteratorOf(subject: string, rows: unknown): AnyIterator {
  if (typeof rows === "object" && rows !== null) {
    const iterable = rows as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
    if (typeof iterable[Symbol.asyncIterator] === "function") {
      return (rows as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    }
    if (typeof iterable[Symbol.iterator] === "function") {
      return (rows as Iterable<unknown>)[Symbol.iterator]();
    }
  }
  throw new CachedCollectionsError(
    "ERR_LOADER",
    subject,
    `the loader returned ${describe(rows)}; return an array or another iterable of rows (empty if there are none)`,
  );
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

async function walk(
  subject: string,
  rows: AnyIterator,
  take: (row: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let until = now() + SLICE_MS;
  let ended = false;
  try {
    for (;;) {
      const given = takeSome(subject, rows, take, until);
      const step = given instanceof Promise ? await given : given;
      signal.throwIfAborted();
      ended = step?.done === true;
      if (ended) return;
      if (step !== undefined) take(step.value);
      if (now() < until) continue;
      await new Promise<void>((resume) => setImmediate(resume));
      signal.throwIfAborted();
      until = now() + SLICE_MS;
    }
  } finally {
    if (!ended) close(rows);
  }
}

type Step = IteratorResult<unknown>;
const ENDED: Step = { done: true, value: undefined };

/**
 * Takes rows as long as they are there at once: they would otherwise keep the event loop until the last.
 * Returns the step that ends them or has to be waited for; undefined when it is time for others.
 */
function takeSome(
  subject: string,
  rows: AnyIterator,
  take: (row: unknown) => void,
  until: number,
): Step | Promise<Step> | undefined {
  for (let count = 1; ; count++) {
    const step = nextOf(subject, rows);
    // Awaiting every row of an array would cost more than encoding it.
    if ("then" in step) return waitFor(subject, step);
    // Not the step itself: a step that goes nowhere is never allocated.
    if (step.done === true) return ENDED;
    take(step.value);
    if (count % 32 === 0 && now() > until) return undefined;
  }
}

function nextOf(subject: string, rows: AnyIterator): Step | Promise<Step> {
  try {
    return rows.next();
  } catch (error) {
    throw loaderFailed(subject, error);
  }
}

async function waitFor(subject: string, step: Promise<Step>): Promise<Step> {
  try {
    return await step;
  } catch (error) {
    throw loaderFailed(subject, error);
  }
}

/** Lets a cursor close; its failure to do so must not hide why the rows are no longer wanted. */
function close(rows: AnyIterator): void {
  void (async (): Promise<void> => {
    await rows.return?.();
  })().catch(() => undefined);
}
