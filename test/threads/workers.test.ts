/** Real worker threads attached to a store that the main thread shares. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import {
  attachedStore,
  memoryStore,
  shareStore,
  type CollectionEvents,
  type Store,
} from "cached-collections";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GeoDataset, type CityInput, type GeoInputs } from "../../generated/geo.js";
import { followerOf } from "../../runtime/src/collection/follow/follower.js";
import { until } from "../support/until.js";
import {
  digestOf,
  type Command,
  type Report,
  type Sharing,
  type ThreadSettings,
} from "./messages.js";

const PROGRAM = fileURLToPath(new URL("../../dist/test/threads/member.js", import.meta.url));
const CITIES = 8_000;
const INTERVAL = 400;

let store: Store;
let geo: GeoDataset;
let round: number;
/** How many cities change their name with the round, from the first. */
let changing: number;
const threads: Thread[] = [];

beforeEach(() => {
  [round, changing] = [1, 1];
  store = memoryStore();
  geo = new GeoDataset(store, { checkIntervalMs: INTERVAL, load });
});
afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.end()));
  await store.close();
});

const load = {
  country: (): GeoInputs["country"][] => [{ code: "FR", name: `round ${round}` }],
  region: (): GeoInputs["region"][] => [
    { country: "FR", code: "11", cities: round, population: 1 },
  ],
  city: function* cities(): Generator<CityInput> {
    for (let id = 1; id <= CITIES; id++) {
      const name = id <= changing ? `round ${round}` : `city ${id}`;
      yield cityOf(id, name);
    }
  },
};

function cityOf(id: number, name: string): CityInput {
  const location = { lat: 48, lon: id % 180 };
  const rest = { country: "FR", adminCode: "11", featureCode: "PPL", population: id % 977 };
  return { id, name, ...rest, featureCode: "PPL", location };
}

/** One worker thread. */
class Thread {
  readonly #worker: Worker;
  readonly #reports = new Map<number, (report: Report) => void>();
  readonly gone: Promise<unknown>;
  #commands = 0;

  constructor(settings: Partial<ThreadSettings> = {}) {
    const workerData: ThreadSettings = { name: shareStore(store), ...settings };
    this.#worker = new Worker(PROGRAM, { workerData });
    this.gone = once(this.#worker, "exit");
    this.#worker.on("message", (report: Report) => this.#reports.get(report.id)?.(report));
    threads.push(this);
  }

  async tell(what: Command["do"]): Promise<Report> {
    const id = ++this.#commands;
    const reported = this.reported(id);
    this.#worker.postMessage({ id, do: what } satisfies Command);
    const report = await reported;
    if (report.mixed > 0) throw new Error("one collection was seen new and another old");
    return report;
  }

  /** Rejects when the thread ends without a word. */
  async reported(id: number): Promise<Report> {
    const reported = new Promise<Report>((resolve) => this.#reports.set(id, resolve));
    const ended = this.gone.then(() => {
      throw new Error("the thread ended instead of reporting");
    });
    return Promise.race([reported, ended]);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function start(count: number): Thread[] {
  return Array.from({ length: count }, () => new Thread());
}

async function push(): Promise<void> {
  round++;
  await geo.push();
}

test("threads read what the main thread reads, follow pushes and patches, and copy nothing", async () => {
  await geo.ready();
  const all = start(3);
  const first = await Promise.all(all.map(async (thread) => thread.tell("ready")));
  const sizeBytes = await storedBytes();
  for (const { digest, ownBytes } of first) {
    expect(digest).toBe(digestOf(geo.snapshot()));
    expect(ownBytes).toBeLessThan(sizeBytes);
  }
  for (let step = 0; step < 3; step++) {
    await push();
    await geo.city.patch({ upsert: [cityOf(500 + step, "patched")], remove: [700 + step] });
    const reports = await Promise.all(all.map(async (thread) => thread.tell("pull")));
    const expected = { digest: digestOf(geo.snapshot()), country: `round ${round}` };
    for (const report of reports) {
      expect(report).toMatchObject({ ...expected, revision: geo.revision, sameCity: true });
      expect([report.error, report.status]).toEqual([undefined, "fresh"]);
    }
  }
});

/** The size of all segments that are published. */
async function storedBytes(): Promise<number> {
  const { city } = (await geo.push()).collections;
  expect(city?.outcome).toBe("identical");
  const { served } = followerOf(store, "geo").versions.at(-1) ?? {};
  return served?.manifest.segments.reduce((sum, part) => sum + part.sizeBytes, 0) ?? 0;
}

test("a thread that starts before the main thread has data waits for it, also one within another", async () => {
  const early = [new Thread(), new Thread({ passesOn: true })];
  const ready = early.map(async (thread) => thread.tell("ready"));
  await geo.ready();
  const reports = await Promise.all(ready);
  expect(reports.map(({ country, error }) => [country, error])).toEqual(
    Array(2).fill(["round 1", undefined]),
  );
  await push();
  for (const thread of early) {
    expect(await thread.tell("pull")).toMatchObject({ country: "round 2", revision: 2 });
  }
});

test("threads that come and go, or are ended in the middle, leave nothing behind", async () => {
  await geo.ready();
  const [stays] = start(1) as [Thread];
  await stays.tell("ready");
  const { listeners } = followerOf(store, "geo");
  const before = listeners.size;
  const resources = process.getActiveResourcesInfo().length;
  for (let turn = 0; turn < 3; turn++) {
    const some = start(3);
    const ready = some.slice(1).map(async (thread) => thread.tell("ready"));
    await some[0]?.end();
    await Promise.all(ready);
    const pushing = push();
    await Promise.all(some.map(async (thread) => thread.end()));
    await pushing;
  }
  expect(listeners.size).toBe(before);
  await until("what the threads held is gone", () => {
    return process.getActiveResourcesInfo().length <= resources;
  });
  expect(await stays.tell("pull")).toMatchObject({ country: "round 4", status: "fresh" });
});

test("an attached thread with nothing else to do ends by itself", async () => {
  await geo.ready();
  const thread = new Thread({ leaves: true });
  expect(await thread.reported(0)).toMatchObject({ country: "round 1", status: "fresh" });
  expect(await thread.gone).toEqual([0]);
});

test("memory of revisions that are no longer served is let go in the threads", async () => {
  await geo.ready();
  const [thread] = start(1) as [Thread];
  await thread.tell("ready");
  // So many change that each push is a new base.
  changing = CITIES / 2;
  for (let step = 0; step < 5; step++) {
    await push();
    await thread.tell("pull");
  }
  await until("all but the last are let go", async () => {
    const { given, letGo } = await thread.tell("collect");
    expect(given).toBe(6);
    return letGo === 5;
  });
});

test("a sharing thread that ended without a word is noticed, and what it served stays readable", async () => {
  const sharer = new Worker(PROGRAM, { workerData: {} satisfies ThreadSettings });
  const [{ name }] = (await once(sharer, "message")) as [Sharing];
  await using attached = attachedStore(name);
  const reader = new GeoDataset(attached);
  await reader.ready();
  const failed = new Promise<CollectionEvents["failure"]>((resolve) => {
    reader.on("failure", resolve);
  });
  await sharer.terminate();
  expect((await failed).error).toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringContaining("did not answer within 5000 ms") as string,
  });
  expect(reader.status).toBe("failing");
  expect(reader.country.get("FR")?.name).toBe("round 1");
});
