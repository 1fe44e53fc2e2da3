/** The store of a member process; with `dieAt` it kills its process around one of its operations. */
import { embeddedStore, redisStore, type Store } from "cached-collections";
import { Cluster, Redis } from "ioredis";
import type { MemberSettings, StorePlace } from "./messages.js";

/** The name space of fleets in their Redis. */
const PREFIX = "fleet";

export function openMemberStore(settings: MemberSettings): Store {
  const { store, commandTimeoutMs = 5_000, background = true, fallback } = settings;
  if (store.kind === "embedded") return mortal(embeddedStore({ path: store.path }), settings);
  const redis = clientOf(store);
  redis.on("error", () => undefined);
  const options = { prefix: PREFIX, commandTimeoutMs, background };
  return mortal(
    redisStore(redis, {
      ...options,
      ...(fallback !== undefined && { fallback: { path: fallback } }),
    }),
    settings,
  );
}

function clientOf(place: Exclude<StorePlace, { kind: "embedded" }>): Redis | Cluster {
  const lazyConnect = true;
  if (place.kind === "redis") return new Redis(place.url, { lazyConnect });
  if (place.kind === "sentinel") {
    const sentinels = [{ host: "127.0.0.1", port: place.port }];
    return new Redis({ sentinels, name: place.master, lazyConnect });
  }
  const nodes = place.ports.map((port) => ({ host: "127.0.0.1", port }));
  return new Cluster(nodes, { lazyConnect });
}

/** The store's operations, with death before or after the n-th call of one of them. */
function mortal(store: Store, { dieAt }: MemberSettings): Store {
  const { operation, moment, call } = dieAt ?? {};
  if (operation === undefined) return store;
  let calls = 0;
  const schema = store.schema.bind(store);
  store.schema = (name) =>
    new Proxy(schema(name), {
      get: (target, property) => {
        const method: unknown = Reflect.get(target, property);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]): Promise<unknown> => {
          const isIt = property === operation && ++calls === call;
          if (isIt && moment === "before") process.kill(process.pid, "SIGKILL");
          const reply: unknown = await Reflect.apply(method, target, args);
          if (isIt && moment === "after") process.kill(process.pid, "SIGKILL");
          return reply;
        };
      },
    });
  return store;
}
