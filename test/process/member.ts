/**
 * One process of a fleet, as a program: it opens the geo data set on the store that its environment names and
 * does what its parent says. Its "database" is a file with a number, the round; every load is noted in a log.
 * `DIE_AT` makes it kill itself with SIGKILL before or after a store operation, or half-way through a load.
 */
import { appendFile, readFile } from "node:fs/promises";
import { embeddedStore, redisStore, type Store } from "cached-collections";
import { Redis } from "ioredis";
import { GeoDataset, type CityInput, type GeoSnapshot } from "../../generated/geo.js";
import type { Command, MemberSettings, Report } from "./messages.js";

const settings = JSON.parse(process.env["MEMBER"] ?? "") as MemberSettings;

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

function openStore(): Store {
  if (settings.store.kind === "embedded") return embeddedStore({ path: settings.store.path });
  const redis = new Redis(settings.store.url, { lazyConnect: true });
  redis.on("error", () => undefined);
  return redisStore(redis, {
    prefix: "fleet",
    commandTimeoutMs: settings.commandTimeoutMs ?? 5_000,
  });
}

/** The store's operations, with death before or after the n-th call of one of them. */
function mortal(store: Store): Store {
  const { operation, moment, call } = settings.dieAt ?? {};
  if (operation === undefined) return store;
  let calls = 0;
  const schema = store.schema.bind(store);
  store.schema = (name) =>
    new Proxy(schema(name), {
      get: (target, property) => {
        const method: unknown = Reflect.get(target, property);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]): Promise<unknown> => {
          const isIt = property === operation && ++calls === call;
          if (isIt && moment === "before") die();
          const reply: unknown = await Reflect.apply(method, target, args);
          if (isIt && moment === "after") die();
          return reply;
        };
      },
    });
  return store;
}

async function round(): Promise<string> {
  return readFile(settings.database, "utf8");
}

async function* cities(): AsyncGenerator<CityInput> {
  const name = `round ${await round()}`;
  await appendFile(settings.log, "load\n");
  for (let id = 1; id <= settings.cities; id++) {
    if (settings.dieAt?.operation === "load" && id > settings.cities / 2) die();
    const location = { lat: 48, lon: id % 180 };
    yield {
      id,
      name,
      country: "FR",
      adminCode: "11",
      featureCode: "PPL",
      population: id,
      location,
    };
  }
}

const geo = new GeoDataset(mortal(openStore()), {
  checkIntervalMs: settings.checkIntervalMs,
  ...(settings.loads && {
    load: {
      country: async () => [{ code: "FR", name: `round ${await round()}` }],
      region: async () => [
        { country: "FR", code: "11", cities: Number(await round()), population: 1 },
      ],
      city: cities,
    },
  }),
});

let mixed = 0;
function look(page: GeoSnapshot): string {
  const name = page.country.getOrThrow("FR").name;
  const region = `round ${page.region.getOrThrow({ country: "FR", code: "11" }).cities}`;
  const [first, last] = [page.city.get(1), page.city.get(page.city.size)];
  if (new Set([name, region, first?.name, last?.name]).size !== 1) mixed++;
  return name;
}

function report(id: number, error?: unknown): void {
  const hasData = geo.revision > 0;
  const message: Report = {
    id,
    revision: geo.revision,
    name: hasData ? look(geo.snapshot()) : undefined,
    status: geo.status,
    mixed,
    cities: hasData ? geo.city.size : 0,
    ...(error !== undefined && { error: codeOf(error) }),
  };
  process.send?.(message);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

async function obey(command: Command): Promise<void> {
  if (command.do === "ready") await geo.ready({ timeoutMs: command.timeoutMs ?? 30_000 });
  else if (command.do === "push") await geo.push();
  else if (command.do === "pull") await geo.pull();
  else if (command.do === "invalidate") await geo.invalidate();
}

geo.on("reload", () => look(geo.snapshot()));
process.on("disconnect", () => process.exit());
process.on("message", (command: Command) => {
  obey(command).then(
    () => report(command.id),
    (error: unknown) => report(command.id, error),
  );
});
