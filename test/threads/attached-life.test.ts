/** How current an attached store is, what it says when there is nothing or nobody, and how it ends. */
import { attachedStore, shareStore } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { followerOf } from "../../runtime/src/collection/follow/follower.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { atlas, AtlasDataset, CountryMapping } from "../support/atlas.js";
import { listen } from "../support/listen.js";
import { flipByte, headOf, rewriteHead } from "../support/memory-faults.js";
import { observe } from "../support/observed-store.js";
import { until } from "../support/until.js";
import { INTERVAL, SharedCountries, V } from "./shared-countries.js";

let here: SharedCountries;
let data: SharedCountries["data"];
let main: SharedCountries["main"];
let attached: SharedCountries["attached"];
let shared: SharedCountries["shared"];
let reader: SharedCountries["reader"];

beforeEach(async () => {
  here = await SharedCountries.start();
  ({ data, main, attached, shared, reader } = here);
});
afterEach(async () => here.end());

describe("status", () => {
  test("and events are the sharing thread's: failing while the store is away, recovered when it is back", async () => {
    await reader.ready();
    await until("it is fresh", () => reader.status === "fresh");
    // What was confirmed there a moment ago may be on its way.
    await until("it is of the same age", () => Math.abs(reader.ageMs - shared.ageMs) < 30);
    const seen = listen(reader);
    main.unreachable = true;
    await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    expect(reader.status).toBe("failing");
    expect(reader.get("FR")?.name).toBe("France");
    const newcomer = new CountryMapping(attachedStore(shareStore(main)));
    await newcomer.ready();
    expect([newcomer.status, newcomer.size]).toEqual(["failing", 32]);
    await newcomer.close();
    const age = reader.ageMs;
    await until("it ages", () => reader.ageMs > age + INTERVAL);
    expect(Math.abs(reader.ageMs - shared.ageMs)).toBeLessThan(30);
    main.unreachable = false;
    await until("it has recovered", () => reader.status === "fresh");
    expect(new Set(seen)).toEqual(new Set(["failure", "stale", "recovered"]));
    expect(seen.filter((event) => event !== "failure")).toEqual(["stale", "recovered"]);
  });

  test("a damaged revision is the sharing thread's failure; the last good one stays served", async () => {
    await using deaf = observe(data, { notifies: false });
    await new CountryMapping(deaf, { checkIntervalMs: 600_000 }).ready();
    await using there = attachedStore(shareStore(deaf));
    const far = new CountryMapping(there);
    await far.ready();
    // It has a loader, and would repair it.
    await shared.close();
    await here.publish("two");
    await flipByte(data, V, 70);
    await expect(far.pull()).rejects.toMatchObject({ code: "ERR_BAD_SEGMENT" });
    expect([far.status, far.get("FR")?.name]).toEqual(["failing", "France"]);
  });

  test("goes back with the sharing thread when the store does", async () => {
    await reader.ready();
    const first = await headOf(data, V);
    await here.publish("two");
    await reader.pull();
    const seen = listen(reader);
    await rewriteHead(data, V, () => first);
    await until("it serves the first revision again", () => reader.get("FR")?.name === "France");
    expect(shared.get("FR")?.name).toBe("France");
    expect(reader.revision).toBe(1);
    expect(seen).toEqual(expect.arrayContaining(["went-back", "reload"]));
  });
});

describe("ready", () => {
  test("waits until the sharing thread has data", async () => {
    await using store = observe(new MemoryStore());
    const early = new CountryMapping(attachedStore(shareStore(store)));
    const ready = early.ready();
    const late = new CountryMapping(store, { load: () => here.rows });
    await late.ready();
    expect((await ready).get("FR")?.name).toBe("France");
  });

  test("ends at its deadline, saying that the collection is not open there", async () => {
    const place = new AtlasDataset(attached);
    await expect(place.ready({ timeoutMs: 200 })).rejects.toMatchObject({
      code: "ERR_NOT_SHARED",
      message: expect.stringContaining("has not opened atlas.Place") as string,
    });
    await expect(place.pull()).rejects.toMatchObject({ code: "ERR_NOT_SHARED" });
  });

  test("ends at once for code of another schema", async () => {
    const newer = new CountryMapping(attached, {}, atlas("00000000000000b2"));
    const startedAt = performance.now();
    await expect(newer.ready()).rejects.toMatchObject({
      code: "ERR_OTHER_SCHEMA",
      message: expect.stringMatching(/00000000000000b2.*00000000000000a1/) as string,
    });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(newer.status).toBe("empty");
  });

  test("says that nobody answers to a name that nobody shares", async () => {
    expect(() => attachedStore("redis://127.0.0.1")).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }),
    );
    await using nowhere = attachedStore("cached-collections:nobody");
    const lost = new CountryMapping(nowhere);
    await expect(lost.ready({ timeoutMs: 300 })).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
    });
    expect(lost.status).toBe("empty");
  });
});

test("an invalidation that the sharing thread's check does not survive is done all the same", async () => {
  await reader.ready();
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  let failed = 0;
  main.before("check", () => Promise.reject(new Error(`gone ${++failed}`)));
  await reader.invalidate();
  await until("checks have failed, its own too", () => failed > 4);
  main.before("check", undefined);
  await until("it has recovered", () => reader.status === "fresh");
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

describe("the end", () => {
  test("of the shared store closes those attached, which can still be read", async () => {
    await reader.ready();
    await main.close();
    await until("it is closed", () => reader.status === "closed");
    expect(reader.get("FR")?.name).toBe("France");
    await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(reader.ready()).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(attached.schema("atlas").purge(V)).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  test("of an attached store concerns nobody else, and leaves nothing in the sharing thread", async () => {
    const { listeners } = followerOf(main, "atlas");
    await reader.ready();
    const before = listeners.size;
    for (let round = 0; round < 5; round++) {
      const store = attachedStore(shareStore(main));
      await new CountryMapping(store).ready();
      await store.close();
    }
    expect(listeners.size).toBe(before);
    await here.publish("two");
    await until("the others follow", () => reader.get("FR")?.name === "two");
  });

  test("of the sharing thread's collection leaves what is served; another one takes over", async () => {
    await reader.ready();
    await shared.close();
    await until("it is no longer known as the newest", () => reader.status === "stale");
    expect(reader.get("FR")?.name).toBe("France");
    await expect(reader.pull()).rejects.toMatchObject({ code: "ERR_NOT_SHARED" });
    await here.publish("two");
    const again = new CountryMapping(main, { checkIntervalMs: INTERVAL });
    await again.ready();
    await until("it follows again", () => reader.get("FR")?.name === "two");
    await until("it is fresh", () => reader.status === "fresh");
  });

  test("sharing again gives the same name, and so does sharing what is attached", async () => {
    expect(shareStore(main)).toBe(shareStore(main));
    expect(shareStore(attached)).toBe(shareStore(main));
    expect(shareStore(here.other)).not.toBe(shareStore(main));
  });
});
