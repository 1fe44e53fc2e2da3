/** What a test of stores is given of each: connections to the same data, and a hand behind the store's back. */
import type { Store } from "cached-collections";
import type { VersionName } from "../../runtime/src/store/store.js";

export interface StoreFixture {
  /** A connection to the same data; of memory there is only one. */
  connect(): Store;
  /** What no user of the store does: for one schema. */
  behind(packageName: string): BehindTheStore;
  /** Closes all connections and removes the data. */
  end(): Promise<void>;
}

export interface BehindTheStore {
  /** How long a segment has to live, in milliseconds: Infinity for ever, 0 when it is not there. */
  segmentLeftMs(id: string): Promise<number>;
  /** The time of these is over. */
  expireSegment(id: string): Promise<void>;
  expireTicket(nonce: string): Promise<void>;
  expireLease(version: VersionName): Promise<void>;
  /** Overwrites a field of the state. */
  setField(name: string, value: Buffer): Promise<void>;
  /** Makes a segment stay for ever, as if its manifest had been lost. */
  keepSegment(id: string): Promise<void>;
}
