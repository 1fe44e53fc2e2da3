/**
 * How the store's own connections differ from the one it was given. A command that was sent may have been
 * executed, so nothing is ever queued or sent again unseen; and settings that change keys, replies or the
 * server that answers must not be inherited.
 */
import type { Socket } from "node:net";
import type { RedisClient } from "./redis-client.js";

/** What becomes of a duplicate. */
export interface DuplicateOptions {
  readonly connectTimeoutMs: number;
  /** Is told every error. Without it they go unheard: what they mean comes again, as the failure of a command. */
  readonly onError?: (error: Error) => void;
  /** Makes its sockets, for a client of one server. */
  readonly connect?: () => Socket;
}

/**
 * A duplicate that does nothing before it is told to connect. Its errors are listened to from the beginning and
 * for good: ioredis prints those that nobody hears.
 */
export function duplicateOf(source: RedisClient, options: DuplicateOptions): RedisClient {
  const client = quietDuplicate(source, options);
  client.on("error", options.onError ?? ((): void => undefined));
  return client;
}

function quietDuplicate(
  source: RedisClient,
  { connectTimeoutMs, connect }: DuplicateOptions,
): RedisClient {
  if (source.isCluster) {
    const given: ClusterOptions = source.options ?? {};
    const timeoutMs = Math.min(connectTimeoutMs, refreshMs(given) * CONNECTED_BY);
    // ioredis 5 puts ours in the place of those it was made with: user, password and TLS.
    const redisOptions = { ...given.redisOptions, ...connectionOptions(timeoutMs) };
    return source.duplicate([], { ...clusterOptions, redisOptions });
  }
  const connector = connect === undefined ? {} : { Connector: connectorOf(connect) };
  return source.duplicate({
    ...connectionOptions(connectTimeoutMs),
    ...standaloneOptions,
    ...connector,
  });
}

/**
 * A Cluster ends the connection on which it asks how the Cluster is when its time is over, and what `endClient`
 * does it does not do: so by this share of that time the connection is there, or was given up.
 */
const CONNECTED_BY = 0.8;

/** Of what a Cluster was made with. */
interface ClusterOptions {
  readonly redisOptions?: object;
  readonly slotsRefreshTimeout?: unknown;
}

/** How long a Cluster waits for one node to say how the Cluster is: what it was made with, or ioredis's default. */
function refreshMs({ slotsRefreshTimeout }: ClusterOptions): number {
  return typeof slotsRefreshTimeout === "number" ? slotsRefreshTimeout : 1_000;
}

/** What makes connections for ioredis in the place of its own. */
function connectorOf(connect: () => Socket): new () => object {
  return class {
    #socket: Socket | undefined;

    connect(): Promise<Socket> {
      this.#socket = connect();
      return Promise.resolve(this.#socket);
    }

    /** Any server is the right one. */
    check(): boolean {
      return true;
    }

    disconnect(): void {
      this.#socket?.destroy();
    }
  };
}

/** Options of one connection, also of those inside a Cluster. */
function connectionOptions(connectTimeoutMs: number): object {
  return {
    autoResendUnfulfilledCommands: false,
    connectTimeout: connectTimeoutMs,
    // The deadlines are ours: they also cover the time before a connection is ready.
    commandTimeout: undefined,
    reconnectOnError: null,
    enableAutoPipelining: false,
    keyPrefix: "",
    readOnly: false,
    stringNumbers: false,
    keepAlive: 10_000,
  };
}

const standaloneOptions: object = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResubscribe: false,
  // One client is one connection: when it ends we make another, so that none can stay in between for good.
  retryStrategy: null,
  sentinelRetryStrategy: null,
  // Of Sentinel: a check must see what the master acknowledged.
  role: "master",
};

const clusterOptions: object = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  keyPrefix: "",
  // A command whose connection closed may have been executed; zero stops ioredis from sending it elsewhere.
  retryDelayOnFailover: 0,
  // It asks any node how the Cluster is, for ever if that one is silent. What refuses a command is tried again anyway.
  enableReadyCheck: false,
  // For the same reason as `role`.
  scaleReads: "master",
  clusterRetryStrategy: () => null,
};
