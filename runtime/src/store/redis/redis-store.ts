/** The Redis store: who its connections are, and when they end. */
import { CachedCollectionsError } from "../../errors.js";
import { BaseStore } from "../base-store.js";
import { FileFallback, type FallbackOptions } from "../fallback/file-fallback.js";
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
  /**
   * Keeps the last good revisions on this machine too. A process that starts and cannot reach Redis within a
   * second serves those, marked stale, until it can; `pull()` never answers from them. Processes of one
   * machine may share the directory.
   */
  readonly fallback?: FallbackOptions;
}

/**
 * A store in Redis 6.2 or later, or Valkey: stand-alone, behind Sentinel, or a Cluster. `redis` is only
 * copied: the store makes connections of its own with its address and credentials, at first use, and
 * `close()` ends those and leaves `redis` alone: one for commands, one for announcements, and, while a large
 * segment is fetched from a stand-alone server without TLS, one for that.
 */
export function redisStore(redis: RedisClient, options: RedisStoreOptions): Store {
  // JavaScript may leave the options out.
  const { prefix, commandTimeoutMs = 5000, fallback } = Object(options) as RedisStoreOptions;
  // A variable that is not set would become the prefix "undefined", which all that forget it would share.
  if (typeof prefix !== "string" || !/^[^\s{}]+$/.test(prefix)) {
    throw invalid(
      `prefix is ${JSON.stringify(prefix)}; give a name without braces and spaces, like "orders-staging"`,
    );
  }
  if (!isClient(redis)) {
    throw invalid("its first argument is no client of ioredis; give new Redis(url)");
  }
  checkMs("commandTimeoutMs", commandTimeoutMs, 2 ** 31);
  if (fallback !== undefined) {
    if (typeof fallback.path !== "string" || fallback.path === "") {
      throw invalid('fallback.path is missing; give a directory, like ".cache"');
    }
    if (fallback.maxAgeMs !== undefined) checkMs("fallback.maxAgeMs", fallback.maxAgeMs, Infinity);
  }
  return new RedisStore(redis, options);
}

/** An address, or a client of another package, would only be found out by commands that fail. */
function isClient(redis: unknown): boolean {
  const { duplicate, callBuffer } = (redis ?? {}) as Partial<RedisClient>;
  return typeof duplicate === "function" && typeof callBuffer === "function";
}

function checkMs(name: string, value: number, below: number): void {
  if (value > 0 && value < below) return;
  throw invalid(`${name} is ${value}; give a number of milliseconds above 0`);
}

function invalid(message: string): CachedCollectionsError {
  return new CachedCollectionsError("ERR_INVALID_ARGUMENT", "redisStore", message);
}

class RedisStore extends BaseStore {
  readonly fallback: FileFallback | undefined;
  readonly #prefix: string;
  readonly #connection: RedisConnection;
  readonly #subscription: RedisSubscription;
  readonly #lane: ChunkLane;

  constructor(source: RedisClient, options: RedisStoreOptions) {
    const { prefix, background = true, commandTimeoutMs = 5000, fallback } = options;
    const label = `redis ${prefix}`;
    super(label, background);
    this.#prefix = prefix;
    this.fallback = fallback && new FileFallback(fallback, prefix);
    this.#subscription = new RedisSubscription(source, commandTimeoutMs);
    this.#lane = new ChunkLane(source, commandTimeoutMs);
    const onSilence = (): void => this.#subscription.renew();
    this.#connection = new RedisConnection({ source, label, commandTimeoutMs, onSilence });
  }

  get obstacle(): string | undefined {
    return this.#connection.obstacle;
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
