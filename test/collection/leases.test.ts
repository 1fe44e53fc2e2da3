/**
 * Leases whose end never comes: the server's clock was set back, say. Who watched one stand still for its whole
 * length on its own clock replaces it; one that is renewed stays.
 */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Leases } from "../../runtime/src/collection/elect/leases.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import type { SchemaStore, VersionName } from "../../runtime/src/store/store.js";

const V = "Country:00000000000000a1";
const OTHERS = ["Place:00000000000000b1", "Notice:00000000000000c1"] as const;
const ANY = { kind: "any" } as const;
const TTL_MS = 90;
const HOUR_MS = 3_600_000;

let store: MemoryStore;
let schema: SchemaStore;
beforeEach(() => {
  // Holder and waiter share this process: had it no turn for the length of a lease, nobody would have renewed it.
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
  store = new MemoryStore();
  schema = store.schema("atlas");
});
afterEach(async () => {
  await store.close();
  vi.useRealTimers();
});

async function outcomeOf(leases: Leases, version: VersionName = V): Promise<string> {
  return (await leases.acquire(version, ANY)).outcome;
}

test("a lease that stands still is replaced after its length, not before", async () => {
  await schema.acquireLease({ version: V, token: "dead", ttlMs: HOUR_MS, need: ANY });
  const waiter = new Leases(schema, TTL_MS);
  expect(await outcomeOf(waiter)).toBe("held");
  await vi.advanceTimersByTimeAsync(TTL_MS);
  expect(await outcomeOf(waiter)).toBe("held");
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcomeOf(waiter)).toBe("granted");
  expect(await schema.renewLease(V, "dead", HOUR_MS)).toBe(false);
  await waiter.release();
});

test("a lease that is renewed is never replaced, and its holder keeps it", async () => {
  const holder = new Leases(schema, TTL_MS);
  const waiter = new Leases(schema, TTL_MS);
  expect(await outcomeOf(holder)).toBe("granted");
  for (let passedMs = 0; passedMs < 3 * TTL_MS; passedMs += TTL_MS / 9) {
    await vi.advanceTimersByTimeAsync(TTL_MS / 9);
    expect(await outcomeOf(waiter)).toBe("held");
  }
  await holder.release();
  expect(await outcomeOf(waiter)).toBe("granted");
  await waiter.release();
});

test("a lease that changed hands while it was watched is watched anew", async () => {
  await schema.acquireLease({ version: V, token: "first", ttlMs: HOUR_MS, need: ANY });
  const waiter = new Leases(schema, TTL_MS);
  expect(await outcomeOf(waiter)).toBe("held");
  await vi.advanceTimersByTimeAsync(TTL_MS / 2);
  await schema.releaseLease(V, "first");
  await schema.acquireLease({ version: V, token: "second", ttlMs: HOUR_MS, need: ANY });
  expect(await outcomeOf(waiter)).toBe("held");
  await vi.advanceTimersByTimeAsync(TTL_MS);
  expect(await outcomeOf(waiter)).toBe("held");
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcomeOf(waiter)).toBe("granted");
  await waiter.release();
});

test("who did not renew one lease renews none: all of a process are replaced together, those of others stay", async () => {
  const [place, notice] = OTHERS;
  for (const version of [V, place] as const) {
    await schema.acquireLease({ version, token: "dead", ttlMs: HOUR_MS, need: ANY });
  }
  await schema.acquireLease({ version: notice, token: "alive", ttlMs: HOUR_MS, need: ANY });
  const waiter = new Leases(schema, TTL_MS);
  expect(await outcomeOf(waiter)).toBe("held");
  await vi.advanceTimersByTimeAsync(TTL_MS + 1);
  expect(await outcomeOf(waiter)).toBe("granted");
  expect(await outcomeOf(waiter, place)).toBe("granted");
  expect(await outcomeOf(waiter, notice)).toBe("held");
  await waiter.release();
  // It was suspended, and goes on.
  await schema.acquireLease({ version: V, token: "dead", ttlMs: HOUR_MS, need: ANY });
  expect(await outcomeOf(waiter)).toBe("held");
});
