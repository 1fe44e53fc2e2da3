/** Each answer that the publishing script may give, brought about by what really leads to it. */
import { CachedCollectionsError, type PushResult, type Store } from "cached-collections";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { CountryMapping, type CountryInput } from "../support/atlas.js";
import { flush, republish } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

let shared: MemoryStore;
let here: ObservedStore;
let there: ObservedStore;
beforeEach(() => {
  shared = new MemoryStore();
  here = observe(shared);
  there = observe(shared);
});
afterEach(async () => {
  await here.close();
  await there.close();
  await shared.close();
});

/** Runs once, before the operation's next call. */
function once(store: ObservedStore, operation: "publish", step: () => Promise<void>): void {
  store.before(operation, async () => {
    store.before(operation, undefined);
    await step();
  });
}

function countries(store: Store, rows: () => readonly CountryInput[]): CountryMapping {
  return new CountryMapping(store, { load: () => rows(), checkIntervalMs: 50 });
}

test("superseded: a load that began later was published first; its rows are served", async () => {
  const older = countries(here, () => [{ code: "DE", name: "older" }]);
  const newer = countries(there, () => [{ code: "DE", name: "newer" }]);
  let winner: PushResult | undefined;
  once(here, "publish", async () => {
    winner = await newer.push();
  });
  const atLeast = await older.push();
  expect(atLeast).toEqual({ ...winner, outcome: "superseded", published: false });
  expect((await countries(shared, () => []).pull({ atLeast })).get("DE")?.name).toBe("newer");
  expect(older.get("DE")?.name).toBe("newer");
});

test("late: another load was published meanwhile that began earlier; this one loads again", async () => {
  let loads = 0;
  let isFirstPublished = false;
  const first = countries(here, () => [{ code: "DE", name: "first" }]);
  const second = countries(there, () => [{ code: "DE", name: `second ${++loads}` }]);
  let pushing: Promise<unknown> | undefined;
  // The second has the later ticket, and comes to its publication when the first is published.
  once(there, "publish", async () => {
    await until("the first is published", () => isFirstPublished);
  });
  once(here, "publish", async () => {
    pushing = second.push();
    await until("the second has loaded", () => there.count("publish") > 0);
  });
  here.after("publish", () => {
    isFirstPublished = true;
  });
  expect(await first.push()).toMatchObject({ outcome: "published", revision: 1 });
  expect(await pushing).toMatchObject({ outcome: "published", revision: 2 });
  expect(loads).toBe(2);
  expect(second.get("DE")?.name).toBe("second 2");
});

test("lost: the store forgot everything meanwhile; this one loads again, in a new epoch", async () => {
  let loads = 0;
  const mapping = countries(here, () => [{ code: "DE", name: `load ${++loads}` }]);
  await mapping.push();
  once(here, "publish", () => Promise.resolve(flush(shared)));
  expect(await mapping.push()).toMatchObject({ outcome: "published", revision: 1 });
  expect(loads).toBe(3);
  expect(mapping.get("DE")?.name).toBe("load 3");
});

test("already: the reply was lost, and asking again finds it published", async () => {
  const mapping = countries(here, () => [{ code: "DE", name: "Germany" }]);
  let lost = 0;
  here.after("publish", () => {
    here.after("publish", undefined);
    lost++;
    throw new CachedCollectionsError("ERR_OUTCOME_UNKNOWN", "test", "the reply was lost");
  });
  expect(await mapping.push()).toMatchObject({ outcome: "published", revision: 1 });
  expect(lost).toBe(1);
  expect(here.count("publish")).toBe(2);
  expect(mapping.get("DE")?.name).toBe("Germany");
});

test("a reply that never comes leaves the outcome unknown, and the next check settles it", async () => {
  const mapping = countries(here, () => [{ code: "DE", name: "Germany" }]);
  here.after("publish", () => {
    throw new CachedCollectionsError("ERR_OUTCOME_UNKNOWN", "test", "the reply was lost");
  });
  await expect(mapping.push()).rejects.toMatchObject({ code: "ERR_OUTCOME_UNKNOWN" });
  here.after("publish", undefined);
  await mapping.pull();
  expect(mapping.get("DE")?.name).toBe("Germany");
});

test("moved: an operator rolled back meanwhile; what was built is published on what is there", async () => {
  let loads = 0;
  const mapping = countries(here, () => [{ code: "DE", name: `load ${++loads}` }]);
  await mapping.push();
  const states: string[] = [];
  once(here, "publish", async () => {
    // Another head, and no load voided.
    await republish(shared, "Country:00000000000000a1");
    states.push("replaced");
  });
  expect(await mapping.push()).toMatchObject({ outcome: "published", revision: 3 });
  expect(states).toEqual(["replaced"]);
  expect(loads).toBe(2);
});

test("incomplete: chunks expired before publication; they are uploaded again", async () => {
  const mapping = countries(here, () => [{ code: "DE", name: "Germany" }]);
  let skipped = 0;
  // The first upload never arrives, as if its time to live had run out.
  const schema = here.schema("atlas");
  const putChunk = schema.putChunk.bind(schema);
  schema.putChunk = async (...args): Promise<void> => {
    if (skipped++ > 0) await putChunk(...args);
  };
  expect(await mapping.push()).toMatchObject({ outcome: "published", revision: 1 });
  expect(skipped).toBe(2);
  expect(here.count("publish")).toBe(2);
});

test("lease-lost: an elected loader whose lease was taken discards its rows", async () => {
  let loads = 0;
  const mapping = countries(here, () => [{ code: "DE", name: `load ${++loads}` }]);
  once(here, "publish", async () => {
    await takeLease(there);
  });
  await mapping.ready();
  expect(loads).toBeGreaterThan(1);
  expect(mapping.get("DE")?.name).toBe(`load ${loads}`);
});

/** Takes the lease away from whoever has it, as its running out would. */
async function takeLease(store: ObservedStore): Promise<void> {
  const schema = store.schema("atlas");
  const request = {
    version: "Country:00000000000000a1",
    token: "f".repeat(32),
    ttlMs: 1,
    need: { kind: "any" },
  } as const;
  const held = await schema.acquireLease(request);
  if (held.outcome !== "held") throw new Error("nobody loads");
  expect(await schema.replaceLease(request, held.value)).toEqual({ outcome: "granted" });
}
