/** Waiting: with jitter, with a signal, and never keeping the process alive unless a caller awaits it. */
import { CachedCollectionsError } from "../errors.js";

/** Milliseconds of a clock that never jumps. */
export function now(): number {
  return performance.now();
}

/** Timers of Node take 31 bits; what is given more fires at once. */
export const LONGEST_MS: number = 2 ** 31 - 1;

/** Work later, unless the process ends before. */
export function later(ms: number, work: () => void): NodeJS.Timeout {
  return setTimeout(work, Math.min(ms, LONGEST_MS)).unref();
}

/** A duration moved by at most `share` of it in both directions. */
export function jittered(ms: number, share = 0.1): number {
  return ms * (1 + share * (2 * Math.random() - 1));
}

/** The pause after the n-th failure in a row (n from 1): doubling from `firstMs`, at most `mostMs`, jittered. */
export function backoffMs(failures: number, firstMs: number, mostMs: number): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return full * (0.5 + Math.random() / 2);
}

/** A pause that ends early, without an error, when the signal is aborted. Keeps the process alive meanwhile. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, LONGEST_MS));
    signal.addEventListener("abort", done);
  });
}

/** Work that a caller awaits, and whose deadlines must come: keeps the process alive until it ends. */
export async function awaited<T>(work: () => Promise<T>): Promise<T> {
  const alive = setInterval(() => undefined, LONGEST_MS);
  try {
    return await work();
  } finally {
    clearInterval(alive);
  }
}

/** The longest that an end waits for a store to hear of it, in milliseconds. */
const SOON_MS = 1_000;

/** Waits for what an end has to tell a store, but not long: one that is away must not hold it up. Never rejects. */
export async function soon(telling: Promise<unknown>): Promise<void> {
  const told = new AbortController();
  const end = (): void => told.abort();
  telling.then(end, end);
  await pause(SOON_MS, told.signal);
}

/** A signal that is aborted as soon as one of several is, until it is told to stop. */
export interface JoinedSignal {
  readonly signal: AbortSignal;
  stop(): void;
}

/** Unlike `AbortSignal.any`, it leaves no trace in signals that live on when it was told to stop. */
export function joined(...signals: readonly AbortSignal[]): JoinedSignal {
  const joint = new AbortController();
  const abort = (): void => joint.abort(signals.find(({ aborted }) => aborted)?.reason);
  for (const signal of signals) signal.addEventListener("abort", abort);
  if (signals.some(({ aborted }) => aborted)) abort();
  const stop = (): void => {
    for (const signal of signals) signal.removeEventListener("abort", abort);
  };
  return { signal: joint.signal, stop };
}

/** The promise, or a rejection with the signal's reason as soon as that is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Whatever becomes of it when nobody waits any more.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

/** Work that must end. */
export interface Limit {
  readonly subject: string;
  /** For the message: `the load`. */
  readonly what: string;
  readonly ms: number;
  /** What the time is set by, if anything. */
  readonly option?: string;
  /** Ends it earlier. */
  readonly signal: AbortSignal;
}

/** Runs work with a signal that is aborted with ERR_TIMEOUT in the end. */
export async function withDeadline<T>(
  { subject, what, ms, option, signal }: Limit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    const setBy = option === undefined ? "" : ` (${option})`;
    const message = `${what} took longer than ${ms} ms${setBy}`;
    timeout.abort(new CachedCollectionsError("ERR_TIMEOUT", subject, message));
  }, ms).unref();
  const end = joined(signal, timeout.signal);
  try {
    return await work(end.signal);
  } finally {
    clearTimeout(timer);
    end.stop();
  }
}

/** Runs `work` for 0 to n - 1, at most `atOnce` at a time; rejects with the first failure, starting no more. */
export async function eachOf(
  n: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const runner = async (): Promise<void> => {
    try {
      while (next < n) await work(next++);
    } catch (error) {
      next = n;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: Math.min(n, atOnce) }, runner));
}
