/**
 * Scenario 7: patches every 100 ms from one process, while a load of another one is under way: for ten seconds
 * in the long searches, for less here. The load is published at its first attempt, and no patch is lost.
 */
import { embeddedStore, redisStore, type Store } from "cached-collections";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CityMapping, type CityInput } from "../../generated/geo.js";
import { RUNS_FACTOR } from "../support/property.js";
import { until } from "../support/until.js";
import { Fleet } from "./fleet.js";

const LOAD_MS = RUNS_FACTOR > 1 ? 10_000 : 600;
const PATCH_EVERY_MS = 100;
const CITIES = 20_000;

describe.each(["embedded", "redis"] as const)("on the %s store", (kind) => {
  let fleet: Fleet;
  let stores: Store[];
  beforeEach(async () => {
    stores = [];
    fleet = await Fleet.start(kind);
    await fleet.setRound(1);
  });
  afterEach(async () => {
    // First: an open embedded store makes its directory anew when somebody deletes it.
    await Promise.all(stores.map(async (store) => store.close()));
    await fleet.end();
  });

  function openStore(): Store {
    const store =
      kind === "embedded"
        ? embeddedStore({ path: fleet.path("store") })
        : redisStore(new Redis(fleet.server.url, { lazyConnect: true }), { prefix: "fleet" });
    stores.push(store);
    return store;
  }

  test(`patches every ${PATCH_EVERY_MS} ms under a load of ${LOAD_MS} ms`, async ({ annotate }) => {
    const loader = fleet.join({ loads: true, cities: CITIES, loadMs: LOAD_MS });
    const reader = fleet.join({ checkIntervalMs: 100 });
    await loader.tell("push");
    await reader.tell("ready");
    const patcher = new CityMapping(openStore());
    await patcher.ready();
    await fleet.setRound(2);
    const load = { isUnderWay: true };
    const began = performance.now();
    const pushing = loader.tell("push").finally(() => (load.isUnderWay = false));
    await until("the load has begun", async () => (await fleet.loads()) === 2);

    // What the load read is from before all of them. What members look at, the first city and the last, stays.
    let patches = 0;
    const patchesBegan = performance.now();
    while (load.isUnderWay) {
      const dueMs = patches * PATCH_EVERY_MS;
      await until("it is time", () => performance.now() - patchesBegan >= dueMs);
      patches++;
      const upsert = [city(1 + patches, patches), city(CITIES + patches, patches)];
      await patcher.patch({ upsert, remove: [CITIES / 2 + patches] });
    }
    expect(await pushing).toMatchObject({ name: "round 2", mixed: 0 });
    const tookMs = performance.now() - began;
    expect(await fleet.loads()).toBe(2);
    expect(patches).toBeGreaterThan(LOAD_MS / PATCH_EVERY_MS / 4);

    const newcomer = new CityMapping(openStore());
    for (const each of [patcher, newcomer]) {
      const served = await each.pull();
      expect(served.size).toBe(CITIES);
      const found = Array.from({ length: patches }, (_, index) => {
        const n = index + 1;
        const ids = [1 + n, CITIES + n, CITIES / 2 + n];
        return ids.map((id) => served.get(id)?.name);
      });
      const wanted = found.map((_, index) => {
        const name = `patch ${index + 1}`;
        return [name, name, undefined];
      });
      expect(found).toEqual(wanted);
      expect(served.get(CITIES)?.name).toBe("round 2");
    }
    const { readErrors } = await reader.tell("report");
    expect(readErrors).toEqual([]);
    await annotate(
      `${patches} patches in ${tookMs.toFixed(0)} ms, the load was published at its first attempt`,
    );
  });
});

function city(id: number, patch: number): CityInput {
  return {
    id,
    name: `patch ${patch}`,
    country: "FR",
    adminCode: "11",
    featureCode: "PPL",
    population: id,
    location: { lat: 48, lon: 0 },
  };
}
