/** Tells what waited for Redis from what was done with its answers. */
import type { RedisClient } from "cached-collections";
import type { Redis } from "ioredis";

export interface ReplyClock {
  /** When the last answer to a command came, by `performance.now()`. */
  lastReplyMs: number;
}

/** The client, and all that a store makes of it, with a clock that each answer stops. */
export function timedClient(redis: Redis): { client: RedisClient; clock: ReplyClock } {
  const clock: ReplyClock = { lastReplyMs: 0 };
  return { client: timed(redis, clock), clock };
}

function timed(redis: RedisClient, clock: ReplyClock): RedisClient {
  const members: Partial<RedisClient> = {
    duplicate: (first, second) => timed(redis.duplicate(first, second), clock),
    callBuffer: async (command, args) => {
      const reply = await redis.callBuffer(command, args);
      clock.lastReplyMs = performance.now();
      return reply;
    },
  };
  return new Proxy(redis, {
    get(target, name) {
      const own: unknown = Reflect.get(members, name);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
