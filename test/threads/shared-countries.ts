/**
 * A collection that one thread shares and another one, attached to it, reads; and another process that
 * publishes. All of them are in one thread here, with the messages and the memory that threads use:
 * test/threads/workers.test.ts has real threads.
 */
import { attachedStore, shareStore, type Store } from "cached-collections";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { COUNTRIES, CountryMapping, type CountryInput } from "../support/atlas.js";
import { observe, type ObservedStore } from "../support/observed-store.js";

/** Of the sharing thread's collection, in milliseconds. */
export const INTERVAL = 60;
/** The version of countries. */
export const V = "Country:00000000000000a1";

export class SharedCountries {
  readonly data: MemoryStore = new MemoryStore();
  /** The sharing thread's. */
  readonly main: ObservedStore = observe(this.data);
  /** Another process's. */
  readonly other: ObservedStore = observe(this.data);
  readonly attached: Store = attachedStore(shareStore(this.main));
  readonly shared: CountryMapping;
  readonly reader: CountryMapping = new CountryMapping(this.attached);
  rows: CountryInput[] = countries("France");

  private constructor() {
    const load = (): CountryInput[] => this.rows;
    this.shared = new CountryMapping(this.main, { load, checkIntervalMs: INTERVAL });
  }

  static async start(): Promise<SharedCountries> {
    const started = new SharedCountries();
    await started.shared.ready();
    return started;
  }

  /** Publishes as another process. */
  async publish(name: string): Promise<void> {
    this.rows = countries(name);
    const pusher = new CountryMapping(this.other, { load: () => this.rows });
    await pusher.push();
    await pusher.close();
  }

  async end(): Promise<void> {
    for (const store of [this.attached, this.main, this.other, this.data]) await store.close();
  }
}

/** So many that a small change is a delta. */
function countries(name: string): CountryInput[] {
  const others = Array.from({ length: 30 }, (_, index) => `X${index}`);
  return [...COUNTRIES, ...others.map((code) => ({ code, name: code }))].map((country) =>
    country.code === "FR" ? { code: "FR", name } : country,
  );
}
