/**
 * Scenario 9: a process that pushes is killed (SIGKILL) at every step of its push, one step after another until
 * one push gets through. Readers see the revision before or the new one, whole; what was left behind expires.
 */
import { embeddedStore, redisStore, type Store } from "cached-collections";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GeoDataset } from "../../generated/geo.js";
import { RUNS_FACTOR } from "../support/property.js";
import { allServe, Fleet, type Member } from "./fleet.js";
import { expectLeftoversExpire } from "./left-behind.js";
import type { StopAt } from "./messages.js";

/** More than one chunk. */
const CITIES = 12_000;
/** A push of three collections takes at least these: a check, a ticket, chunks, the publication. */
const LEAST_STEPS = 6;
const MOMENTS = ["before", "during", "after"] as const;
/** All moments of each step in the long searches, here one after another. */
const momentsOf = (step: number): readonly (typeof MOMENTS)[number][] =>
  RUNS_FACTOR > 1 ? MOMENTS : MOMENTS.filter((_, index) => index === step % MOMENTS.length);

vi.setConfig({ testTimeout: 600_000 });

describe.each(["embedded", "redis"] as const)("a pusher on the %s store", (kind) => {
  let fleet: Fleet;
  let producer: Member;
  let reader: Member;
  beforeEach(async () => {
    fleet = await Fleet.start(kind);
    await fleet.setRound(1);
    producer = fleet.join({ loads: true, cities: CITIES });
    await producer.tell("push");
    reader = fleet.join({ checkIntervalMs: 100 });
    await reader.tell("ready");
  });
  afterEach(async () => fleet.end());

  function openStore(): Store {
    if (kind === "embedded") return embeddedStore({ path: fleet.path("store") });
    return redisStore(new Redis(fleet.server.url, { lazyConnect: true }), { prefix: "fleet" });
  }

  /** What one that starts with nothing finds. */
  async function coldName(): Promise<string> {
    await using store = openStore();
    const page = await new GeoDataset(store).ready();
    expect(page.city.size).toBe(CITIES);
    const names = new Set([
      page.country.get("FR")?.name,
      `round ${page.region.get({ country: "FR", code: "11" })?.cities}`,
      ...[...page.city.values()].map(({ name }) => name),
    ]);
    expect(names.size).toBe(1);
    return [...names].join();
  }

  /** Starts one that stops itself there, and lets it push; false when its push got through before. */
  async function isKilledAt(stopAt: StopAt): Promise<boolean> {
    const doomed = fleet.join({ loads: true, cities: CITIES, stopAt });
    const answer = await doomed.tell("push").catch(() => undefined);
    if (answer !== undefined) await doomed.kill();
    // By itself, or by the line above.
    expect(doomed.signal).toBe("SIGKILL");
    return answer === undefined;
  }

  /** The round that readers found before, or this one; it is what is found from now on. */
  async function expectOneOf(before: number, round: number): Promise<number> {
    const found = await coldName();
    expect([`round ${before}`, `round ${round}`]).toContain(found);
    expect(await reader.tell("pull")).toMatchObject({ name: found, mixed: 0, readErrors: [] });
    await expectLeftoversExpire(fleet.store);
    return found === `round ${round}` ? round : before;
  }

  test("killed at any step leaves the revision before or the new one, and what expires", async ({
    annotate,
  }) => {
    let served = 1;
    let round = 1;
    let kills = 0;
    const seen = new Set<string>();
    let step = 1;
    for (let isThrough = false; !isThrough; step++) {
      for (const moment of momentsOf(step)) {
        await fleet.setRound(++round);
        const wasKilled = await isKilledAt({ operation: "any", moment, call: step });
        const now = await expectOneOf(served, round);
        seen.add(now === round ? "new" : "before");
        served = now;
        if (wasKilled) kills++;
        else isThrough = true;
      }
    }
    expect(step).toBeGreaterThan(LEAST_STEPS);
    // Where the one step that readers see is made, each moment counts, in every run.
    for (const moment of MOMENTS) {
      await fleet.setRound(++round);
      expect(await isKilledAt({ operation: "publish", moment, call: 1 })).toBe(true);
      const now = await expectOneOf(served, round);
      expect({ before: [served], during: [served, round], after: [round] }[moment]).toContain(now);
      served = now;
      kills++;
    }
    await fleet.setRound(++round);
    expect(await isKilledAt({ operation: "load" })).toBe(true);
    expect(await expectOneOf(served, round)).toBe(served);
    expect(seen).toEqual(new Set(["before", "new"]));

    // And the next push goes through.
    await fleet.setRound(++round);
    expect(await producer.tell("push")).toMatchObject({ name: `round ${round}` });
    await allServe([reader, producer], round);
    const { names } = await reader.tell("report");
    const rounds = names.map((name) => Number(name.replace("round ", "")));
    expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
    await annotate(`killed ${kills + 1} times, each revision whole`);
  });
});
