/** Which revisions are fetched at once, and which when somebody reads them. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { AtlasDataset, CountryMapping, NoticeSequence } from "../support/atlas.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

const INTERVAL = 20;

let shared: MemoryStore;
let readerStore: ObservedStore;
let round: number;
let writer: AtlasDataset;
beforeEach(async () => {
  shared = new MemoryStore();
  readerStore = observe(shared);
  round = 1;
  writer = new AtlasDataset(observe(shared), {
    load: {
      country: () => [{ code: "FR", name: `round ${round}` }],
      place: () => [{ id: 1, name: `round ${round}`, country: "FR" }],
      notice: () => [{ text: `round ${round}` }],
    },
  });
  await writer.push();
});
afterEach(async () => {
  await readerStore.close();
  await shared.close();
});

async function push(next: number): Promise<void> {
  round = next;
  await writer.push();
}

/** Lets so many checks go by without reading anything. */
async function checksPass(count: number): Promise<void> {
  const before = readerStore.count("check");
  await until(`${count} checks`, () => readerStore.count("check") >= before + count);
}

test("what nobody reads is left behind and says so; the next read answers at once and fetches it", async () => {
  const notice = new NoticeSequence(readerStore, { checkIntervalMs: INTERVAL });
  await notice.ready();
  await checksPass(14);
  const fetches = readerStore.count("getChunk");
  await push(2);
  await until("it knows", () => notice.status === "stale");
  await checksPass(5);
  expect(readerStore.count("getChunk")).toBe(fetches);
  expect(notice.at(0)?.text).toBe("round 1");
  await until("the read fetched it", () => notice.at(0)?.text === "round 2");
  await until("it is fresh", () => notice.status === "fresh");
});

test("what is read now and then is fetched before it is read again", async () => {
  const notice = new NoticeSequence(readerStore, { checkIntervalMs: INTERVAL });
  await notice.ready();
  await checksPass(14);
  const fetches = readerStore.count("getChunk");
  // It cannot see the push before it is read.
  readerStore.unreachable = true;
  await push(2);
  expect(notice.at(0)?.text).toBe("round 1");
  readerStore.unreachable = false;
  await until("it was fetched", () => readerStore.count("getChunk") > fetches);
});

const wishes: readonly (readonly [string, (notice: NoticeSequence) => void, boolean])[] = [
  ["an eager collection", () => undefined, true],
  ["one with a listener for reload", (notice) => notice.on("reload", () => undefined), false],
];
test.each(wishes)("%s is fetched although nobody reads it", async (_what, wish, eager) => {
  const notice = new NoticeSequence(readerStore, { checkIntervalMs: INTERVAL, eager });
  wish(notice);
  await notice.ready();
  await checksPass(14);
  const fetches = readerStore.count("getChunk");
  await push(2);
  await until("it was fetched", () => readerStore.count("getChunk") > fetches);
  await until("it is fresh", () => notice.status === "fresh");
});

test("the collections of an eager data set are eager, also when it was never started itself", async () => {
  const data = new AtlasDataset(readerStore, { checkIntervalMs: INTERVAL, eager: true });
  await data.notice.ready();
  await checksPass(14);
  const fetches = readerStore.count("getChunk");
  await push(2);
  await until("it was fetched", () => readerStore.count("getChunk") > fetches);
});

test("pull fetches what nobody read", async () => {
  const notice = new NoticeSequence(readerStore, { checkIntervalMs: INTERVAL });
  await notice.ready();
  await checksPass(14);
  readerStore.unreachable = true;
  await push(2);
  readerStore.unreachable = false;
  expect((await notice.pull()).at(0)?.text).toBe("round 2");
});

test("a data set of which one collection is read is fetched whole", async () => {
  const data = new AtlasDataset(readerStore, { checkIntervalMs: INTERVAL });
  await data.ready();
  await checksPass(14);
  const rounds = new Set<string>();
  await push(2);
  await until("the country is read", () => {
    data.country.get("FR");
    return data.notice.status === "fresh" && data.country.get("FR")?.name === "round 2";
  });
  const page = data.snapshot();
  for (const name of [
    page.country.get("FR")?.name,
    page.place.get(1)?.name,
    page.notice.at(0)?.text,
  ]) {
    rounds.add(name ?? "");
  }
  expect([...rounds]).toEqual(["round 2"]);
});

test("what was published together is fetched together, whoever opened it", async () => {
  const country = new CountryMapping(readerStore, { checkIntervalMs: INTERVAL });
  const notice = new NoticeSequence(readerStore, { checkIntervalMs: INTERVAL });
  await Promise.all([country.ready(), notice.ready()]);
  await checksPass(14);
  expect(country.size).toBe(1);
  await push(2);
  await until("the country is there", () => country.get("FR")?.name === "round 2");
  expect(notice.at(0)?.text).toBe("round 2");
});
