/**
 * Leases whose end never comes: the server's clock was set back, say. Who watched one stand still for its whole
 * length on its own clock replaces it; one that is renewed stays.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Leases } from "../../runtime/src/collection/elect/leases.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import type { SchemaStore } from "../../runtime/src/store/store.js";
import { until } from "../support/until.js";

const V = "Country:00000000000000a1";
const ANY = { kind: "any" } as const;
const TTL_MS = 90;
const HOUR_MS = 3_600_000;

let store: MemoryStore;
let schema: SchemaStore;
beforeEach(() => {
  store = new MemoryStore();
  schema = store.schema("atlas");
});
afterEach(async () => store.close());

test("a lease that stands still is replaced after its length, not before", async () => {
  await schema.acquireLease({ version: V, token: "dead", ttlMs: HOUR_MS, need: ANY });
  const waiter = new Leases(schema, TTL_MS);
  const startedAt = performance.now();
  await until("it is granted", async () => (await waiter.acquire(V, ANY)).outcome === "granted");
  expect(performance.now() - startedAt).toBeGreaterThan(TTL_MS);
  expect(await schema.renewLease(V, "dead", HOUR_MS)).toBe(false);
  await waiter.release();
});

test("a lease that is renewed is never replaced, and its holder keeps it", async () => {
  const holder = new Leases(schema, TTL_MS);
  const waiter = new Leases(schema, TTL_MS);
  expect((await holder.acquire(V, ANY)).outcome).toBe("granted");
  const outcomes = new Set<string>();
  const startedAt = performance.now();
  await until("three lengths have passed", async () => {
    outcomes.add((await waiter.acquire(V, ANY)).outcome);
    return performance.now() - startedAt > 3 * TTL_MS;
  });
  expect([...outcomes]).toEqual(["held"]);
  await holder.release();
  expect((await waiter.acquire(V, ANY)).outcome).toBe("granted");
  await waiter.release();
});

test("a lease that changed hands while it was watched is watched anew", async () => {
  await schema.acquireLease({ version: V, token: "first", ttlMs: HOUR_MS, need: ANY });
  const waiter = new Leases(schema, TTL_MS);
  const startedAt = performance.now();
  await until("half its length has passed", async () => {
    expect((await waiter.acquire(V, ANY)).outcome).toBe("held");
    return performance.now() - startedAt > TTL_MS / 2;
  });
  await schema.releaseLease(V, "first");
  await schema.acquireLease({ version: V, token: "second", ttlMs: HOUR_MS, need: ANY });
  const changedAt = performance.now();
  await until("it is granted", async () => (await waiter.acquire(V, ANY)).outcome === "granted");
  expect(performance.now() - changedAt).toBeGreaterThan(TTL_MS);
  await waiter.release();
});
