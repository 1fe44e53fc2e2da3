/** The Redis store: who its connections are, and when they end. */
import { CachedCollectionsError } from "../../errors.js";
import { BaseStore } from "../base-store.js";
import type { SchemaStore, Store } from "../store.js";
import { ChunkLane } from "./chunk-lane.js";
import type { RedisClient } from "./redis-client.js";
import { RedisConnection } from "./redis-connection.js";
import { redisKeys } from "./redis-keys.js";
import { RedisSchemaStore } from "./redis-schema-store.js";
import { RedisSubscription } from "./redis-subscription.js";

export interface RedisStoreOptions {
  /**
   * The name space of this application and environment in the Redis, `orders-staging`: services that share a
   * Redis and a package name but no data need different ones. Without braces, spaces and line ends.
   */
  readonly prefix: string;
  /** False: no timer and no subscription, for processes that are frozen between requests. Default true. */
  readonly background?: boolean;
  /**
   * How long one command may take in all, in milliseconds, connecting and retrying included. Default 5,000;
   * a chunk is at most 1 MiB.
   */
  readonly commandTimeoutMs?: number;
}

/**
 * A store in Redis 6.2 or later, or Valkey: stand-alone, behind Sentinel, or a Cluster. `redis` is only
 * copied: the store makes connections of its own with its address and credentials, at first use, and
 * `close()` ends those and leaves `redis` alone: one for commands, one for announcements, and, while a large
 * segment is fetched from a stand-alone server without TLS, one for that.
 */
export function redisStore(redis: RedisClient, options: RedisStoreOptions): Store {
  const { prefix, background = true, commandTimeoutMs = 5000 } = options;
  if (!/^[^\s{}]+$/.test(prefix)) {
    throw new CachedCollectionsError(
      "ERR_INVALID_ARGUMENT",
      "redisStore",
      `prefix is ${JSON.stringify(prefix)}; give a name without braces and spaces, like "orders-staging"`,
    );
  }
  if (!(commandTimeoutMs > 0 && commandTimeoutMs < 2 ** 31)) {
    throw new CachedCollectionsError(
      "ERR_INVALID_ARGUMENT",
      "redisStore",
      `commandTimeoutMs is ${commandTimeoutMs}; give a number of milliseconds above 0`,
    );
  }
  return new RedisStore(redis, prefix, background, commandTimeoutMs);
}

class RedisStore extends BaseStore {
  readonly #prefix: string;
  readonly #connection: RedisConnection;
  readonly #subscription: RedisSubscription;
  readonly #lane: ChunkLane;

  constructor(source: RedisClient, prefix: string, background: boolean, commandTimeoutMs: number) {
    const label = `redis ${prefix}`;
    super(label, background);
    this.#prefix = prefix;
    this.#subscription = new RedisSubscription(source, commandTimeoutMs);
    this.#lane = new ChunkLane(source, commandTimeoutMs);
    const onSilence = (): void => this.#subscription.renew();
    this.#connection = new RedisConnection({ source, label, commandTimeoutMs, onSilence });
  }

  protected override openSchema(packageName: string): SchemaStore {
    const keys = redisKeys(this.#prefix, packageName);
    return new RedisSchemaStore(this.#connection, this.#subscription, this.#lane, keys);
  }

  protected override end(): Promise<void> {
    this.#lane.close();
    this.#subscription.close(this.closedError());
    this.#connection.close(this.closedError());
    return Promise.resolve();
  }
}
