/**
 * The demo, `npm run demo`: 135,233 cities from an SQL database, pushed to a store, followed by three reader
 * processes through a change; then a second version of the schema beside the first, and the first purged.
 * It needs nothing but Node.js; with `REDIS_URL` in the environment it goes through Redis.
 */
import { join } from "node:path";
import { CachedCollectionsError } from "cached-collections";
import { GeoDataset } from "../../generated/geo.js";
import { plainCities, plainCountries } from "../data/plain-cities.js";
import { Cleanup } from "./cleanup.js";
import { DemoDatabase } from "./database.js";
import { digest } from "./digest.js";
import { loaders } from "./loaders.js";
import type { ReaderReport } from "./messages.js";
import { chapter, count, duration, fact, megabytes, progress, table } from "./output.js";
import { newPlace, openStore, type Place, removePlace } from "./place.js";
import { Reader } from "./reader-process.js";
import { purgeFirstVersion, showSecondVersion } from "./second-version.js";

const READERS = 3;

async function demo(cleanup: Cleanup): Promise<void> {
  const startMs = performance.now();
  const place = await newPlace();
  cleanup.defer(() => removePlace(place));
  const database = await fillDatabase(place, cleanup);
  const store = openStore(place);
  cleanup.defer(() => store.close());
  const geo = await pushFirst(new GeoDataset(store, { load: cityLoaders(database) }), store.label);
  const readers = await startReaders(place, digest(geo.snapshot()), cleanup);
  await changeAndPush(geo, database, readers);
  await showSecondVersion(store, database, geo);
  chapter("The old build is gone: its processes end, its version is purged");
  await Promise.all(readers.map((reader) => reader.stop()));
  await purgeFirstVersion(store);
  await cleanup.run();
  console.log(
    `\nDone in ${duration(performance.now() - startMs)}; all that was temporary is gone.`,
  );
}

/** The database that the service would have anyway. */
async function fillDatabase(place: Place, cleanup: Cleanup): Promise<DemoDatabase> {
  chapter("A database of 135,233 cities: SQLite in a temporary folder");
  const startMs = performance.now();
  const database = new DemoDatabase(join(place.DEMO_FOLDER, "geo.db"));
  cleanup.defer(() => Promise.resolve(database.close()));
  const cities = [...plainCities()];
  await database.fill(plainCountries(), cities, progress("cities inserted", cities.length));
  fact(`filled in ${duration(performance.now() - startMs)}`);
  return database;
}

function cityLoaders(database: DemoDatabase): ReturnType<typeof loaders> {
  return loaders(database, progress("rows read from the cursor", 135_233));
}

async function pushFirst(geo: GeoDataset, where: string): Promise<GeoDataset> {
  chapter(`The first push, to the store \`${where}\``);
  const startMs = performance.now();
  const { collections, revision } = await geo.push();
  const ms = performance.now() - startMs;
  const results = Object.values(collections);
  const sizeBytes = results.reduce((sum, result) => sum + result.sizeBytes, 0);
  const records = results.reduce((sum, result) => sum + result.records, 0);
  fact(
    `revision ${revision}: ${count(records)} records checked, indexed and published in ${duration(ms)}`,
  );
  fact(`${megabytes(sizeBytes)} with all indexes, the same bytes for every process`);
  return geo;
}

async function startReaders(
  place: Place,
  expected: string,
  cleanup: Cleanup,
): Promise<readonly Reader[]> {
  chapter(`${READERS} reader processes, which have no database`);
  const readers = Array.from({ length: READERS }, () => new Reader(place));
  cleanup.defer(() => Promise.all(readers.map((reader) => reader.stop())));
  const reports = await Promise.all(readers.map((reader) => reader.report(1)));
  const head = [
    "process",
    "revision",
    "cities",
    "answers",
    "ready in",
    "memory",
    "more than empty",
  ];
  table(
    head,
    reports.map((report, index) => [
      ...answer(readers[index], report),
      duration(report.readyInMs),
      ...memory(report),
    ]),
  );
  agree(reports, expected);
  return readers;
}

async function changeAndPush(
  geo: GeoDataset,
  database: DemoDatabase,
  readers: readonly Reader[],
): Promise<void> {
  chapter("The database changes, and is pushed again");
  const changed = database.growFrance();
  const cityGone = database.replaceCity();
  fact(`${changed} cities of France grew, ${cityGone} was given up, Port Example was founded`);
  const startMs = performance.now();
  const { revision } = await geo.push();
  const pushedAtMs = performance.timeOrigin + performance.now();
  fact(`revision ${revision} pushed in ${duration(performance.now() - startMs)}`);
  const reports = await Promise.all(readers.map((reader) => reader.report(revision)));
  const head = ["process", "revision", "cities", "answers", "visible", "memory", "more than empty"];
  table(
    head,
    reports.map((report, index) => [
      ...answer(readers[index], report),
      duration(Math.max(0, report.visibleAtMs - pushedAtMs)),
      ...memory(report),
    ]),
  );
  agree(reports, digest(geo.snapshot()));
}

function answer(reader: Reader | undefined, report: ReaderReport): string[] {
  return [String(reader?.pid), String(report.revision), count(report.records), report.digest];
}

function memory({ rssBytes, emptyRssBytes }: ReaderReport): string[] {
  return [megabytes(rssBytes), megabytes(rssBytes - emptyRssBytes)];
}

/** The point of it all: every process gives the same answers as the one that pushed. */
function agree(reports: readonly ReaderReport[], expected: string): void {
  const answers = new Set([expected, ...reports.map((report) => report.digest)]);
  if (answers.size !== 1) throw new Error(`the processes disagree: ${[...answers].join(", ")}`);
  fact(`all of them answer as the process that pushed does: ${expected}`);
}

const cleanup = new Cleanup();
void demo(cleanup).catch(async (error: unknown) => {
  process.exitCode = 1;
  await cleanup.run();
  if (cleanup.isInterrupted) return;
  console.error(error instanceof CachedCollectionsError ? error.message : error);
});
