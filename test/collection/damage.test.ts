/** Bytes that are truncated, flipped, missing or of another schema: refused, and repaired by somebody who can load. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { AtlasDataset, CountryMapping, type CountryInput } from "../support/atlas.js";
import {
  evictSegment,
  flipByte,
  headOf,
  rewriteChunk,
  rewriteHead,
} from "../support/memory-faults.js";
import { observe, type ObservedStore } from "../support/observed-store.js";
import { until } from "../support/until.js";

const V = "Country:00000000000000a1";
const INTERVAL = 40;

let shared: MemoryStore;
let producerStore: ObservedStore;
let readerStore: ObservedStore;
let name: string;
let producer: CountryMapping;
let reader: CountryMapping;

function rows(): CountryInput[] {
  return [{ code: "FR", name }];
}

beforeEach(async () => {
  name = "one";
  shared = new MemoryStore();
  producerStore = observe(shared);
  readerStore = observe(shared);
  producer = new CountryMapping(producerStore, { load: rows });
  reader = new CountryMapping(readerStore, { checkIntervalMs: INTERVAL });
  await producer.push();
  await reader.ready();
});
afterEach(async () => {
  await producerStore.close();
  await readerStore.close();
  await shared.close();
});

async function pushed(next: string): Promise<void> {
  name = next;
  await producer.push();
}

/** A new revision whose bytes are bad: the announcement is held back until they are. */
async function publishBad(damage: () => Promise<void>): Promise<void> {
  readerStore.unreachable = true;
  await pushed("two");
  await producerStore.close();
  await damage();
  readerStore.unreachable = false;
}

const damages: readonly (readonly [string, string, () => Promise<void>])[] = [
  ["a flipped byte in a chunk", "ERR_BAD_SEGMENT", () => flipByte(shared, V, 40)],
  [
    "a truncated chunk",
    "ERR_BAD_SEGMENT",
    () => rewriteChunk(shared, V, (chunk) => chunk.subarray(0, chunk.length - 3)),
  ],
  ["an evicted segment", "ERR_BAD_SEGMENT", () => evictSegment(shared, V)],
  [
    "a flipped byte in the manifest",
    "ERR_BAD_MANIFEST",
    () =>
      rewriteHead(shared, V, (head) => {
        const bytes = Uint8Array.from(head.bytes);
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        return { ...head, bytes };
      }),
  ],
  [
    "a truncated manifest",
    "ERR_BAD_MANIFEST",
    () => rewriteHead(shared, V, (head) => ({ ...head, bytes: head.bytes.subarray(0, 50) })),
  ],
  [
    "another schema's manifest",
    "ERR_BAD_MANIFEST",
    async () => {
      const other = Buffer.from((await headOf(shared, V)).bytes);
      other.write("ffffffffffffffff", other.indexOf("00000000000000a1"), "latin1");
      await rewriteHead(shared, V, (head) => ({ ...head, bytes: other }));
    },
  ],
];

test.each(damages)(
  "%s is refused with %s; the last good snapshot stays",
  async (_what, code, damage) => {
    const errors: string[] = [];
    reader.on("failure", ({ error }) => errors.push(error.code));
    const served = reader.snapshot();
    await publishBad(damage);
    await until("the damage was found", () => errors.includes(code));
    expect(reader.status).toBe("failing");
    expect(reader.snapshot()).toBe(served);
    const refused = { code, subject: expect.stringMatching(/^atlas\.Country\b/) as string };
    await expect(reader.pull()).rejects.toMatchObject(refused);
    const cold = observe(shared);
    const newcomer = new CountryMapping(cold);
    await expect(newcomer.ready({ timeoutMs: 50 })).rejects.toMatchObject({ code });
    await cold.close();
    // Somebody who can load repairs it, with new bytes although the rows are the same.
    const repairing = observe(shared);
    const reasons: string[] = [];
    const repairer = new CountryMapping(repairing, {
      checkIntervalMs: INTERVAL,
      load: ({ reason }) => {
        reasons.push(reason);
        return rows();
      },
    });
    await repairer.ready();
    await until("the reader is fresh again", () => reader.status === "fresh");
    expect(reader.get("FR")?.name).toBe("two");
    expect(reasons).toEqual(["repair"]);
    await repairing.close();
  },
);

const sizes: readonly (readonly [string, (chunk: Uint8Array) => Uint8Array, RegExp])[] = [
  [
    "too long",
    (chunk) => Buffer.concat([chunk, Buffer.alloc(1)]),
    / has \d+ bytes in the store, not \d+$/,
  ],
  ["too short", (chunk) => chunk.subarray(1), / has \d+ bytes in the store, not \d+$/],
  ["empty", () => new Uint8Array(), / is missing in the store$/],
];

test.each(sizes)("a chunk that is %s is never fetched", async (_what, change, said) => {
  await publishBad(() => rewriteChunk(shared, V, change));
  const refused = { code: "ERR_BAD_SEGMENT", message: expect.stringMatching(said) as string };
  const fetched = readerStore.count("getChunk");
  for (let time = 1; time <= 2; time++) {
    await expect(reader.pull()).rejects.toMatchObject(refused);
  }
  expect(readerStore.count("getChunk")).toBe(fetched);
  // Nor by somebody who pushes and would like to know what is there.
  const cold = observe(shared);
  await new CountryMapping(cold, { load: rows }).push();
  expect(cold.count("getChunk")).toBe(0);
  await cold.close();
  expect((await reader.pull()).get("FR")?.name).toBe("two");
});

test("nothing of a revision is fetched when one of its many chunks has another size", async () => {
  const large = Array.from({ length: 30 }, (_, n) => ({
    code: `C${n}`,
    name: "n".repeat(100_000),
  }));
  await publishBad(async () => {
    const loading = observe(shared);
    await new CountryMapping(loading, { load: () => large }).push();
    await loading.close();
    const { id, chunks } = (await headOf(shared, V)).segments[0] ?? { id: "", chunks: 0 };
    expect(chunks).toBe(3);
    shared.data("atlas").putChunk(id, chunks - 1, new Uint8Array(2), Infinity);
  });
  const fetched = readerStore.count("getChunk");
  await expect(reader.pull()).rejects.toMatchObject({
    code: "ERR_BAD_SEGMENT",
    message: expect.stringMatching(
      /chunk 2 of segment \w+ has 2 bytes in the store, not \d+$/,
    ) as string,
  });
  expect(readerStore.count("getChunk")).toBe(fetched);
});

test("a chunk that is bad only once is fetched again, and nobody repairs anything", async () => {
  readerStore.unreachable = true;
  await pushed("two");
  readerStore.unreachable = false;
  const errors: string[] = [];
  reader.on("failure", ({ error }) => errors.push(error.code));
  await flipByte(shared, V, 40);
  readerStore.after("getChunk", async () => {
    readerStore.after("getChunk", undefined);
    await flipByte(shared, V, 40);
  });
  const snapshot = await reader.pull();
  expect(snapshot.get("FR")?.name).toBe("two");
  expect(errors.filter((code) => code !== "ERR_STORE_UNAVAILABLE")).toEqual([]);
});

describe("a data set's collections", () => {
  test("change together: no reader sees one of them new and another old", async () => {
    let round = 1;
    const writer = new AtlasDataset(producerStore, {
      load: {
        country: () => [{ code: "FR", name: `round ${round}` }],
        place: () => [{ id: 1, name: `round ${round}`, country: "FR" }],
        notice: () => [{ text: `round ${round}` }],
      },
    });
    await writer.push();
    const data = new AtlasDataset(readerStore, { checkIntervalMs: INTERVAL });
    await data.ready();
    const mixed: unknown[] = [];
    const look = (): void => {
      const page = data.snapshot();
      const seen = [page.country.get("FR")?.name, page.place.get(1)?.name, page.notice.at(0)?.text];
      if (new Set(seen).size !== 1) mixed.push(seen);
    };
    for (const event of ["reload"] as const) data.on(event, look);
    const looking = setInterval(look, 1);
    for (round = 2; round <= 10; round++) await writer.push();
    await until("the reader has the last round", () => data.notice.at(0)?.text === "round 10");
    clearInterval(looking);
    expect(mixed).toEqual([]);
  });

  test("wait for each other when one of them is damaged", async () => {
    let round = 1;
    const writer = new AtlasDataset(producerStore, {
      load: {
        country: () => [{ code: "FR", name: `round ${round}` }],
        place: () => [{ id: 1, name: `round ${round}`, country: "FR" }],
        notice: () => [{ text: `round ${round}` }],
      },
    });
    await writer.push();
    const data = new AtlasDataset(readerStore, { checkIntervalMs: INTERVAL });
    await data.ready();
    readerStore.unreachable = true;
    round = 2;
    await writer.push();
    await producerStore.close();
    await flipByte(shared, "Notice:00000000000000a1", 40);
    readerStore.unreachable = false;
    await until("the damage was found", () => data.notice.status === "failing");
    const page = data.snapshot();
    expect([page.country.get("FR")?.name, page.place.get(1)?.name]).toEqual(["round 1", "round 1"]);
    await expect(data.country.pull()).rejects.toMatchObject({ code: "ERR_BAD_SEGMENT" });
  });
});
