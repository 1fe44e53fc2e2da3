/**
 * The reader processes as the demo sees them. They end with the demo in every case: when it stops them, when
 * the terminal interrupts all of them, and when it dies, because their channel to it closes.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ReaderReport } from "./messages.js";

/** The longest that a reader may take to see a revision before the demo gives up. */
const VISIBLE_TIMEOUT_MS = 60_000;

/** One reader process and its latest report. */
export class Reader {
  readonly #child: ChildProcess;
  #latest: ReaderReport | undefined;
  #waiting: (() => void) | undefined;

  /** Starts a process that reads what is pushed to `path` (or to Redis when `REDIS_URL` is set). */
  constructor(environment: Readonly<Record<string, string>>) {
    const script = fileURLToPath(new URL("./reader.js", import.meta.url));
    const env = { ...process.env, ...environment };
    // So that a reader can tell what it needs from what is merely not collected yet.
    this.#child = fork(script, { env, execArgv: ["--expose-gc"] });
    this.#child.on("message", (message) => {
      this.#latest = message as ReaderReport;
      this.#waiting?.();
    });
    this.#child.on("exit", () => this.#waiting?.());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves to its report of this revision or a later one; rejects when the process ends or takes too long. */
  async report(revision: number): Promise<ReaderReport> {
    const timer = AbortSignal.timeout(VISIBLE_TIMEOUT_MS);
    for (;;) {
      const latest = this.#latest;
      if (latest !== undefined && latest.revision >= revision) return latest;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`reader ${this.pid} ended before it saw revision ${revision}`);
      }
      timer.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
        timer.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
  }
}
