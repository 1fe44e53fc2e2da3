/** The store of a member process; with `stopAt` it stops its process around one of its operations. */
import { embeddedStore, redisStore, type Store } from "cached-collections";
import { Cluster, Redis } from "ioredis";
import type { MemberSettings, StorePlace } from "./messages.js";

/** The name space of fleets in their Redis. */
const PREFIX = "fleet";

export function openMemberStore(settings: MemberSettings): Store {
  const { store, commandTimeoutMs = 5_000, background = true, fallback } = settings;
  if (store.kind === "embedded") return stoppable(embeddedStore({ path: store.path }), settings);
  const redis = clientOf(store);
  redis.on("error", () => undefined);
  const options = { prefix: PREFIX, commandTimeoutMs, background };
  return stoppable(
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

/** The store's operations, with a stop around the n-th call of one, or any, of them. */
function stoppable(store: Store, { stopAt }: MemberSettings): Store {
  if (stopAt === undefined || stopAt.operation === "load") return store;
  const { operation, moment, call, signal = "SIGKILL" } = stopAt;
  const stop = (): void => void process.kill(process.pid, signal);
  let calls = 0;
  const schema = store.schema.bind(store);
  store.schema = (name) =>
    new Proxy(schema(name), {
      get: (target, property) => {
        const method: unknown = Reflect.get(target, property);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]): Promise<unknown> => {
          const isOne = operation === "any" ? isStep(property) : operation === property;
          const isIt = isOne && ++calls === call;
          if (isIt && moment === "before") stop();
          const answer: unknown = Reflect.apply(method, target, args);
          // What was written to a socket is on its way then.
          if (isIt && moment === "during") setImmediate(stop);
          const reply = await answer;
          if (isIt && moment === "after") stop();
          return reply;
        };
      },
    });
  return store;
}

/** Whether an operation is a step of what was asked for: these come at times of their own. */
function isStep(operation: string | symbol): boolean {
  return !["subscribe", "heartbeat", "leave"].includes(String(operation));
}
