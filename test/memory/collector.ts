/**
 * Watches objects without holding them: which are alive once the garbage collector has run. For programs that
 * were started with --expose-gc.
 */
import { setImmediate as turn } from "node:timers/promises";

export class Watch {
  readonly #alive: Map<string, number> = new Map();
  readonly #registry: FinalizationRegistry<string> = new FinalizationRegistry((kind) => {
    this.#alive.set(kind, this.alive(kind) - 1);
  });

  /** Counts an object under its kind until it is collected. */
  add(kind: string, target: object): void {
    this.#alive.set(kind, this.alive(kind) + 1);
    this.#registry.register(target, kind);
  }

  alive(kind: string): number {
    return this.#alive.get(kind) ?? 0;
  }

  /** All counts. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#alive);
  }
}

/** Runs the collector until it finds nothing more, with turns of the event loop for what hears of it. */
export async function collect(rounds = 6): Promise<void> {
  if (globalThis.gc === undefined) throw new Error("start this program with --expose-gc");
  for (let round = 0; round < rounds; round++) {
    globalThis.gc();
    for (let turns = 0; turns < 3; turns++) await turn();
  }
}
