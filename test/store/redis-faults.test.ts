/** The Redis store when the network or the server fails: deadlines, what is sent again, what is said. */
import { redisStore, type Store } from "cached-collections";
import { Redis } from "ioredis";
import {
  afterAll,
  beforeAll,
  beforeEach,
  afterEach,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { Announcement, SchemaStore } from "../../runtime/src/store/store.js";
import { freePort, startRedis, type RedisServer } from "../support/redis-server.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import { until } from "../support/until.js";
import {
  CITY,
  entryOf,
  headOf,
  manifestOf,
  publishNext,
  requestOf,
  takeTicket,
  upload,
} from "./publications.js";

const TIMEOUT_MS = 1000;

let server: RedisServer;
let proxy: TcpProxy;
let direct: Redis;
let given: Redis;
let store: Store;
let schema: SchemaStore;
let tests = 0;

beforeAll(async () => {
  server = await startRedis();
  proxy = await startTcpProxy(server.port);
  direct = new Redis(server.url);
});

afterAll(async () => {
  direct.disconnect();
  await proxy.stop();
  await server.stop();
});

beforeEach(() => {
  given = new Redis(proxy.port, "127.0.0.1", { lazyConnect: true });
  store = redisStore(given, { prefix: `test${++tests}`, commandTimeoutMs: TIMEOUT_MS });
  schema = store.schema("geo");
});

afterEach(async () => {
  proxy.heal();
  await direct.config("SET", "maxmemory", "0");
  await store.close();
  given.disconnect();
});

test("a black hole fails a command at its deadline; when it is gone the next command works", async () => {
  await publishNext(schema);
  proxy.blackHole("both");
  const start = performance.now();
  await expect(schema.check([CITY])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  const tookMs = performance.now() - start;
  expect(tookMs).toBeGreaterThan(TIMEOUT_MS - 10);
  expect(tookMs).toBeLessThan(TIMEOUT_MS + 1000);
  proxy.heal();
  expect((await headOf(schema))?.revision).toBe(1);
});

test("commands that give up one connection together end it once: no warning of too many listeners", async () => {
  const warnings: string[] = [];
  const warned = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", warned);
  onTestFinished(() => void process.off("warning", warned));
  await publishNext(schema);
  proxy.blackHole("both");
  const checks = Array.from({ length: 12 }, async () => schema.check([CITY]));
  for (const { status } of await Promise.allSettled(checks)) expect(status).toBe("rejected");
  // Warnings come in a turn of their own, in their order.
  process.emitWarning("the last one");
  await until("the last warning", () => warnings.includes("the last one"));
  expect(warnings).toEqual(["the last one"]);
});

test("a command whose connection is cut is sent again if it only reads", async () => {
  await publishNext(schema);
  proxy.blackHole("replies");
  const checking = schema.check([CITY]);
  await proxy.sent(`head:${CITY}`);
  proxy.heal();
  expect((await checking).versions.get(CITY)?.head?.revision).toBe(1);
});

test("a publication without a reply has an unknown outcome, ran once, and is recognised", async () => {
  const ticket = await takeTicket(schema);
  const request = requestOf(ticket, [entryOf({ manifest: manifestOf(1, [await upload(schema)]) })]);
  // Once, so that the script is known and one command carries the publication.
  await publishNext(schema, { version: "Other:1" });
  proxy.blackHole("replies");
  const publishing = schema.publish(request);
  await proxy.sent(request.entries[0]?.manifest.id ?? "");
  await until("the server ran it", async () => (await directHead()) !== null);
  proxy.heal();
  await expect(publishing).rejects.toMatchObject({ code: "ERR_OUTCOME_UNKNOWN" });
  const { seq } = await schema.check([CITY]);
  expect(await schema.publish(request)).toEqual({ outcome: "already", seq });
  expect((await schema.check([CITY])).seq).toBe(seq);
});

const directHead = (): Promise<string | null> =>
  direct.hget(`{cc:test${tests}:geo}:state`, `head:${CITY}`);

test("scripts that the server forgot are sent again in full", async () => {
  await publishNext(schema);
  await direct.script("FLUSH");
  expect((await publishNext(schema)).revision).toBe(2);
});

test("a server that is not there is an error at the deadline, and a store once it is", async () => {
  const port = await freePort();
  const redis = new Redis(port, "127.0.0.1", { lazyConnect: true });
  const waiting = redisStore(redis, { prefix: "test", commandTimeoutMs: TIMEOUT_MS });
  await expect(waiting.schema("geo").check([CITY])).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringContaining("ECONNREFUSED") as string,
  });
  const checking = waiting.schema("geo").check([CITY]);
  const late = await startRedis({ port });
  expect((await checking).seq).toBe(0);
  await waiting.close();
  await late.stop();
});

test("no error shows a password, also not one that the server refuses", async () => {
  const redis = new Redis(server.port, "127.0.0.1", {
    lazyConnect: true,
    username: "nobody",
    password: "sesame-open",
  });
  const locked = redisStore(redis, { prefix: "test", commandTimeoutMs: 300 });
  const error: unknown = await locked
    .schema("geo")
    .check([CITY])
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain("sesame");
  expect(String(error)).toContain("WRONGPASS");
  await locked.close();
});

test("a replica refuses to publish and is asked again until it is a master", async () => {
  const replica = await startRedis({ args: ["--replicaof", "127.0.0.1", String(server.port)] });
  const redis = new Redis(replica.url);
  const onReplica = redisStore(redis, { prefix: "replica", commandTimeoutMs: 10_000 });
  const publishing = publishNext(onReplica.schema("geo"));
  await until("a write was refused", async () =>
    /cmdstat_eval:.*failed_calls=[1-9]/.test(await redis.info("commandstats")),
  );
  await redis.replicaof("NO", "ONE");
  expect((await publishing).revision).toBe(1);
  await onReplica.close();
  redis.disconnect();
  await replica.stop();
});

test("a server without memory refuses uploads, and publishes whole what is there", async () => {
  const ticket = await takeTicket(schema);
  const manifest = manifestOf(1, [await upload(schema)]);
  await direct.config("SET", "maxmemory", "1");
  await expect(upload(schema)).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringContaining("OOM") as string,
  });
  const reply = await schema.publish(requestOf(ticket, [entryOf({ manifest })]));
  expect(reply.outcome).toBe("published");
  expect(await headOf(schema)).toEqual(manifest);
  expect((await schema.check([CITY])).versions.get(CITY)?.push?.void).toBe(reply.seq);
});

test("announcements come back after their connection was killed, and that is said", async () => {
  const heard: Announcement[] = [];
  let reconnected = 0;
  await schema.subscribe({
    announced: (announcement) => heard.push(announcement),
    reconnected: () => void reconnected++,
  });
  await schema.invalidate(["City"]);
  await until("announced", () => heard.length === 1);
  expect(reconnected).toBe(0);
  proxy.cut();
  await until("reconnected", () => reconnected === 1);
  await schema.invalidate(["City"]);
  await until("announced again", () => heard.length === 2);
});

test("a black hole that a command runs into makes the subscription connect anew", async () => {
  let reconnected = 0;
  await schema.subscribe({ announced: () => undefined, reconnected: () => void reconnected++ });
  proxy.blackHole("both");
  await expect(schema.check([CITY])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  proxy.passAgain();
  await until("reconnected", () => reconnected > 0);
});

test("a server that hangs up is called again after growing pauses", async () => {
  // The shortest that jitter makes of them.
  const random = vi.spyOn(Math, "random").mockReturnValue(0);
  const calls: number[] = [];
  const rude = createServer((socket) => {
    calls.push(performance.now());
    socket.destroy();
  });
  rude.listen(0, "127.0.0.1");
  await once(rude, "listening");
  const { port } = rude.address() as AddressInfo;
  const client = new Redis(port, "127.0.0.1", { lazyConnect: true });
  const far = redisStore(client, { prefix: "rude", commandTimeoutMs: TIMEOUT_MS });
  await far.schema("geo").subscribe({ announced: () => undefined, reconnected: () => undefined });
  await until("it has called four times", () => calls.length >= 4);
  const [first = 0, , , fourth = 0] = calls;
  // A quarter of a second, half a second, one second.
  expect(fourth - first).toBeGreaterThan(1_700);
  random.mockRestore();
  await far.close();
  rude.close();
});

test("the list of segments does not grow with every publication", async () => {
  for (let revision = 1; revision <= 40; revision++) {
    const { segments } = await publishNext(schema);
    await direct.del(`{cc:test${tests}:geo}:seg:${segments[0]?.id}`);
  }
  expect(await direct.scard(`{cc:test${tests}:geo}:segments`)).toBeLessThan(20);
});

test("closing ends the store's own connections and fails what comes later", async () => {
  const clients = async (): Promise<number> =>
    String(await direct.client("LIST"))
      .trim()
      .split("\n").length;
  await given.connect();
  const before = await clients();
  await schema.subscribe({ announced: () => undefined, reconnected: () => undefined });
  await schema.check([CITY]);
  expect(await clients()).toBe(before + 2);
  await store.close();
  await store.close();
  await until("they are gone", async () => (await clients()) === before);
  expect(await given.ping()).toBe("PONG");
  await expect(schema.check([CITY])).rejects.toMatchObject({ code: "ERR_CLOSED" });
  const listener = { announced: () => undefined, reconnected: () => undefined };
  await expect(schema.subscribe(listener)).rejects.toMatchObject({ code: "ERR_CLOSED" });
});

test("closing during a command that waits for the server rejects it", async () => {
  proxy.blackHole("both");
  const checking = schema.check([CITY]);
  await proxy.sent("");
  await store.close();
  await expect(checking).rejects.toMatchObject({ code: "ERR_CLOSED" });
});
