/** Following the store: how news arrives, what is never installed, when a process goes back. */
import type { CollectionEvents } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CHUNK_BYTES } from "../../runtime/src/bytes/segment-assembly.js";
import { stateOf } from "../../runtime/src/collection/collection.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { GRACE_TTL_MS } from "../../runtime/src/store/state/ttl.js";
import type { SchemaState, VersionName } from "../../runtime/src/store/store.js";
import { atlas, CountryMapping, type CountryInput } from "../support/atlas.js";
import { listen } from "../support/listen.js";
import { flush, headOf, republish, rewriteHead } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

const V = "Country:00000000000000a1";
const INTERVAL = 40;

let shared: MemoryStore;
let producerStore: ObservedStore;
let readerStore: ObservedStore;
let name: string;
let producer: CountryMapping;
let reader: CountryMapping;

function rows(): CountryInput[] {
  return [{ code: "FR", name }];
}

beforeEach(async () => {
  name = "one";
  shared = new MemoryStore();
  producerStore = observe(shared);
  readerStore = observe(shared);
  producer = new CountryMapping(producerStore, { load: rows });
  reader = new CountryMapping(readerStore, { checkIntervalMs: INTERVAL });
  await producer.push();
  await reader.ready();
});
afterEach(async () => {
  vi.useRealTimers();
  await producerStore.close();
  await readerStore.close();
  await shared.close();
});

const headIn = (state?: SchemaState): string | undefined => state?.versions.get(V)?.head?.id;

async function pushed(next: string): Promise<void> {
  name = next;
  await producer.push();
}

test("a reader sees a push by its announcement, long before its interval", async () => {
  const slow = observe(shared);
  const patient = new CountryMapping(slow, { checkIntervalMs: 600_000 });
  await patient.ready();
  await pushed("two");
  await until("the announced revision is served", () => patient.revision === 2, 5_000);
  expect(patient.get("FR")?.name).toBe("two");
  await slow.close();
});

test("an announcement that comes before what it announces is looked for again, long before the interval", async () => {
  const late = observe(shared);
  const schemaOf = late.schema.bind(late);
  let seen: SchemaState | undefined;
  let lagged = 0;
  // A replica that lags: when there is something new, it answers once more what it has shown before.
  late.schema = (packageName) =>
    new Proxy(schemaOf(packageName), {
      get: (schema, name) => {
        if (name !== "check") return Reflect.get(schema, name) as unknown;
        return async (versions: readonly VersionName[]): Promise<SchemaState> => {
          const state = await schema.check(versions);
          const isNew = headIn(state) !== headIn(seen);
          if (seen !== undefined && isNew && lagged++ === 0) return seen;
          return (seen = state);
        };
      },
    });
  const patient = new CountryMapping(late, { checkIntervalMs: 600_000 });
  await patient.ready();
  // Announced once; a push of other rows would say, too, that the source has changed.
  await republish(shared, V);
  await until("the announced revision is served", () => patient.revision === 2, 5_000);
  expect(lagged).toBeGreaterThan(0);
  await late.close();
});

test("a fetch that takes longer than segments are kept for it was given up before", async () => {
  await readerStore.close();
  // Two chunks are asked for at once; the others are when one has come.
  await pushed("two".repeat(CHUNK_BYTES));
  const slow = observe(shared);
  const patient = new CountryMapping(slow, { checkIntervalMs: 600_000 });
  patient.on("failure", () => undefined);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  slow.after("getChunk", async () => {
    await vi.advanceTimersByTimeAsync(GRACE_TTL_MS);
  });
  await expect(patient.pull()).rejects.toMatchObject({
    code: "ERR_TIMEOUT",
    message: expect.stringContaining("fetching a revision") as string,
  });
  slow.after("getChunk", undefined);
  expect((await patient.pull()).get("FR")?.name).toHaveLength(3 * CHUNK_BYTES);
  await slow.close();
});

test("a reader that gets no announcements sees a push at its interval", async () => {
  const deaf = observe(shared, { notifies: false });
  const collection = new CountryMapping(deaf, { checkIntervalMs: INTERVAL });
  await collection.ready();
  await pushed("two");
  await until("the poll found it", () => collection.revision === 2);
  expect(collection.get("FR")?.name).toBe("two");
  await deaf.close();
});

test("a reload event tells what changed, after it is served", async () => {
  const reloads: CollectionEvents["reload"][] = [];
  const served: (string | undefined)[] = [];
  reader.on("reload", (event) => {
    reloads.push(event);
    served.push(reader.get("FR")?.name);
  });
  await pushed("two");
  await until("the reload is told", () => reloads.length > 0);
  expect(reloads[0]).toMatchObject({
    entity: "atlas.Country",
    revision: 2,
    previousRevision: 1,
    records: 1,
    previousRecords: 1,
  });
  expect(reloads[0]?.fetchedBytes).toBeGreaterThan(0);
  expect(served).toEqual(["two"]);
});

test("listeners that throw or reject do not stop the follower", async () => {
  const warnings: unknown[] = [];
  const warned = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", warned);
  reader.on("reload", () => {
    throw new Error("thrown by a listener");
  });
  const rejecting: () => unknown = async () => Promise.reject(new Error("rejected by a listener"));
  reader.on("reload", rejecting);
  await pushed("two");
  await pushed("three");
  await until("the reader goes on", () => reader.revision === 3);
  await until("both were told", () => warnings.length >= 2);
  process.off("warning", warned);
  expect(warnings).toContain("thrown by a listener");
  expect(warnings).toContain("rejected by a listener");
});

test("a store that cannot be reached leaves reads as they are; status and events tell, and it heals", async () => {
  const events = listen(reader);
  await until("it is fresh", () => reader.status === "fresh");
  readerStore.unreachable = true;
  await until("the check failed", () => reader.status === "failing");
  expect(reader.get("FR")?.name).toBe("one");
  const age = reader.ageMs;
  await until("it grows older", () => reader.ageMs > age);
  await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  readerStore.unreachable = false;
  await until("it healed", () => reader.status === "fresh");
  expect(events.filter((event) => event !== "failure")).toEqual(["stale", "recovered"]);
  expect(events).toContain("failure");
});

test("a purged version is still served, and not brought back by a process that has its data", async () => {
  expect(await producerStore.schema("atlas").purge(V)).toBe(true);
  await until("the readers know", () => reader.status === "stale" && producer.status === "stale");
  await reader.pull();
  expect(reader.get("FR")?.name).toBe("one");
  const { head } = (await shared.schema("atlas").check([V])).versions.get(V) ?? {};
  expect(head).toBeUndefined();
  await pushed("two");
  expect(producer.revision).toBe(2);
  await until(
    "the next push is followed",
    () => reader.revision === 2 && reader.status === "fresh",
  );
});

test("after the store lost everything, the lower revision of a new epoch is followed at once", async () => {
  await pushed("two");
  await until("the reader has it", () => reader.revision === 2);
  const events = listen(reader);
  flush(shared);
  await pushed("three");
  await until("the new epoch is served", () => reader.get("FR")?.name === "three");
  expect(reader.revision).toBe(1);
  expect(events).not.toContain("went-back");
});

describe("going back", () => {
  test("a lower revision of the same epoch is followed when a second check agrees, with an event", async () => {
    const first = await headOf(shared, V);
    await pushed("two");
    await until("the reader has it", () => reader.revision === 2);
    const backs: CollectionEvents["went-back"][] = [];
    reader.on("went-back", (event) => backs.push(event));
    await rewriteHead(shared, V, () => first);
    await reader.pull();
    expect(reader.get("FR")?.name).toBe("one");
    expect(backs).toEqual([
      {
        entity: "atlas.Country",
        from: { epoch: first.epoch, revision: 2 },
        to: { epoch: first.epoch, revision: 1 },
      },
    ]);
  });

  test("an answer that was long on its way does not count as two", async () => {
    const first = await headOf(shared, V);
    await pushed("two");
    const slow = observe(shared, { background: false });
    const patient = new CountryMapping(slow);
    await patient.pull();
    await rewriteHead(shared, V, () => first);
    const state = await shared.schema("atlas").check([V]);
    const [followed] = stateOf(patient).followed;
    const check = { intervalMs: 600_000, urgent: true };
    const at = performance.now();
    expect(followed?.consider(state, 1, { ...check, sentAt: at - 700_000 }).held).toEqual(first);
    expect(followed?.consider(state, 1, { ...check, sentAt: at + 1 }).held).toEqual(first);
    expect(followed?.consider(state, 1, { ...check, sentAt: at + 600_000 }).target).toEqual(first);
    await slow.close();
  });

  test("a master that only lags is not followed back", async () => {
    const first = await headOf(shared, V);
    await pushed("two");
    const second = await headOf(shared, V);
    const slow = observe(shared);
    const patient = new CountryMapping(slow, { checkIntervalMs: 600_000 });
    await patient.ready();
    const events = listen(patient);
    await rewriteHead(shared, V, () => first);
    const checks = slow.count("check");
    // Another build's first push announces that something happened to the entity, and changes nothing here.
    const build = observe(shared, { background: false });
    await new CountryMapping(build, { load: rows }, atlas("00000000000000bb")).push();
    await until(
      "it saw the old head",
      () => slow.count("check") > checks && patient.status === "stale",
    );
    await rewriteHead(shared, V, () => second);
    await patient.pull();
    expect(patient.revision).toBe(2);
    expect(events).toEqual(["stale", "recovered"]);
    await slow.close();
  });
});

test("two collections of one entity on one store share what they fetched", async () => {
  const second = new CountryMapping(readerStore, { checkIntervalMs: INTERVAL });
  await second.ready();
  expect(second.get("FR")).toBe(reader.get("FR"));
  expect(readerStore.count("getChunk")).toBe(1);
  await second.close();
  await pushed("two");
  await until("the other goes on", () => reader.revision === 2);
  expect(second.status).toBe("closed");
});

test("only one check is under way, whoever asks", async () => {
  let underWay = 0;
  let most = 0;
  readerStore.before("check", () => {
    most = Math.max(most, ++underWay);
  });
  readerStore.after("check", () => {
    underWay--;
  });
  await Promise.all(Array.from({ length: 20 }, async () => reader.pull()));
  expect(most).toBe(1);
});
