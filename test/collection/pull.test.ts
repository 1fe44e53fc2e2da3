/** pull(): at least as new as any push that ended before it was called, or a rejection. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { CountryMapping } from "../support/atlas.js";
import { headOf, rewriteHead } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

let shared: MemoryStore;
let producerStore: ObservedStore;
let readerStore: ObservedStore;
let producer: CountryMapping;
let reader: CountryMapping;
let name: string;
beforeEach(() => {
  name = "one";
  shared = new MemoryStore();
  producerStore = observe(shared);
  readerStore = observe(shared, { notifies: false });
  producer = new CountryMapping(producerStore, { load: () => [{ code: "FR", name }] });
  reader = new CountryMapping(readerStore, { checkIntervalMs: 600_000 });
});
afterEach(async () => {
  await producerStore.close();
  await readerStore.close();
  await shared.close();
});

test("a pull sees every push that ended before it", async () => {
  for (let round = 1; round <= 20; round++) {
    name = `round ${round}`;
    await producer.push();
    expect((await reader.pull()).get("FR")?.name).toBe(`round ${round}`);
  }
});

test("a pull never joins a check that was under way; later ones share the next", async () => {
  await producer.push();
  await reader.pull();
  await until("the first checks are over", () => readerStore.count("check") >= 1);
  const before = readerStore.count("check");
  let letGo = (): void => undefined;
  readerStore.before("check", async () => {
    readerStore.before("check", undefined);
    await new Promise<void>((resolve) => {
      letGo = resolve;
    });
  });
  const first = reader.pull();
  await until("a check is under way", () => readerStore.count("check") === before + 1);
  name = "two";
  await producer.push();
  const later = [reader.pull(), reader.pull(), reader.pull()];
  letGo();
  await first;
  for (const snapshot of await Promise.all(later)) expect(snapshot.get("FR")?.name).toBe("two");
  expect(readerStore.count("check")).toBe(before + 2);
});

test("pull({ maxAgeMs }) asks only when the last check is older", async () => {
  await producer.push();
  await reader.pull({ maxAgeMs: 60_000 });
  const checks = readerStore.count("check");
  name = "two";
  await producer.push();
  expect((await reader.pull({ maxAgeMs: 60_000 })).get("FR")?.name).toBe("one");
  expect(readerStore.count("check")).toBe(checks);
  expect((await reader.pull({ maxAgeMs: 0 })).get("FR")?.name).toBe("two");
});

test("a pull rejects when nothing is published, and when the store cannot be asked", async () => {
  await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_NOT_READY" });
  readerStore.unreachable = true;
  await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
});

test("a pull that waits for a step back to be confirmed ends when the store closes", async () => {
  const version = "Country:00000000000000a1";
  await producer.push();
  const first = await headOf(shared, version);
  name = "two";
  await producer.push();
  await reader.pull();
  await rewriteHead(shared, version, () => first);
  const checks = readerStore.count("check");
  const pulling = reader.pull();
  await until("it looked", () => readerStore.count("check") > checks);
  await readerStore.close();
  await expect(pulling).rejects.toMatchObject({ code: "ERR_CLOSED" });
});

test("ages and bounds that are no durations are refused", async () => {
  await expect(reader.pull({ maxAgeMs: -1 })).rejects.toMatchObject({
    code: "ERR_INVALID_ARGUMENT",
  });
  await expect(reader.ready({ timeoutMs: Number.NaN })).rejects.toMatchObject({
    code: "ERR_INVALID_ARGUMENT",
  });
  expect(() => new CountryMapping(readerStore, { checkIntervalMs: 0 })).toThrow(
    /checkIntervalMs is 0/,
  );
  expect(() => new CountryMapping(readerStore, { refreshEveryMs: 2 ** 40 })).toThrow(
    /refreshEveryMs/,
  );
});
