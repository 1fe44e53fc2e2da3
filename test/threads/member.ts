/**
 * One worker thread, as a program: it opens the geo data set on the store that it is attached to, and does what
 * its parent says.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { attachedStore, memoryStore, shareStore } from "cached-collections";
import { GeoDataset, type GeoSnapshot } from "../../generated/geo.js";
import {
  digestOf,
  type Command,
  type Report,
  type Sharing,
  type ThreadSettings,
} from "./messages.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const settings = workerData as ThreadSettings;
const store = settings.name === undefined ? memoryStore() : attachedStore(settings.name);
const geo = new GeoDataset(store, {
  checkIntervalMs: 100,
  load: {
    country: () => [{ code: "FR", name: "round 1" }],
    region: () => [{ country: "FR", code: "11", cities: 1, population: 1 }],
    city: () => [],
  },
});
const seen = { mixed: 0, given: 0, letGo: 0 };
const letGo = new FinalizationRegistry(() => seen.letGo++);
const known = new WeakSet<object>();
let firstCity: object | undefined;

/** The shared memory under the cities; what users of the library do not see. */
interface Inside {
  readonly parts: {
    readonly base: {
      readonly records: { readonly segment: { readonly layout: { readonly bytes: Uint8Array } } };
    };
  };
}

function look(page: GeoSnapshot): string | undefined {
  const name = page.country.get("FR")?.name;
  const region = `round ${page.region.get({ country: "FR", code: "11" })?.cities}`;
  if (name !== region || page.city.get(1)?.name !== name) seen.mixed++;
  firstCity ??= page.city.get(2);
  const { buffer } = (Reflect.get(page.city, "core") as Inside).parts.base.records.segment.layout
    .bytes;
  if (!known.has(buffer)) {
    known.add(buffer);
    letGo.register(buffer, undefined);
    seen.given++;
  }
  return name;
}

async function obey(command: Command): Promise<void> {
  if (command.do === "ready") await geo.ready();
  else if (command.do === "pull") await geo.pull();
  else if (command.do === "collect") {
    collectGarbage();
    // What was collected is told in a later turn of the event loop.
    await new Promise<void>((resume) => setImmediate(resume));
  }
}

function report(id: number, error?: unknown): Report {
  const page = geo.revision > 0 ? geo.snapshot() : undefined;
  return {
    id,
    revision: geo.revision,
    status: geo.status,
    digest: page && digestOf(page),
    country: page && look(page),
    sameCity: page?.city.get(2) === firstCity,
    ownBytes: process.memoryUsage().arrayBuffers,
    ...seen,
    ...(error !== undefined && { error: String(Reflect.get(Object(error), "code") ?? error) }),
  };
}

async function answer(command: Command): Promise<Report> {
  try {
    await obey(command);
    return report(command.id);
  } catch (error) {
    return report(command.id, error);
  }
}

if (settings.name === undefined) {
  await geo.ready();
  // Keeps the thread alive until it is ended.
  parentPort?.on("message", () => undefined);
  parentPort?.postMessage({ name: shareStore(store) } satisfies Sharing);
} else if (settings.passesOn === true) {
  const inner = new Worker(new URL(import.meta.url), { workerData: { name: settings.name } });
  inner.on("message", (message) => parentPort?.postMessage(message));
  parentPort?.on("message", (command) => inner.postMessage(command));
} else if (settings.leaves === true) {
  await geo.ready();
  await geo.pull();
  parentPort?.postMessage(report(0));
} else {
  geo.on("reload", () => look(geo.snapshot()));
  parentPort?.on("message", (command: Command) => {
    void answer(command).then((message) => parentPort?.postMessage(message));
  });
}
