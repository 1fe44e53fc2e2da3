/**
 * How the store's own connections differ from the one it was given. A command that was sent may have been
 * executed, so nothing is ever queued or sent again unseen; and settings that change keys, replies or the
 * server that answers must not be inherited.
 */
import type { Socket } from "node:net";
import { connect as connectSecurely, type ConnectionOptions } from "node:tls";
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
  const connection = connectionOptions(connectTimeoutMs);
  if (source.isCluster) {
    const { redisOptions: given = {} }: ClusterOptions = source.options ?? {};
    // ioredis 5 puts ours in the place of those it was made with: user, password and TLS.
    const redisOptions = { ...given, ...connection, ...ownConnector(given) };
    return source.duplicate([], { ...clusterOptions, redisOptions });
  }
  const connector = connect === undefined ? {} : { Connector: connectorOf(connect) };
  return source.duplicate({ ...connection, ...standaloneOptions, ...connector });
}

/** Of what a Cluster was made with. */
interface ClusterOptions {
  readonly redisOptions?: NodeOptions;
}

/** Of what a client of one node is made with. */
interface NodeOptions {
  readonly host?: string;
  readonly port?: number;
  readonly family?: number;
  /** What is false, as ioredis takes it, is no TLS. */
  readonly tls?: ConnectionOptions | false | null;
  readonly Connector?: unknown;
}

/**
 * A Cluster hangs up on its nodes by itself, when they take too long to say how the Cluster is. Over TLS that must
 * be the end of the socket: what `endClient` does to our clients is out of reach in there.
 */
function ownConnector({ tls, Connector }: NodeOptions): object {
  if (!tls || Connector !== undefined) return {};
  const connect = ({ host, port, family, tls: own }: NodeOptions): Socket =>
    connectSecurely({ host, port, ...(family === undefined ? {} : { family }), ...own });
  return { Connector: connectorOf(connect) };
}

/** What makes connections for ioredis in the place of its own: who hangs up ends the socket at once. */
function connectorOf(
  connect: (options: NodeOptions) => Socket,
): new (options: NodeOptions) => object {
  return class {
    readonly #options: NodeOptions;
    #socket: Socket | undefined;

    constructor(options: NodeOptions) {
      this.#options = options;
    }

    connect(): Promise<Socket> {
      this.#socket = connect(this.#options);
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
