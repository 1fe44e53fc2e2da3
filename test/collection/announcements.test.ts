/** What announcements leave behind: whoever may publish on the channel can make up any number of them. */
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import type { VersionName } from "../../runtime/src/store/store.js";
import { COUNTRIES, CountryMapping } from "../support/atlas.js";
import { headOf } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

const V = "Country:00000000000000a1";

let data: MemoryStore;
let store: ObservedStore;
let countries: CountryMapping;
let announce: (version: VersionName, manifestId: string) => void;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  data = new MemoryStore();
  store = observe(data);
  onTestFinished(async () => {
    await store.close();
    await data.close();
    vi.useRealTimers();
  });
  await using producer = new CountryMapping(data, { load: () => COUNTRIES });
  await producer.push();
  const subscribe = vi.spyOn(data.schema("atlas"), "subscribe");
  countries = new CountryMapping(store, { checkIntervalMs: 600_000 });
  await countries.ready();
  const [subscriber] = await until("it subscribed", () => subscribe.mock.calls[0]);
  announce = (version, manifestId) =>
    subscriber.announced({ entity: "Country", version, manifestId });
  await countries.pull();
});

test("of versions that nobody follows, and of what is served, nothing is left", async () => {
  const timers = vi.getTimerCount();
  for (let build = 0; build < 1_000; build++) {
    announce(`Country:${String(build).padStart(16, "0")}`, "0".repeat(32));
  }
  announce(V, (await headOf(data, V)).id);
  expect(vi.getTimerCount()).toBe(timers);
});

test("what is never visible is looked for three times more, the last announced only", async () => {
  const timers = vi.getTimerCount();
  for (const digit of "0123456789") announce(V, digit.repeat(32));
  expect(vi.getTimerCount()).toBe(timers + 1);
  for (const ms of [100, 200, 700]) {
    await countries.pull();
    const checks = store.count("check");
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(store.count("check")).toBe(checks);
    await vi.advanceTimersByTimeAsync(1);
    await until("it looked again", () => store.count("check") > checks);
  }
  await countries.pull();
  expect(vi.getTimerCount()).toBe(timers);
});
