/**
 * Random interleavings of pushes, invalidations, purges, losses of everything and outages among several
 * processes on one store. Whatever happened, in the end all serve the database's rows; meanwhile no reader
 * sees one collection new and another old, and none goes back but with an event.
 */
import { afterEach, expect, test } from "vitest";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { AtlasDataset } from "../support/atlas.js";
import { flush } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

const INTERVAL = 15;
const PROCESSES = 4;
const STEPS = 40;

/** mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Process {
  readonly store: ObservedStore;
  readonly data: AtlasDataset;
}

let shared: MemoryStore;
let processes: readonly Process[] = [];
afterEach(async () => {
  await Promise.all(processes.map(async ({ store }) => store.close()));
  await shared.close();
});

let round = 0;
const problems: string[] = [];

function startProcess(): Process {
  const store = observe(shared);
  const data = new AtlasDataset(store, {
    checkIntervalMs: INTERVAL,
    // As in one transaction: all rows are of one round.
    load: async (into) => {
      const name = `${round}`;
      await into.country([{ code: "FR", name }]);
      await into.place([{ id: 1, name, country: "FR" }]);
      await into.notice([{ text: name }]);
    },
  });
  let wentBack = false;
  let last = 0;
  data.on("went-back", ({ entity }) => {
    wentBack ||= entity === "atlas.Country";
  });
  data.on("reload", ({ entity, revision }) => {
    if (entity !== "atlas.Country") return;
    // After the store lost everything the numbers begin again.
    if (revision <= last && !wentBack && !flushed) problems.push(`from ${last} to ${revision}`);
    last = revision;
    wentBack = false;
  });
  return { store, data };
}

let flushed = false;

function look({ data }: Process): void {
  const page = data.snapshot();
  const seen = [page.country.get("FR")?.name, page.place.get(1)?.name, page.notice.at(0)?.text];
  if (new Set(seen).size !== 1) problems.push(`mixed ${seen.join(" ")}`);
}

async function step(random: () => number): Promise<void> {
  const one = processes[Math.floor(random() * processes.length)];
  if (one === undefined) return;
  const dice = random();
  if (dice < 0.35) {
    round++;
    await one.data.push().catch(() => undefined);
  } else if (dice < 0.55) {
    round++;
    await one.data.invalidate().catch(() => undefined);
  } else if (dice < 0.65) {
    one.store.unreachable = !one.store.unreachable;
  } else if (dice < 0.7) {
    // At once: of a data set purged in part, readers rightly keep one part and follow the other.
    const schema = shared.schema("atlas");
    await Promise.all(
      (["Country", "Place", "Notice"] as const).map(async (entity) =>
        schema.purge(`${entity}:00000000000000a1`),
      ),
    );
  } else if (dice < 0.75) {
    flushed = true;
    flush(shared);
  } else if (dice < 0.85) {
    await one.data.pull().catch(() => undefined);
  } else {
    await new Promise((resume) => setImmediate(resume));
  }
  for (const each of processes) look(each);
}

const seeds =
  process.env["SEED"] === undefined ? [1, 2, 3, 4, 5, 6] : [Number(process.env["SEED"])];

test.each(seeds)("all converge on the database's rows (SEED=%i)", async (seed) => {
  const random = randomFrom(seed);
  shared = new MemoryStore();
  round = 0;
  flushed = false;
  problems.length = 0;
  processes = Array.from({ length: PROCESSES }, startProcess);
  await Promise.all(processes.map(async ({ data }) => data.ready()));
  const pending: Promise<void>[] = [];
  for (let i = 0; i < STEPS; i++) {
    const stepping = step(random);
    // Half of the steps overlap with those that follow.
    if (random() < 0.5) await stepping;
    else pending.push(stepping);
  }
  await Promise.all(pending);
  for (const { store } of processes) store.unreachable = false;
  // Nobody brings back by himself what was purged.
  await processes[0]?.data.push();
  round++;
  await processes[1]?.data.invalidate();
  await until(`all serve round ${round} (SEED=${seed})`, () =>
    processes.every(
      ({ data }) =>
        data.status === "fresh" &&
        data.country.get("FR")?.name === `${round}` &&
        data.notice.at(0)?.text === `${round}`,
    ),
  );
  expect(problems).toEqual([]);
});
