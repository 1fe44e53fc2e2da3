/** The memory store for the tests that every store has to pass. */
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import type { StoreFixture } from "./store-fixture.js";

export function memoryFixture(): Promise<StoreFixture> {
  const store = new MemoryStore();
  return Promise.resolve({
    connect: () => store,
    behind: (packageName) => {
      const data = store.data(packageName);
      return {
        segmentLeftMs: (id) => Promise.resolve(data.segmentLeftMs(id)),
        expireSegment: (id) => Promise.resolve(data.deleteSegment(id)),
        expireTicket: (nonce) => Promise.resolve(data.deleteTimed(`ticket:${nonce}`)),
        expireLease: (version) => Promise.resolve(data.deleteTimed(`lease:${version}`)),
        setField: (name, value) => Promise.resolve(data.setField(name, value)),
        keepSegment: (id) => Promise.resolve(data.setSegmentTtl(id, undefined)),
      };
    },
    end: () => store.close(),
  });
}
