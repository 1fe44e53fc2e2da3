/** The fallback: what is kept on the machine, and who is served from it when the store cannot be reached. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CachedCollectionsError } from "cached-collections";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EmbeddedFallback } from "../../runtime/src/store/embedded/embedded-fallback.js";
import { loadLibsql } from "../../runtime/src/store/embedded/libsql.js";
import { FALLBACK_FILE } from "../../runtime/src/store/embedded/tables.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import type { VersionName } from "../../runtime/src/store/store.js";
import { atlas, AtlasDataset, CountryMapping } from "../support/atlas.js";
import { headOf, rewriteHead } from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { Random } from "../support/random.js";
import { SEED } from "../support/property.js";
import { until } from "../support/until.js";

const INTERVAL = 40;

let path: string;
let shared: MemoryStore;
let name: string;
const directories: string[] = [];
let ends: (() => Promise<void>)[];

beforeEach(async () => {
  path = await newDirectory();
  shared = new MemoryStore();
  name = "one";
  ends = [];
});
afterEach(async () => {
  for (const end of ends) await end();
  await shared.close();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cached-collections-fallback-"));
  directories.push(directory);
  return directory;
}

/** A process of its own, as far as the store and the fallback can tell. */
function startProcess(maxAgeMs?: number): ObservedStore {
  const options = maxAgeMs === undefined ? { path } : { path, maxAgeMs };
  const fallback = new EmbeddedFallback(options, "orders");
  const store = observe(shared, { fallback });
  ends.push(async () => {
    await store.close();
    fallback.close(new CachedCollectionsError("ERR_CLOSED", "fallback", "closed by the test"));
  });
  return store;
}

function country(store: ObservedStore, hash?: string): CountryMapping {
  const load = (): { code: string; name: string }[] => [{ code: "FR", name }];
  return new CountryMapping(store, { checkIntervalMs: INTERVAL, load }, atlas(hash));
}

/** Starts a process whose store cannot be reached; `failures` are the codes and messages it was told. */
function startCutOff(maxAgeMs?: number, hash?: string): CutOff {
  const store = startProcess(maxAgeMs);
  store.unreachable = true;
  const collection = country(store, hash);
  const failures: string[] = [];
  collection.on("failure", ({ error }) => failures.push(`${error.code} ${error.message}`));
  return { store, collection, failures };
}

interface CutOff {
  readonly store: ObservedStore;
  readonly collection: CountryMapping;
  readonly failures: string[];
}

const V = "Country:00000000000000a1";
const COUNTRY: readonly VersionName[] = [V];
const DATASET: readonly VersionName[] = [
  ...COUNTRY,
  "Place:00000000000000a1",
  "Notice:00000000000000a1",
];

/** Resolves when what is published of these versions is kept: what a process that starts would find. */
async function isKept(versions: readonly VersionName[] = COUNTRY): Promise<void> {
  const fallback = new EmbeddedFallback({ path }, "orders");
  const schema = fallback.schema("atlas");
  await until("it is kept", async () => {
    const published = await shared.schema("atlas").check(versions);
    const kept = await schema.find(versions).catch(() => undefined);
    return versions.every(
      (version) => kept?.heads.get(version)?.id === published.versions.get(version)?.head?.id,
    );
  });
  fallback.close(new CachedCollectionsError("ERR_CLOSED", "fallback", "closed by the test"));
}

test("a process that cannot reach the store serves what was kept, marked, and heals by itself", async () => {
  const first = country(startProcess());
  await first.push();
  await isKept();
  const { store, collection } = startCutOff();
  const reloads: boolean[] = [];
  let stale = 0;
  collection.on("reload", ({ isFallback }) => reloads.push(isFallback));
  collection.on("stale", () => stale++);
  expect((await collection.ready()).get("FR")?.name).toBe("one");
  expect([reloads, stale]).toEqual([[true], 1]);
  expect(collection.status).toBe("failing");
  expect(collection.ageMs).toBeGreaterThan(0);
  expect(collection.ageMs).toBeLessThan(10_000);
  await expect(collection.pull()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  name = "two";
  await first.push();
  store.unreachable = false;
  await until("it is fresh", () => collection.status === "fresh");
  expect(collection.get("FR")?.name).toBe("two");
  expect(reloads).toEqual([true, false]);
});

test("what is served later is kept too; a process that is behind does not put an older state in its place", async () => {
  const store = startProcess();
  const first = country(store);
  await first.push();
  const behindStore = startProcess();
  const behind = country(behindStore);
  await behind.ready();
  await isKept();
  behindStore.unreachable = true;
  name = "two";
  await first.push();
  await isKept();
  // It comes back to a store that says what it said when it was cut off.
  const old = startCutOff();
  expect((await old.collection.ready()).get("FR")?.name).toBe("two");
});

test("a store that went back takes the fallback along", async () => {
  const store = startProcess();
  const first = country(store);
  await first.push();
  const old = await headOf(shared, V);
  name = "two";
  await first.push();
  await isKept();
  await rewriteHead(shared, V, () => old);
  await until("it went back", () => first.get("FR")?.name === "one" && first.revision === 1);
  await isKept();
  expect((await startCutOff().collection.ready()).get("FR")?.name).toBe("one");
});

test("a data set is served whole, of one moment", async () => {
  let round = 1;
  const load = {
    country: () => [{ code: "FR", name: `round ${round}` }],
    place: () => [{ id: 1, name: `round ${round}`, country: "FR" }],
    notice: () => [{ text: `round ${round}` }],
  };
  const writer = new AtlasDataset(startProcess(), { checkIntervalMs: INTERVAL, load });
  await writer.push();
  // A process that has only one of the collections open keeps that one for itself.
  const other = country(startProcess());
  await other.ready();
  round = 2;
  await writer.push();
  await isKept(DATASET);
  const store = startProcess();
  store.unreachable = true;
  const page = await new AtlasDataset(store, { checkIntervalMs: INTERVAL, load }).ready();
  expect([page.country.get("FR")?.name, page.place.get(1)?.name, page.notice.at(0)?.text]).toEqual([
    "round 2",
    "round 2",
    "round 2",
  ]);
});

describe("a fallback that is of no use is ignored, and said to be so", () => {
  const cutOff = async (part: string, maxAgeMs?: number, hash?: string): Promise<void> => {
    const { store, collection, failures } = startCutOff(maxAgeMs, hash);
    await expect(collection.ready({ timeoutMs: 300 })).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
    });
    expect(failures.find((each) => each.startsWith("ERR_FALLBACK"))).toContain(part);
    store.unreachable = false;
    expect((await collection.ready()).size).toBe(1);
    await isKept(hash === undefined ? COUNTRY : [`Country:${hash}`]);
  };
  const keepOne = async (): Promise<void> => {
    const store = startProcess();
    await country(store).push();
    await isKept();
    await store.close();
  };

  test("nothing was kept", () => cutOff("nothing is kept of Country:00000000000000a1 yet"));

  test("it is of another schema", async () => {
    await keepOne();
    await cutOff("only of Country:00000000000000a1", undefined, "00000000000000bb");
  });

  test("it is older than allowed", async () => {
    await keepOne();
    const agedMs = Date.now();
    await until("a moment has passed", () => Date.now() - agedMs > 10);
    await cutOff("fallback.maxAgeMs is 5", 5);
  });

  test.each([0.2, 0.6, 0.95])("it was truncated to %f of its size", async (share) => {
    await keepOne();
    await moveTo((bytes) => bytes.subarray(0, Math.floor(bytes.length * share)));
    await cutOff("");
  });
});

test("a bit flipped anywhere never makes a wrong answer", async () => {
  const random = new Random(SEED);
  await country(startProcess()).push();
  await isKept();
  const outcomes = new Set<string>();
  const intact = await moveTo((bytes) => bytes);
  for (let round = 0; round < 60; round++) {
    const at = random.integer(intact.length);
    const bytes = Buffer.from(intact);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8));
    await moveTo(() => bytes);
    outcomes.add(await answerAfterFlip(`SEED=${SEED}, byte ${at}`));
  }
  expect([...outcomes].toSorted()).toEqual(["ERR_FALLBACK", "one"]);
});

/** Ends all processes, and puts what they kept, changed, into another directory; returns it as it was. */
async function moveTo(change: (bytes: Buffer) => Buffer): Promise<Buffer> {
  for (const end of ends.splice(0)) await end();
  const database = (await loadLibsql("test"))(join(path, FALLBACK_FILE.name));
  database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
  database.close();
  const bytes = await readFile(join(path, FALLBACK_FILE.name));
  path = await newDirectory();
  await writeFile(join(path, FALLBACK_FILE.name), change(bytes));
  return bytes;
}

/** What a process that is cut off gets out of it. */
async function answerAfterFlip(where: string): Promise<string> {
  const { store, collection, failures } = startCutOff();
  const asked = collection.ready();
  asked.catch(() => undefined);
  const told = (): boolean => failures.some((each) => each.startsWith("ERR_FALLBACK"));
  await until(`an answer, ${where}`, () => collection.revision > 0 || told());
  const answer = told() ? "ERR_FALLBACK" : collection.get("FR")?.name;
  await store.close();
  return answer ?? `nothing, ${where}`;
}
