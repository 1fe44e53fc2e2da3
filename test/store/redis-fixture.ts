/** The Redis store on a server of its own, for the tests that every store has to pass. */
import { redisStore, type Store } from "cached-collections";
import { Redis } from "ioredis";
import { redisKeys } from "../../runtime/src/store/redis/redis-keys.js";
import { startRedis } from "../support/redis-server.js";
import type { BehindTheStore, StoreFixture } from "./store-fixture.js";

const PREFIX = "test";

export async function redisFixture(): Promise<StoreFixture> {
  const server = await startRedis();
  const redis = new Redis(server.url);
  const stores: Store[] = [];
  return {
    connect: () => {
      const store = redisStore(redis, { prefix: PREFIX });
      stores.push(store);
      return store;
    },
    behind: (packageName) => behindRedis(redis, packageName),
    end: async () => {
      for (const store of stores) await store.close();
      redis.disconnect();
      await server.stop();
    },
  };
}

function behindRedis(redis: Redis, packageName: string): BehindTheStore {
  const keys = redisKeys(PREFIX, packageName);
  return {
    segmentLeftMs: async (id) => {
      const left = await redis.pttl(keys.segment(id));
      return left === -1 ? Infinity : Math.max(0, left);
    },
    expireSegment: async (id) => void (await redis.del(keys.segment(id))),
    expireTicket: async (nonce) => void (await redis.del(keys.ticket(nonce))),
    expireLease: async (version) => void (await redis.del(keys.lease(version))),
    setField: async (name, value) => void (await redis.hset(keys.state, name, value)),
    keepSegment: async (id) => void (await redis.persist(keys.segment(id))),
  };
}
