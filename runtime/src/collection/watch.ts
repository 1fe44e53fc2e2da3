/** Waiting for something that a check of the follower brings, whoever asked for that check. */
import type { Following } from "./follow/following.js";
import { joined, pause } from "./timing.js";

export interface Watch {
  /** Resolves when it is so. */
  readonly done: Promise<void>;
  /** Until it is so, or so long; rejects with the signal's reason. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  stop(): void;
}

export function watchFor({ listeners }: Following, isDone: () => boolean): Watch {
  const ended = new AbortController();
  const done = new Promise<void>((resolve) => {
    const listener = (): void => {
      if (!isDone()) return;
      resolve();
      ended.abort();
    };
    listeners.add(listener);
    ended.signal.addEventListener("abort", () => listeners.delete(listener));
  });
  return {
    done,
    pause: async (ms, signal) => {
      const either = joined(signal, ended.signal);
      await pause(ms, either.signal);
      either.stop();
      signal.throwIfAborted();
    },
    stop: () => ended.abort(),
  };
}
