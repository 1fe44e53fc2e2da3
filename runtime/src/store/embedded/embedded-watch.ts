/** Notices what other processes published: one look at a counter of SQLite every 100 ms while somebody listens. */
import { ChangeWatch, type Fields } from "../state/changes.js";
import type { Subscriber } from "../store.js";
import type { EmbeddedFile, OpenFile } from "./embedded-file.js";
import { EmbeddedTransaction } from "./embedded-transaction.js";

const POLL_MS = 100;

export class EmbeddedWatch {
  readonly #file: EmbeddedFile;
  readonly #watches = new Map<string, ChangeWatch>();
  #timer: NodeJS.Timeout | undefined;
  #isReopening = false;
  /** What the last poll saw. */
  #identity: string | undefined;
  #version: number | undefined;

  constructor(file: EmbeddedFile) {
    this.#file = file;
  }

  async add(packageName: string, subscriber: Subscriber): Promise<() => void> {
    const fields = await this.#file.transact("BEGIN", (file) => {
      this.#identity ??= file.identity;
      return fieldsOf(file, packageName);
    });
    const watch = this.#watches.get(packageName) ?? new ChangeWatch(fields);
    this.#watches.set(packageName, watch);
    this.#timer ??= setInterval(() => this.#poll(), POLL_MS).unref();
    return watch.add(subscriber);
  }

  look(packageName: string, fields: Fields): void {
    this.#watches.get(packageName)?.look(fields);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watches.clear();
  }

  #poll(): void {
    try {
      const file = this.#file.opened;
      if (file !== undefined) this.#compare(file);
      else if (!this.#isReopening) void this.#reopen();
    } catch {
      // Locked for the moment, or damaged: the next check tells, and the next poll tries again.
    }
  }

  /** The directory was replaced. */
  async #reopen(): Promise<void> {
    this.#isReopening = true;
    await this.#file.transact("BEGIN", (file) => this.#compare(file)).catch(() => undefined);
    this.#isReopening = false;
  }

  #compare(file: OpenFile): void {
    const { data_version: version } = file.dataVersion.get() as { readonly data_version: number };
    const isOther = this.#identity !== undefined && this.#identity !== file.identity;
    if (!isOther && this.#version === version) return;
    for (const [packageName, watch] of this.#watches) {
      watch.look(fieldsOf(file, packageName));
      // What is in another file may be anything, also the same by chance.
      if (isOther) watch.reconnected();
    }
    this.#identity = file.identity;
    this.#version = version;
  }
}

function fieldsOf(file: OpenFile, packageName: string): Fields {
  return new EmbeddedTransaction(packageName, file.statements).fields();
}
