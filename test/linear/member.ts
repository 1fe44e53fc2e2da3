/** One process of a history: opens the geo data set, obeys, reads all along and notes every snapshot it comes to serve. */
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { redisStore, type AtLeast, type Store } from "cached-collections";
import { Redis } from "ioredis";
import { GeoDataset, type CityInput, type GeoSnapshot } from "../../generated/geo.js";
import { Random } from "../support/random.js";
import {
  INTERVAL_MS,
  type Answer,
  type Back,
  type Done,
  type Order,
  type Seen,
  type Step,
} from "./messages.js";

const CITIES = 30;
const READ_EVERY_MS = 3;

interface Open {
  readonly store: Store;
  readonly client: Redis;
  readonly geo: GeoDataset;
  readonly database: string;
  readonly reading: NodeJS.Timeout;
}

let open: Open | undefined;
let steps: Step[] = [];
let backs: Back[] = [];
let faults: string[] = [];
let reads = 0;

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The version that the database has now. */
async function version(path: string): Promise<number> {
  return Number(await readFile(path, "utf8"));
}

function cityOf(id: number, population: number): CityInput {
  const location = { lat: 1, lon: id };
  const where = { country: "FR", adminCode: "11", featureCode: "PPL", location } as const;
  return { id, name: `city ${id}`, population, ...where };
}

type Opening = Extract<Order, { do: "open" }>;

function openOn({ url, prefix, database, loadMs, seed, loads }: Opening): Open {
  const draw = new Random(seed);
  const client = new Redis(url, { lazyConnect: true });
  client.on("error", () => undefined);
  const store = redisStore(client, { prefix, commandTimeoutMs: 400 });
  const geo = new GeoDataset(store, {
    checkIntervalMs: INTERVAL_MS,
    ...(loads && {
      load: async (into) => {
        const at = await version(database);
        if (loadMs > 0) await pause(draw.integer(loadMs));
        await into.country([{ code: "FR", name: String(at) }]);
        await into.region([{ country: "FR", code: "11", cities: at, population: at }]);
        await into.city(Array.from({ length: CITIES }, (_, index) => cityOf(index + 1, at)));
      },
    }),
  });
  geo.on("failure", () => undefined);
  geo.on("went-back", ({ entity, from, to }) => {
    if (entity === "geo.City") backs.push({ from, to });
  });
  geo.on("reload", () => look(geo));
  // A service begins like this; whoever reads then is not a process that only patched.
  geo.ready({ timeoutMs: 600_000 }).catch(() => undefined);
  const reading = setInterval(() => look(geo), READ_EVERY_MS).unref();
  return { store, client, geo, database, reading };
}

/** Notes what is served when it is not what was served before. */
function look(geo: GeoDataset): void {
  if (geo.revision === 0) return;
  reads++;
  try {
    const page = geo.snapshot();
    // Users have no need of a snapshot's epoch; numbers alone do not tell what came after what.
    const { epoch, revision, manifestId: id } = page.city["core"].info;
    const seen = seenIn(page);
    const last = steps.at(-1);
    const isSame = last?.patched === seen.patched && last.loaded === seen.loaded;
    if (isSame && last.id === id) return;
    steps.push({ ...seen, epoch, revision, id, at: now() });
  } catch (error) {
    faults.push(String(error));
  }
}

function seenIn(page: GeoSnapshot): Seen {
  const loaded = page.city.getOrThrow(2).population;
  const region = page.region.getOrThrow({ country: "FR", code: "11" }).population;
  const versions = new Set([loaded, region, Number(page.country.getOrThrow("FR").name)]);
  for (let id = 3; id <= CITIES; id++) versions.add(page.city.getOrThrow(id).population);
  if (versions.size > 1) faults.push(`one snapshot of versions ${[...versions].join(", ")}`);
  return { patched: page.city.getOrThrow(1).population, loaded };
}

async function obey(order: Order): Promise<Pick<Done, "seen" | "pushed">> {
  if (order.do === "open") {
    await close();
    [steps, backs, faults, reads] = [[], [], [], 0];
    open = openOn(order);
    return {};
  }
  if (open === undefined) throw new Error("nothing is open");
  const { geo, database } = open;
  const changed = async (): Promise<{ upsert: CityInput[] }> => ({
    upsert: [cityOf(1, await version(database))],
  });
  switch (order.do) {
    case "push":
      return { pushed: await geo.push() };
    case "patch":
      return { pushed: await geo.city.patch(changed) };
    case "pull":
      return { seen: seenIn(await pull(geo, order.atLeast)) };
    case "invalidate":
      await geo.invalidate();
      return {};
    case "close":
      await close();
      return {};
  }
}

/** A push that was lost in a flush is not waited for long. */
function pull(geo: GeoDataset, atLeast: AtLeast | undefined): Promise<GeoSnapshot> {
  return geo.pull(atLeast === undefined ? {} : { atLeast, timeoutMs: 800 });
}

async function close(): Promise<void> {
  clearInterval(open?.reading);
  await open?.store.close();
  open?.client.disconnect();
  open = undefined;
}

async function done(order: Order): Promise<Done> {
  const began = now();
  try {
    const answer = await obey(order);
    return { began, ended: now(), ...answer };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return { began, ended: now(), error: code };
  }
}

const NOTHING = { steps: [], backs: [], faults: [] };

process.on("disconnect", () => process.exit());
process.on("message", ({ id, order }: { id: number; order: Order }) => {
  void done(order).then((result) => {
    const served = order.do === "close" ? { steps, backs, faults } : NOTHING;
    const answer: Answer = { id, done: result, reads, ...served };
    process.send?.(answer);
  });
});
