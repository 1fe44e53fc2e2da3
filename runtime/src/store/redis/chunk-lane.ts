/**
 * A connection for fetching large segments, opened at the first chunk and closed when none is asked for any
 * more. The client makes it, with its address and credentials, but reads through our socket. It is a short cut
 * and nothing more: where it cannot be had, or anything unexpected happens on it, chunks are asked for in the
 * ordinary way, which also knows what the failure means.
 */
import type { Socket, SocketConnectOpts } from "node:net";
import { ChunkSocket } from "./chunk-socket.js";
import { withDeadline } from "./deadline.js";
import { endClient } from "./end-client.js";
import type { RedisClient } from "./redis-client.js";
import { duplicateOf } from "./redis-options.js";

/** Closed so long after the last chunk, in milliseconds. */
const IDLE_MS = 1_000;
/** After a failure chunks go the ordinary way for so long, in milliseconds. */
const REST_MS = 60_000;

interface Line {
  readonly client: RedisClient;
  readonly socket: ChunkSocket;
}

export class ChunkLane {
  readonly #source: RedisClient;
  readonly #timeoutMs: number;
  readonly #address: SocketConnectOpts | undefined;
  #line: Promise<Line | undefined> | undefined;
  #reading = 0;
  #idle: NodeJS.Timeout | undefined;
  #restsUntil = 0;
  #isClosed = false;

  constructor(source: RedisClient, timeoutMs: number) {
    this.#source = source;
    this.#timeoutMs = timeoutMs;
    this.#address = addressOf(source);
  }

  /**
   * Fills `into` with a chunk of exactly its size. False when the chunk has to be asked for in the ordinary
   * way; nothing is written to `into` any more then.
   */
  async read(key: string, index: number, into: Uint8Array): Promise<boolean> {
    if (this.#address === undefined || this.#isClosed || performance.now() < this.#restsUntil)
      return false;
    clearTimeout(this.#idle);
    this.#reading++;
    const line = (this.#line ??= this.#open(this.#address, key));
    try {
      return await this.#readFrom(await line, key, index, into);
    } finally {
      this.#reading--;
      if (this.#reading === 0) this.#idle = setTimeout(() => this.#drop(line), IDLE_MS).unref();
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    if (this.#line !== undefined) this.#drop(this.#line);
  }

  async #readFrom(
    line: Line | undefined,
    key: string,
    index: number,
    into: Uint8Array,
  ): Promise<boolean> {
    if (line === undefined) return false;
    const chunk = line.socket.expect(into);
    try {
      await this.#command(line.client, "HGET", [key, index]);
    } catch {
      // The ordinary way finds out what it means.
    }
    if (!chunk.isFilled) this.#fail(line);
    return chunk.isFilled;
  }

  async #open(address: SocketConnectOpts, key: string): Promise<Line | undefined> {
    let socket: ChunkSocket | undefined;
    const connect = (): Socket => {
      socket = new ChunkSocket(address);
      return socket.socket;
    };
    const client = duplicateOf(this.#source, { connectTimeoutMs: this.#timeoutMs, connect });
    try {
      await withDeadline(client.connect(), performance.now() + this.#timeoutMs, "connection");
      // Once it is answered, so is everything that the client sent on its own.
      await this.#command(client, "HSTRLEN", [key, 0]);
      if (socket !== undefined && !this.#isClosed) return { client, socket };
    } catch {
      // As above.
    }
    endClient(client);
    this.#rest();
    return undefined;
  }

  #command(client: RedisClient, name: string, args: (string | number)[]): Promise<unknown> {
    const untilMs = performance.now() + this.#timeoutMs;
    return withDeadline(client.callBuffer(name, args), untilMs, `reply to ${name}`);
  }

  #fail(line: Line): void {
    end(line);
    this.#rest();
  }

  #rest(): void {
    this.#restsUntil = performance.now() + REST_MS;
    this.#line = undefined;
  }

  #drop(line: Promise<Line | undefined>): void {
    if (this.#line === line) this.#line = undefined;
    void line.then((open) => {
      if (open !== undefined) end(open);
    });
  }
}

function end({ client, socket }: Line): void {
  socket.end();
  endClient(client);
}

/** Of what ioredis was made with, what says where it connects to. */
interface ClientOptions {
  readonly path?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly family?: unknown;
  readonly tls?: unknown;
  readonly sentinels?: unknown;
  readonly Connector?: unknown;
}

/** Where a client connects to, if that is one server, without TLS, and the client says so. */
function addressOf({ options, isCluster }: RedisClient): SocketConnectOpts | undefined {
  if (isCluster || options === undefined) return undefined;
  const { path, host, port, family, tls, sentinels, Connector }: ClientOptions = options;
  if (tls || sentinels || Connector) return undefined;
  if (typeof path === "string" && path !== "") return { path };
  if (typeof port !== "number") return undefined;
  return {
    port,
    ...(typeof host === "string" ? { host } : {}),
    ...(typeof family === "number" ? { family } : {}),
  };
}
