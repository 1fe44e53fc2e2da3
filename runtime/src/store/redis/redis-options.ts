/**
 * How the store's own connections differ from the one it was given. A command that was sent may have been
 * executed, so nothing is ever queued or sent again unseen; and settings that change keys, replies or the
 * server that answers must not be inherited.
 */
import type { RedisClient } from "./redis-client.js";

/** A duplicate that does nothing before it is told to connect. */
export function duplicateOf(source: RedisClient, connectTimeoutMs: number): RedisClient {
  const connection = connectionOptions(connectTimeoutMs);
  return source.isCluster
    ? source.duplicate([], { ...clusterOptions, redisOptions: connection })
    : source.duplicate({ ...connection, ...standaloneOptions });
}

/** Options of one connection, also of those inside a Cluster. */
function connectionOptions(connectTimeoutMs: number): object {
  return {
    autoResendUnfulfilledCommands: false,
    // Commands in flight fail when their connection closes, instead of waiting for the next one.
    maxRetriesPerRequest: 0,
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

const retryAfter = (attempt: number): number => Math.min(50 * attempt, 1000);

const standaloneOptions: object = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResubscribe: false,
  retryStrategy: retryAfter,
  sentinelRetryStrategy: retryAfter,
};

const clusterOptions: object = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  keyPrefix: "",
  // A command whose connection closed may have been executed; zero stops ioredis from sending it elsewhere.
  retryDelayOnFailover: 0,
  // A check must see what the master acknowledged.
  scaleReads: "master",
  clusterRetryStrategy: retryAfter,
};
