/**
 * Another process's view of a store, within one process: a store object of its own over the same data, so that
 * it gets a follower of its own. Tests see which operations ran, and can step in before or after one: to let
 * something else happen in between, to lose a reply, to make the store unreachable. The store itself is real.
 */
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import type { FallbackStore, SchemaStore, Store } from "../../runtime/src/store/store.js";

type Operation = keyof SchemaStore;

export interface ObservedStore extends Store {
  /** How often an operation was called. */
  count(operation: Operation): number;
  /** Runs before each call of the operation from now on; what it throws is what the call rejects with. */
  before(operation: Operation, step: (() => Promise<void> | void) | undefined): void;
  /** The same after it: throwing here loses the reply. */
  after(operation: Operation, step: (() => Promise<void> | void) | undefined): void;
  /** While true, every operation rejects with ERR_STORE_UNAVAILABLE. */
  unreachable: boolean;
}

interface ObserveOptions {
  /** False: announcements get lost. */
  readonly notifies?: boolean;
  readonly background?: boolean;
  readonly fallback?: FallbackStore;
}

export function observe(store: Store, options: ObserveOptions = {}): ObservedStore {
  const { notifies = true, background = true, fallback } = options;
  const counts = new Map<string, number>();
  const before = new Map<string, () => Promise<void> | void>();
  const after = new Map<string, () => Promise<void> | void>();
  const stops = new Set<() => Promise<void>>();
  const schemas = new Map<string, SchemaStore>();
  const observed: ObservedStore = {
    label: "observed",
    background,
    fallback,
    unreachable: false,
    schema: (name) => {
      const schema = schemas.get(name) ?? wrap(store.schema(name));
      schemas.set(name, schema);
      return schema;
    },
    onClose: (stop) => void stops.add(stop),
    close: async () => {
      await Promise.all([...stops].map(async (stop) => stop()));
    },
    [Symbol.asyncDispose]: async () => observed.close(),
    count: (operation) => counts.get(operation) ?? 0,
    before: (operation, step) => set(before, operation, step),
    after: (operation, step) => set(after, operation, step),
  };
  const wrap = (schema: SchemaStore): SchemaStore =>
    new Proxy(schema, {
      get: (target, name) => {
        const operation = String(name);
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]): Promise<unknown> => {
          counts.set(operation, (counts.get(operation) ?? 0) + 1);
          if (observed.unreachable) throw unreachable();
          if (operation === "subscribe" && !notifies) return () => undefined;
          await before.get(operation)?.();
          const reply: unknown = await Reflect.apply(method, target, args);
          await after.get(operation)?.();
          return reply;
        };
      },
    });
  return observed;
}

function set(
  steps: Map<string, () => Promise<void> | void>,
  operation: string,
  step: (() => Promise<void> | void) | undefined,
): void {
  if (step === undefined) steps.delete(operation);
  else steps.set(operation, step);
}

/** What a store says that cannot be reached. */
export function unreachable(): CachedCollectionsError {
  return new CachedCollectionsError("ERR_STORE_UNAVAILABLE", "observed", "cut off by the test");
}
