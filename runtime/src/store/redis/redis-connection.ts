/**
 * One connection of the store's own, opened at the first command and opened anew when it is found dead. Every
 * command has one deadline for everything: connecting, sending, and trying again what the server refused to
 * execute. What may have been executed is sent again only if that cannot matter.
 */
import type { CachedCollectionsError } from "../../errors.js";
import { messageOf } from "../message-of.js";
import { DeadlineError, delay, withDeadline } from "./deadline.js";
import { endClient } from "./end-client.js";
import type { RedisClient } from "./redis-client.js";
import {
  isNoScript,
  isNotLetIn,
  isWrongServer,
  kindOfFailure,
  outcomeUnknown,
  storeUnavailable,
} from "./redis-errors.js";
import { duplicateOf } from "./redis-options.js";
import type { Script } from "./script.js";

const NOTHING_HEARD = "no connection in time";
const NO_ANSWER = "the connection was accepted, and then nothing was answered in time";

export type Argument = string | number | Buffer;

export interface ConnectionOptions {
  readonly source: RedisClient;
  readonly label: string;
  readonly commandTimeoutMs: number;
  /** Called when the server did not answer in time: other connections to it are likely dead as well. */
  readonly onSilence: () => void;
}

export class RedisConnection {
  readonly #options: ConnectionOptions;
  #client: RedisClient | undefined;
  readonly #waiting: (() => void)[] = [];
  /** Clients that the server does not let in, or not into their database, and what it said. */
  readonly #notLetIn = new WeakMap<RedisClient, string>();
  /** Of a connection that is not ready. */
  #lastError: string | undefined;
  #closed: CachedCollectionsError | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** What its clients are duplicates of. */
  get source(): RedisClient {
    return this.#options.source;
  }

  get label(): string {
    return this.#options.label;
  }

  /** What was said last, while there is no connection. */
  get obstacle(): string | undefined {
    return this.#client?.status === "ready" ? undefined : this.#lastError;
  }

  /** Sends a command that may be executed twice without harm. */
  command(name: string, args: readonly Argument[]): Promise<unknown> {
    return this.#send(name, args, true);
  }

  script(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.#script(script, keys, args, true);
  }

  /** Runs a script that must not run twice; rejects with ERR_OUTCOME_UNKNOWN when no answer came. */
  scriptOnce(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.#script(script, keys, args, false);
  }

  /** What waits fails with `error`, as does everything later. */
  close(error: CachedCollectionsError): void {
    this.#closed = error;
    if (this.#client !== undefined) this.#discard(this.#client);
  }

  async #script(
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
    isRepeatable: boolean,
  ): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args];
    try {
      return await this.#send("EVALSHA", [script.sha1, ...rest], isRepeatable);
    } catch (error) {
      if (!isNoScript(error)) throw error;
      return await this.#send("EVAL", [script.text, ...rest], isRepeatable);
    }
  }

  async #send(name: string, args: readonly Argument[], isRepeatable: boolean): Promise<unknown> {
    const untilMs = performance.now() + this.#options.commandTimeoutMs;
    let refusal: unknown;
    for (let attempt = 0; ; attempt++) {
      const client = await this.#ready(untilMs, refusal);
      try {
        return await withDeadline(client.callBuffer(name, [...args]), untilMs, `reply to ${name}`);
      } catch (error) {
        if (isNoScript(error)) throw error;
        this.#judge(client, error, isRepeatable, refusal);
        if (kindOfFailure(error) === "refused") refusal = error;
        const ms = pauseMs(attempt);
        if (performance.now() + ms >= untilMs) throw this.#unavailable(error);
        await delay(ms);
      }
    }
  }

  /** Returns if the command may be sent again, throws if not: `refusal`, if it was refused before its time was up. */
  #judge(client: RedisClient, error: unknown, isRepeatable: boolean, refusal: unknown): void {
    if (this.#closed !== undefined) throw this.#closed;
    const kind = kindOfFailure(error);
    const isDead = error instanceof DeadlineError;
    // A connection that stopped answering stays silent for many minutes; a demoted master stays one.
    if (isDead) this.#silent(client);
    if (isWrongServer(error)) this.#discard(client);
    if (kind === "unknown" && !isRepeatable) {
      throw outcomeUnknown(this.#options.label, messageOf(error));
    }
    if (isDead) throw this.#unavailable(refusal ?? error);
    if (kind === "final") throw this.#unavailable(error);
  }

  #unavailable(error: unknown): CachedCollectionsError {
    return storeUnavailable(this.#options.label, messageOf(error));
  }

  /** Rejects at the deadline: with `refusal`, if the command was refused before. */
  async #ready(untilMs: number, refusal: unknown): Promise<RedisClient> {
    for (let attempt = 0; performance.now() < untilMs; attempt++) {
      if (this.#closed !== undefined) throw this.#closed;
      const client = this.#client ?? this.#open();
      if (client.status === "ready") return client;
      const changed = new Promise<void>((resolve) => this.#waiting.push(resolve));
      await withDeadline(changed, untilMs, "connection").catch(() => this.#silent(client));
      const notLetIn = this.#notLetIn.get(client);
      if (notLetIn !== undefined) throw this.#unavailable(notLetIn);
      if (this.#client === undefined) await delay(pauseMs(attempt));
    }
    throw this.#unavailable(this.#lastError ?? refusal ?? NOTHING_HEARD);
  }

  #open(): RedisClient {
    const client = duplicateOf(this.#options.source, {
      connectTimeoutMs: this.#options.commandTimeoutMs,
      onError: (error) => this.#heard(client, error),
    });
    client.on("ready", () => {
      this.#lastError = undefined;
      this.#wake();
    });
    client.on("end", () => this.#forget(client));
    // The reason was told as an error before.
    client.connect().catch(() => undefined);
    this.#client = client;
    return client;
  }

  /** A client whose SELECT is refused would go on, in database 0; one without the right password tries again. */
  #heard(client: RedisClient, error: Error): void {
    const message = heardMessage(error);
    this.#lastError = message;
    if (!isNotLetIn(message)) return;
    this.#notLetIn.set(client, message);
    this.#discard(client);
  }

  /** The next command tries another connection. */
  #silent(client: RedisClient): void {
    if (client.status === "connect") this.#lastError = NO_ANSWER;
    this.#discard(client);
    this.#options.onSilence();
  }

  #discard(client: RedisClient): void {
    endClient(client);
    this.#forget(client);
  }

  #forget(client: RedisClient): void {
    if (this.#client === client) this.#client = undefined;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** A Cluster says that all its nodes failed, and keeps what one of them said. */
function heardMessage(error: Error): string {
  const { lastNodeError } = error as { readonly lastNodeError?: unknown };
  return lastNodeError === undefined ? error.message : messageOf(lastNodeError);
}

/** Growing, and at random: a fleet whose server comes back does not ask all at once. */
function pauseMs(attempt: number): number {
  return Math.min(20 * 2 ** attempt, 500) * (0.5 + Math.random());
}
