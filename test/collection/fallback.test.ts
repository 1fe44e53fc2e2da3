/** The fallback: what is kept on the machine, and who is served from it when the store cannot be reached. */
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CHUNK_BYTES } from "../../runtime/src/bytes/segment-assembly.js";
import { FileFallback } from "../../runtime/src/store/fallback/file-fallback.js";
import { pin, unpin } from "../../runtime/src/collection/pins.js";
import { withFileLock } from "../../runtime/src/store/fallback/file-lock.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import type { VersionName } from "../../runtime/src/store/store.js";
import { atlas, AtlasDataset, CountryMapping } from "../support/atlas.js";
import { flipByte, headOf, rewriteHead } from "../support/memory-faults.js";
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
  const fallback = new FileFallback(options, "orders");
  const store = observe(shared, { fallback });
  ends.push(async () => store.close());
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
  const fallback = new FileFallback({ path }, "orders");
  const schema = fallback.schema("atlas", CHUNK_BYTES);
  await until("it is kept", async () => {
    const published = await shared.schema("atlas").check(versions);
    const kept = await schema.find(versions).catch(() => undefined);
    return versions.every(
      (version) => kept?.heads.get(version)?.id === published.versions.get(version)?.head?.id,
    );
  });
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

test("a process that finds damaged bytes and nothing else serves what was kept, until they are repaired", async () => {
  const { country: definition } = atlas();
  const first = country(startProcess());
  await first.push();
  await isKept();
  // A pin keeps the loaders from repairing it.
  await pin(definition, shared);
  await flipByte(shared, V, 40);
  const second = country(startProcess());
  const codes = new Set<string>();
  second.on("failure", ({ error }) => codes.add(error.code));
  expect((await second.ready()).get("FR")?.name).toBe("one");
  expect(second.status).toBe("failing");
  expect(codes).toEqual(new Set(["ERR_BAD_SEGMENT"]));
  await unpin(definition, shared);
  name = "two";
  await until("it is repaired", () => second.get("FR")?.name === "two");
  await until("it is fresh", () => second.status === "fresh");
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

  test.each([
    ["state", 0],
    ["state", 0.6],
    ["state", 0.99],
    ["segment", 0],
    ["segment", 0.6],
    ["segment", 0.99],
  ])("the file of a %s was truncated to %f of its size", async (kind, share) => {
    await keepOne();
    const files = await filesOf();
    const [name = "", bytes = EMPTY] = [...files].find(([each]) => each.startsWith(kind)) ?? [];
    const truncated = bytes.subarray(0, Math.floor(bytes.length * share));
    await startFrom(new Map([...files, [name, truncated]]));
    await cutOff(share === 0 && kind === "segment" ? "missing" : "damaged");
  });

  test("the file of a segment is gone", async () => {
    await keepOne();
    const files = [...(await filesOf())].filter(([name]) => name.startsWith("state"));
    await startFrom(new Map(files));
    await cutOff("missing");
  });

  test("the directory cannot be made", async () => {
    path = join(path, "file", "below");
    await writeFile(join(path, "..", "..", "file"), "");
    const { collection, failures } = startCutOff();
    await expect(collection.ready({ timeoutMs: 200 })).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
    });
    expect(failures.find((each) => each.startsWith("ERR_FALLBACK"))).toMatch(
      /, .*fallback-1 .*, cannot be used: ENOTDIR/,
    );
  });
});

test("a bit flipped anywhere is found, and what is kept is thrown away", async () => {
  const random = new Random(SEED);
  await country(startProcess()).push();
  await isKept();
  const intact = await filesOf();
  for (let round = 0; round < 60; round++) {
    const [name, bytes] = random.pick([...intact]);
    const at = random.integer(bytes.length);
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.integer(8));
    await startFrom(new Map([...intact, [name, flipped]]));
    const where = `SEED=${SEED}, byte ${at} of ${name}`;
    expect(`${await answerAfterFlip(where)}, ${where}`).toBe(`ERR_FALLBACK, ${where}`);
    expect((await filesOf()).size).toBe(0);
  }
});

test("what no state names any more is removed, with the temporary files of killed processes", async () => {
  const first = country(startProcess());
  await first.push();
  await isKept();
  const folder = new FileFallback({ path }, "orders").folder("atlas");
  const kept = [...(await filesOf()).keys()];
  const old = new Date(Date.now() - 3_600_000);
  for (const name of ["segment-0", "state-0.abc"]) {
    await writeFile(join(folder, name), "left behind");
    await utimes(join(folder, name), old, old);
  }
  await writeFile(join(folder, "segment-1"), "being written");
  name = "two";
  await first.push();
  await isKept();
  const names = await until("what was left behind is gone", async () => {
    const all = [...(await filesOf()).keys()];
    return !all.includes("segment-0") && !all.includes("state-0.abc") && all;
  });
  expect(names).toContain("segment-1");
  // Those replaced a moment ago stay a while: another process may be reading them.
  expect(names).toEqual(expect.arrayContaining(kept));
});

test("a lock that a killed process left behind is removed", async () => {
  const lock = join(path, "lock");
  await writeFile(lock, "");
  const old = new Date(Date.now() - 60_000);
  await utimes(lock, old, old);
  const order: string[] = [];
  await Promise.all(
    ["a", "b", "c"].map(async (each) =>
      withFileLock(lock, new AbortController().signal, async () => {
        order.push(each);
        await Promise.resolve();
        order.push(each);
      }),
    ),
  );
  // Whoever has it ends before the next begins.
  expect(order.filter((each, index) => index % 2 === 0 && order[index + 1] === each)).toHaveLength(
    3,
  );
});

test("closing does not wait for a lock that another process holds", async () => {
  const folder = new FileFallback({ path }, "orders").folder("atlas");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "lock"), "");
  const store = startProcess();
  await country(store).push();
  const segments = async (): Promise<string[]> =>
    (await readdir(folder)).filter((each) => each.startsWith("segment-"));
  await until("it waits", async () => (await segments()).length > 0);
  const startedAt = performance.now();
  await store.close();
  // Until it counted as abandoned, ten seconds.
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test("a segment that is about to be named again is not forgotten as old", async () => {
  const store = startProcess();
  await country(store).push();
  await isKept();
  const segment = [...(await filesOf()).keys()].find((each) => each.startsWith("segment-"));
  const file = join(new FileFallback({ path }, "orders").folder("atlas"), segment ?? "");
  const old = new Date(Date.now() - 3_600_000);
  await utimes(file, old, old);
  // Another process with other versions open serves the same segment, and will say so in a moment.
  const schema = new FileFallback({ path }, "orders").schema("atlas", CHUNK_BYTES);
  const { signal } = new AbortController();
  await schema.putSegment((segment ?? "").slice("segment-".length), await readFile(file), signal);
  name = "two";
  await country(store).push();
  await isKept();
  await schema.keep({ heads: new Map(), confirmedAtMs: Date.now() }, true, signal);
  expect([...(await filesOf()).keys()]).toContain(segment);
});

const EMPTY = Buffer.alloc(0);

/** What is kept of the schema, by file name. */
async function filesOf(): Promise<ReadonlyMap<string, Buffer>> {
  const folder = new FileFallback({ path }, "orders").folder("atlas");
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name !== "lock");
  const contents = await Promise.all(
    // Some are renamed or removed meanwhile.
    files.map(async (name) => readFile(join(folder, name)).catch(() => undefined)),
  );
  return new Map(
    files.flatMap((name, index) => {
      const content = contents[index];
      return content === undefined ? [] : [[name, content] as const];
    }),
  );
}

/** Ends all processes, and leaves these files to those that start next. */
async function startFrom(files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const end of ends.splice(0)) await end();
  path = await newDirectory();
  const folder = new FileFallback({ path }, "orders").folder("atlas");
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
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
