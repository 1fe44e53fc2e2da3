/**
 * One process of a fleet, as a program: it opens the geo data set on the store that its environment names, does
 * what its parent says, and reads all along. Its "database" is a file with a number, the round; every load is
 * noted in a log.
 */
import { appendFile, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { DatasetPushResult } from "cached-collections";
import type * as Build from "../../generated/geo.js";
import { MemberReads } from "./member-reads.js";
import { openMemberStore } from "./member-store.js";
import type { Command, MemberSettings, Report } from "./messages.js";

const settings = JSON.parse(process.env["MEMBER"] ?? "") as MemberSettings;

const { draw } = settings;
if (draw !== undefined) Math.random = () => draw;

async function round(): Promise<string> {
  const text = await readFile(settings.database, "utf8");
  if (text === "broken") throw new Error("the database is down");
  return text;
}

async function* cities(): AsyncGenerator<Build.CityInput> {
  const name = `round ${await round()}`;
  await appendFile(settings.log, "load\n");
  for (let id = 1; id <= settings.cities; id++) {
    const isHalfWay = id === Math.ceil(settings.cities / 2);
    if (isHalfWay && settings.loadMs !== undefined) await pause(settings.loadMs);
    if (isHalfWay && settings.stopAt?.operation === "load") process.kill(process.pid, "SIGKILL");
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

const { GeoDataset } = (await import(settings.build ?? "../../generated/geo.js")) as typeof Build;
const geo = new GeoDataset(openMemberStore(settings), {
  checkIntervalMs: settings.checkIntervalMs,
  refreshEveryMs: settings.refreshEveryMs,
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
const reads = new MemberReads(geo);

function report(id: number, pushed?: DatasetPushResult, error?: unknown): void {
  const hasData = geo.revision > 0;
  if (hasData) reads.look();
  const message: Report = {
    id,
    revision: geo.revision,
    name: hasData ? geo.country.get("FR")?.name : undefined,
    status: geo.status,
    ageMs: Number.isFinite(geo.ageMs) ? geo.ageMs : undefined,
    cities: hasData ? geo.city.size : 0,
    ...reads.seen(),
    ...(pushed !== undefined && { pushed }),
    ...(error !== undefined && { error: codeOf(error) }),
  };
  process.send?.(message);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

async function obey(command: Command): Promise<DatasetPushResult | undefined> {
  const { replicas, atLeast } = command;
  if (command.do === "ready") await geo.ready({ timeoutMs: command.timeoutMs ?? 30_000 });
  else if (command.do === "push") return geo.push({ replicas });
  else if (command.do === "pull") await geo.pull({ atLeast });
  else if (command.do === "invalidate") await geo.invalidate();
  else if (command.do === "shift-clock") shiftClock(command.timeoutMs ?? 0);
  else if (command.do === "pass-time") passTime(command.timeoutMs ?? 0);
  return undefined;
}

/** The time of day jumps, as when somebody sets the machine's clock; monotonic time does not. */
function shiftClock(byMs: number): void {
  const actual = Date.now;
  Date.now = () => actual() + byMs;
}

/** Monotonic time, as if so much had passed at once; timers keep theirs. */
function passTime(ms: number): void {
  const actual = performance.now.bind(performance);
  performance.now = () => actual() + ms;
}

process.on("disconnect", () => process.exit());
process.on("message", (command: Command) => {
  obey(command).then(
    (pushed) => report(command.id, pushed),
    (error: unknown) => report(command.id, undefined, error),
  );
});
