/** What must be undone when the demo ends, however it ends: successfully, by a failure, or by Ctrl-C. */

/** A list of things to undo, the latest first. */
export class Cleanup {
  readonly #tasks: (() => Promise<unknown>)[] = [];
  #running: Promise<void> | undefined;

  /** Interrupting the process undoes everything first; the process then ends by the signal, as shells expect. */
  constructor() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        void this.run().finally(() => process.kill(process.pid, signal));
      });
    }
    // Who reads the output has read enough, as head has.
    process.stdout.on("error", () => void this.run().finally(() => process.kill(process.pid)));
  }

  defer(task: () => Promise<unknown>): void {
    this.#tasks.unshift(task);
  }

  /** Undoes everything, once; a task that fails does not keep the others from running. */
  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (const task of this.#tasks) {
      await task().catch((error: unknown) => console.error(`cleaning up: ${String(error)}`));
    }
  }
}
