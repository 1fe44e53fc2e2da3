/** Large segments of the Redis store come straight into the memory they are for, or in the ordinary way. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import * as fc from "fast-check";
import { redisStore, type RedisClient, type Store } from "cached-collections";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { afterAll, beforeAll, expect, test } from "vitest";
import { redisKeys } from "../../runtime/src/store/redis/redis-keys.js";
import { ChunkSocket } from "../../runtime/src/store/redis/chunk-socket.js";
import type { SchemaStore } from "../../runtime/src/store/store.js";
import { SEED } from "../support/property.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { startTcpProxy } from "../support/tcp-proxy.js";
import { until } from "../support/until.js";
import { randomId } from "./publications.js";

const MIB = 1024 * 1024;
const prefix = "lane";
const lazy = { lazyConnect: true } as const;
let server: RedisServer;
let direct: Redis;
let id: string;
let content: Buffer;

beforeAll(async () => {
  server = await startRedis();
  direct = new Redis(server.url);
  await using store: Store = redisStore(direct, { prefix });
  id = randomId();
  content = randomBytes(4 * MIB + 12_345);
  for (let at = 0; at < content.length; at += MIB)
    await store.schema("geo").putChunk(id, at / MIB, content.subarray(at, at + MIB));
});

afterAll(async () => {
  direct.disconnect();
  await server.stop();
});

interface Fetched {
  readonly bytes: Uint8Array;
  /** Which chunks were read into place. */
  readonly inPlace: readonly boolean[];
}

/** All chunks, two at a time, as a collection asks for them. */
async function fetchAll(schema: SchemaStore): Promise<Fetched> {
  const bytes = new Uint8Array(new SharedArrayBuffer(content.length));
  const inPlace: boolean[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next * MIB < bytes.length) {
      const index = next++;
      const into = bytes.subarray(index * MIB, (index + 1) * MIB);
      const chunk = await schema.getChunk(id, index, into);
      inPlace[index] = chunk === into;
      if (chunk !== undefined) into.set(chunk);
    }
  };
  await Promise.all([runner(), runner()]);
  return { bytes, inPlace };
}

/** Connections beside `direct`. */
async function connections(): Promise<number> {
  const list = String(await direct.client("LIST"));
  return list.trim().split("\n").length - 1;
}

const clients: readonly (readonly [string, () => RedisClient])[] = [
  ["ioredis 6", () => new Redis(server.url, lazy)],
  ["ioredis 5", () => new Redis5(server.url, lazy)],
  ["a client with RESP2", () => new Redis(server.url, { ...lazy, protocol: 2 })],
  ["a client that prefixes keys", () => new Redis(server.url, { ...lazy, keyPrefix: "x:" })],
  [
    "a client that does not wait for ready",
    () => new Redis(server.url, { ...lazy, enableReadyCheck: false }),
  ],
  ["a client that pipelines", () => new Redis(server.url, { ...lazy, enableAutoPipelining: true })],
];

test.each(clients)("%s reads chunks into place", async (_name, make) => {
  await using store: Store = redisStore(make(), { prefix });
  const { bytes, inPlace } = await fetchAll(store.schema("geo"));
  expect(Buffer.compare(bytes, content)).toBe(0);
  expect(inPlace).toEqual([true, true, true, true, true]);
});

test("a client that does not say where it connects to gives chunks as replies", async () => {
  const redis = new Redis(server.url, lazy);
  const adapter: RedisClient = {
    status: redis.status,
    isCluster: false,
    duplicate: (first) => redis.duplicate(first),
    connect: async () => redis.connect(),
    disconnect: () => redis.disconnect(),
    callBuffer: async (command, args) => redis.callBuffer(command, args),
    subscribe: async (...channels) => redis.subscribe(...channels),
    on: () => undefined,
  };
  await using store: Store = redisStore(adapter, { prefix });
  const { bytes, inPlace } = await fetchAll(store.schema("geo"));
  expect(Buffer.compare(bytes, content)).toBe(0);
  expect(inPlace).toEqual([false, false, false, false, false]);
});

test("the connection for chunks goes when they are read, and with the store", async () => {
  await until("other tests' connections are gone", async () => (await connections()) === 0);
  const store = redisStore(direct, { prefix });
  await fetchAll(store.schema("geo"));
  expect(await connections()).toBe(1);
  await until("idle", async () => (await connections()) === 0);
  await fetchAll(store.schema("geo"));
  expect(await connections()).toBe(1);
  await store.close();
  await until("closed", async () => (await connections()) === 0);
});

test("a chunk that is missing or of another size is told as what it is", async () => {
  await using store: Store = redisStore(direct, { prefix });
  const schema = store.schema("geo");
  const memory = new Uint8Array(new SharedArrayBuffer(4 * MIB));
  expect(await schema.getChunk(id, 99, memory.subarray(0, MIB))).toBeUndefined();
  const last = await schema.getChunk(id, 4, memory.subarray(0, MIB));
  expect(Buffer.compare(last ?? memory, content.subarray(4 * MIB))).toBe(0);
  await direct.set(redisKeys(prefix, "geo").segment("wrong"), "text");
  await expect(schema.getChunk("wrong", 0, memory.subarray(0, MIB))).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
  });
  expect(memory.every((byte) => byte === 0)).toBe(true);
});

test("a connection that breaks in the middle of a chunk costs nothing but time", async () => {
  const proxy = await startTcpProxy(server.port);
  await using store: Store = redisStore(new Redis(proxy.port, lazy), { prefix });
  const schema = store.schema("geo");
  const into = new Uint8Array(new SharedArrayBuffer(4 * MIB)).subarray(0, MIB);
  await schema.check([]);
  const reading = schema.getChunk(id, 0, into);
  await until("the chunk begins to come", () => into[0] === content[0] && into[1] === content[1]);
  proxy.cut();
  const chunk = await reading;
  expect(Buffer.compare(chunk ?? into, content.subarray(0, MIB))).toBe(0);
  const { bytes } = await fetchAll(schema);
  expect(Buffer.compare(bytes, content)).toBe(0);
  await proxy.stop();
});

test("a connection that falls silent is given up, and its memory is left alone", async () => {
  const proxy = await startTcpProxy(server.port);
  await using store: Store = redisStore(new Redis(proxy.port, lazy), {
    prefix,
    commandTimeoutMs: 400,
  });
  const schema = store.schema("geo");
  const memory = new Uint8Array(new SharedArrayBuffer(4 * MIB));
  await schema.getChunk(id, 0, memory.subarray(0, MIB));
  proxy.blackHole("replies");
  await expect(schema.getChunk(id, 1, memory.subarray(MIB, 2 * MIB))).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
  });
  proxy.passAgain();
  const { bytes } = await fetchAll(schema);
  expect(Buffer.compare(bytes, content)).toBe(0);
  expect(memory.subarray(MIB).every((byte) => byte === 0)).toBe(true);
  await proxy.stop();
});

/** A server that says these pieces, each when the one before was sent. */
async function startSpeaker(
  pieces: readonly Buffer[],
): Promise<{ readonly port: number; readonly stop: () => void }> {
  const sockets = new Set<Socket>();
  const speaker = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.on("error", () => undefined);
    const say = (index: number): void => {
      const piece = pieces[index];
      if (piece !== undefined) socket.write(piece, () => setImmediate(say, index + 1));
    };
    say(0);
  });
  speaker.listen(0, "127.0.0.1");
  await once(speaker, "listening");
  const stop = (): void => {
    speaker.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (speaker.address() as AddressInfo).port, stop };
}

const cuts = fc.array(fc.nat(30_000), { maxLength: 12 });

test("chunks are told from what stands around them wherever a read ends", async () => {
  const sizes = [1, 9000, 4096, 2, 12_000];
  const chunks = sizes.map((size, index) => Buffer.alloc(size, `\r\n$${index} `));
  const said = Buffer.concat(
    chunks.flatMap((chunk) => [Buffer.from(`$${chunk.length}\r\n`), chunk, Buffer.from("\r\n")]),
  );
  const read = fc.asyncProperty(cuts, async (places) => {
    const ends = [...new Set(places.filter((at) => at < said.length)), said.length].sort(
      (a, b) => a - b,
    );
    const pieces = ends.map((end, index) => said.subarray(ends[index - 1] ?? 0, end));
    const speaker = await startSpeaker(pieces);
    const reader = new ChunkSocket({ port: speaker.port, host: "127.0.0.1" });
    const passed: Buffer[] = [];
    reader.socket.on("data", (data: Buffer) => passed.push(data));
    const expected = sizes.map((size) => reader.expect(new Uint8Array(size)));
    await until("all chunks", () => expected.every(({ isFilled }) => isFilled));
    expect(expected.map(({ into }) => Buffer.from(into))).toEqual(chunks);
    expect(Buffer.concat(passed).toString()).toBe("$0\r\n\r\n".repeat(sizes.length));
    reader.end();
    speaker.stop();
  });
  await fc.assert(read, { seed: SEED, numRuns: 30 });
});

test.each([
  "-ERR no\r\n",
  "$-1\r\n",
  "$9\r\nnine bytes",
  "_\r\n",
  "*1\r\n$8\r\n",
  "$8\r\n12345678no",
])("a reply that is no chunk of the size ends the socket: %j", async (said) => {
  const speaker = await startSpeaker([Buffer.from(said)]);
  const reader = new ChunkSocket({ port: speaker.port, host: "127.0.0.1" });
  const chunk = reader.expect(new Uint8Array(8));
  await once(reader.socket, "close");
  expect(chunk.isFilled).toBe(false);
  speaker.stop();
});
