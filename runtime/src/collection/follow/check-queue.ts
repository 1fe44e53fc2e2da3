/**
 * One check at a time, and one more remembered: whoever asks while a check is under way shares the next one,
 * and never joins the one under way, which may have looked before whatever made them ask.
 */

interface Waiting<T> {
  readonly promise: Promise<T>;
  readonly resolve: (result: T) => void;
  readonly reject: (error: unknown) => void;
  urgent: boolean;
}

/** Runs `check` for those who ask. */
export class CheckQueue<T> {
  readonly #check: (urgent: boolean) => Promise<T>;
  #next: Waiting<T> | undefined;
  #running = false;

  constructor(check: (urgent: boolean) => Promise<T>) {
    this.#check = check;
  }

  /** Whether somebody waits for the next check. */
  get urgent(): boolean {
    return this.#next?.urgent === true;
  }

  /** A check that begins after this call. Ignoring the promise is fine: its failure is reported by the check. */
  request(urgent: boolean): Promise<T> {
    this.#next ??= waiting();
    this.#next.urgent ||= urgent;
    const { promise } = this.#next;
    if (!this.#running) void this.#drain();
    return promise;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    // Those who ask in the same turn of the event loop share one check.
    await Promise.resolve();
    for (let next = this.#next; next !== undefined; next = this.#next) {
      this.#next = undefined;
      try {
        next.resolve(await this.#check(next.urgent));
      } catch (error) {
        next.reject(error);
      }
    }
    this.#running = false;
  }
}

function waiting<T>(): Waiting<T> {
  let settle: Pick<Waiting<T>, "resolve" | "reject"> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  if (settle === undefined) throw new Error("a promise runs its executor at once");
  return { promise, ...settle, urgent: false };
}
