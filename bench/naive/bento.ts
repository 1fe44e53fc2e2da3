/**
 * bentocache's memory layer, without serialisation: its fastest form. Its types need the types of database
 * drivers that it does not install, so it is loaded by name and known by the few members used here.
 */

/** A cache of one layer, in memory. */
export interface BentoCache {
  set(options: { key: string; value: object; ttl: string }): Promise<boolean>;
  get(options: { key: string }): Promise<unknown>;
  disconnectAll(): Promise<void>;
}

interface BentoModule {
  readonly BentoCache: new (options: object) => BentoCache;
  readonly bentostore: () => { useL1Layer(driver: object): object };
}

interface MemoryModule {
  readonly memoryDriver: (options: { maxItems: number; serialize: boolean }) => object;
}

/** Opens a cache for at most `maxItems` values. */
export async function openBentoCache(maxItems: number): Promise<BentoCache> {
  const { BentoCache, bentostore } = await load<BentoModule>("bentocache");
  const { memoryDriver } = await load<MemoryModule>("bentocache/drivers/memory");
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems, serialize: false }));
  return new BentoCache({ default: "memory", stores: { memory } });
}

async function load<T>(name: string): Promise<T> {
  return (await import(name)) as T;
}
