/** The way from an attached thread to the one that shares a store: requests with their replies, and what is told. */
import { BroadcastChannel, threadId } from "node:worker_threads";
import type { CachedCollectionsError } from "../../errors.js";
import {
  errorOf,
  toldError,
  type Ask,
  type Message,
  type Reply,
  type Request,
  type State,
} from "./messages.js";

/** What names of shared stores begin with. */
export const NAME_PREFIX: string = "cached-collections:";

export interface ChannelListener {
  readonly told: (state: State) => void;
  /** The store was closed where it is shared. */
  readonly closed: () => void;
}

interface Waiting {
  readonly settle: (reply: Reply) => void;
  readonly timer: NodeJS.Timeout;
}

/** Keeps no thread alive, except while a request waits for its reply. */
export class ThreadChannel {
  readonly #channel: BroadcastChannel;
  readonly #waiting = new Map<string, Waiting>();
  #closed: CachedCollectionsError | undefined;
  static #requests = 0;

  constructor(name: string, { told, closed }: ChannelListener) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.unref();
    this.#channel.addEventListener("message", (event) => {
      const { data } = event as Event & { readonly data: Message | Request };
      if (data.kind === "state") told(data);
      else if (data.kind === "reply") this.#waiting.get(data.to)?.settle(data);
      else if (data.kind === "closed") closed();
    });
  }

  /** Rejects with the sharing thread's error, or with ERR_STORE_UNAVAILABLE when it does not answer in time. */
  request(packageName: string, ask: Ask, timeoutMs: number): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const id = `${threadId}:${++ThreadChannel.#requests}`;
    const replied = new Promise<unknown>((resolve, reject) => {
      const settle = ({ value, error }: Reply): void => {
        this.#end(id);
        if (error === undefined) resolve(value);
        else reject(errorOf(error));
      };
      const timer = setTimeout(() => settle(silence(id, packageName, timeoutMs)), timeoutMs);
      this.#waiting.set(id, { settle, timer });
    });
    this.#channel.ref();
    this.#channel.postMessage({ kind: "request", id, package: packageName, ask } satisfies Request);
    return replied;
  }

  /** What still waits, and what is asked later, is rejected with this error. */
  close(error: CachedCollectionsError): void {
    this.#closed = error;
    for (const [to, { settle }] of this.#waiting) {
      settle({ kind: "reply", to, error: toldError(error) });
    }
    this.#channel.close();
  }

  #end(id: string): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#channel.unref();
  }
}

function silence(to: string, subject: string, timeoutMs: number): Reply {
  const message = `the thread that shares the store did not answer within ${timeoutMs} ms; it may have ended, or its name may be another process's`;
  return { kind: "reply", to, error: { code: "ERR_STORE_UNAVAILABLE", subject, message } };
}
