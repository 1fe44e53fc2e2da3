/** What must be undone when the demo ends, however it ends: successfully, by a failure, or by Ctrl-C. */

/** A list of things to undo, the latest first. */
export class Cleanup {
  readonly #tasks: (() => Promise<unknown>)[] = [];
  #running: Promise<void> | undefined;
  #isInterrupted = false;

  /** Interrupting the process undoes everything first; the process then ends by the signal, as shells expect. */
  constructor() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => this.#interrupt(signal));
    }
    // Who reads the output has read enough, as head has.
    process.stdout.on("error", () => this.#interrupt("SIGTERM"));
  }

  /** What fails from then on only follows from it. */
  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** Throws when the process was interrupted: nothing may begin any more. */
  defer(task: () => Promise<unknown>): void {
    if (this.#isInterrupted) throw new Error("interrupted");
    this.#tasks.unshift(task);
  }

  /** Undoes everything, once; a task that fails does not keep the others from running. */
  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  #interrupt(signal: NodeJS.Signals): void {
    this.#isInterrupted = true;
    void this.run().finally(() => process.kill(process.pid, signal));
  }

  async #runAll(): Promise<void> {
    for (const task of this.#tasks) {
      await task().catch((error: unknown) => console.error(`cleaning up: ${String(error)}`));
    }
  }
}
