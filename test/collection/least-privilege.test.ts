/** The users of docs/security.md, as it gives them; a connection over TLS; and passwords that nobody gets to see. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { redisStore, type Store } from "cached-collections";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5 } from "ioredis5";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { publishNext } from "../store/publications.js";
import { denials, forgetDenials } from "../support/acl-log.js";
import { AtlasDataset, COUNTRIES, CountryMapping, PLACES } from "../support/atlas.js";
import { RedisCluster } from "../support/redis-cluster.js";
import { freePort, startRedis, type RedisServer } from "../support/redis-server.js";
import { makeCertificate } from "../support/tls-certificate.js";
import { until } from "../support/until.js";

/** A refusal for lack of permission, in the words of every server that is supported. */
const REFUSAL = /NOPERM|no permissions|can't run this command|can't access/i;
const load = { country: () => COUNTRIES, place: () => PLACES, notice: () => [{ text: "a" }] };

let server: RedisServer;
let admin: Redis;

beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
  await allow(admin);
});

beforeEach(async () => {
  await admin.flushall();
  await forgetDenials(admin);
});

afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

/** Makes the users of the page in a server, which is a node of a Cluster or not. */
async function allow(node: Redis, inCluster = false): Promise<void> {
  const page = await readFile("docs/security.md", "utf8");
  const [, more = ""] = /A Cluster's clients also need `([^`]+)`/.exec(page) ?? [];
  for (const [, rules = ""] of page.matchAll(/^ACL SETUSER (.+)$/gm)) {
    const all = inCluster ? `${rules} ${more}` : rules;
    await node.call("ACL", ["SETUSER", ...all.split(" ")]);
  }
}

function clientOf(username: string, password: string): Redis {
  const client = new Redis(server.url, { username, password, lazyConnect: true });
  client.on("error", () => undefined);
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

function storeOf(username: string, password: string): Store {
  const client = clientOf(username, password);
  return redisStore(client, { prefix: "orders", commandTimeoutMs: 2_000 });
}

test("a reader follows what a producer pushes, patches and invalidates, and may do none of it", async () => {
  await using produced = storeOf("cc-producer", "producer-password");
  await using read = storeOf("cc-reader", "reader-password");
  let countries = COUNTRIES;
  const producer = new AtlasDataset(produced, { load: { ...load, country: () => countries } });
  const reader = new AtlasDataset(read, { checkIntervalMs: 60_000 });
  await producer.ready();
  await reader.ready();
  expect(reader.country.get("FR")?.name).toBe("France");

  await producer.country.patch({ upsert: [{ code: "IT", name: "Italy" }] });
  await until("the patch, by its announcement", () => reader.country.has("IT"));
  countries = [...COUNTRIES, { code: "ES", name: "Spain" }];
  await producer.invalidate();
  await until("the load after the invalidation", () => reader.country.has("ES"));
  expect(reader.status).toBe("fresh");

  const refused = {
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringMatching(/NOPERM|permission/) as string,
  };
  await expect(reader.country.patch({ remove: ["IT"] })).rejects.toMatchObject(refused);
  await expect(reader.invalidate()).rejects.toMatchObject(refused);
  const { version = "Country:" } = (await read.schema("atlas").versions("Country"))[0] ?? {};
  await expect(read.schema("atlas").purge(version)).rejects.toMatchObject(refused);
  // It may ask for replicas, of which this server has none.
  const one = { replicas: 1, replicaTimeoutMs: 1_000 };
  await expect(producer.country.push(one)).rejects.toMatchObject({
    code: "ERR_NOT_REPLICATED",
    message: expect.stringContaining("0 of 1 replicas") as string,
  });
  await producer.country.pull();
  expect(producer.country.has("IT")).toBe(false);
  expect(await produced.schema("atlas").purge(version)).toBe(true);
  // Scripts, and only the reader, which may run none.
  expect(await denials(admin)).toEqual(["cc-reader evalsha"]);
});

test.each([
  ["ioredis 6", Cluster],
  ["ioredis 5", Cluster5],
])("the same in a Cluster, also where its slot is moving, by %s", async (_, Client) => {
  const cluster = await RedisCluster.start(3);
  const nodes = cluster.ports.map((port) => new Redis(port));
  onTestFinished(async () => {
    for (const node of nodes) node.disconnect();
    await cluster.stop();
  });
  for (const node of nodes) await allow(node, true);
  const storeIn = (username: string, password: string): Store => {
    const options = { lazyConnect: true, redisOptions: { username, password } };
    const startup = cluster.ports.map((port) => ({ host: "127.0.0.1", port }));
    return redisStore(new Client(startup, options), { prefix: "orders", commandTimeoutMs: 2_000 });
  };
  await using produced = storeIn("cc-producer", "producer-password");
  await using read = storeIn("cc-reader", "reader-password");
  const producer = new CountryMapping(produced, { load: load.country });
  const reader = new CountryMapping(read, { checkIntervalMs: 60_000 });
  await producer.ready();
  await reader.ready();
  await producer.patch({ upsert: [{ code: "IT", name: "Italy" }] });
  await until("the patch, by its announcement", () => reader.has("IT"));
  await cluster.moveSlotOf("{cc:orders:atlas}", async () => void (await reader.pull()));
  const one = { replicas: 1, replicaTimeoutMs: 1_000 };
  await expect(producer.push(one)).rejects.toMatchObject({ code: "ERR_NOT_REPLICATED" });
  expect((await reader.pull()).has("IT")).toBe(false);
  await expect(reader.invalidate()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  expect(await denials(...nodes)).toEqual(["cc-reader evalsha"]);
});

test("a producer's list of segments forgets those that are gone", async () => {
  await using produced = storeOf("cc-producer", "producer-password");
  for (let publication = 1; publication <= 40; publication++) {
    const { segments } = await publishNext(produced.schema("geo"));
    // As when its time is over.
    await admin.del(`{cc:orders:geo}:seg:${segments[0]?.id}`);
  }
  expect(await admin.scard("{cc:orders:geo}:segments")).toBeLessThan(10);
  expect(await denials(admin)).toEqual([]);
});

test("a producer may touch nothing outside of its prefix, and nothing of the server", async () => {
  const producer = clientOf("cc-producer", "producer-password");
  await expect(producer.set("{cc:orders:geo}:mine", "1")).resolves.toBe("OK");
  const refused = [
    ["GET", "orders"],
    ["HSET", "{cc:orders-staging:geo}:state", "seq", "1"],
    ["DEL", "{cc:other:geo}:state"],
    ["EVAL", "return redis.call('GET', KEYS[1])", "1", "{cc:other:geo}:state"],
    ["EVAL", "return redis.call('GET', 'session')", "0"],
    ["PUBLISH", "{cc:other:geo}:revisions", "City"],
    ["SUBSCRIBE", "{cc:other:geo}:revisions"],
    ["FLUSHALL"],
    ["CONFIG", "GET", "maxmemory"],
    ["KEYS", "*"],
    ["EVAL", "return redis.call('KEYS', '*')", "0"],
    ["ACL", "WHOAMI"],
  ] as const;
  for (const [name, ...args] of refused) {
    const refusal = await producer.call(name, args).catch(String);
    expect([name, ...args, refusal]).toEqual([
      name,
      ...args,
      expect.stringMatching(REFUSAL) as string,
    ]);
  }
});

test("a reader that has a loader is never elected: it waits, and serves what a producer pushes", async () => {
  await using read = storeOf("cc-reader", "reader-password");
  let loads = 0;
  const reader = new CountryMapping(read, {
    checkIntervalMs: 100,
    load: () => {
      loads++;
      return COUNTRIES;
    },
  });
  reader.on("failure", () => undefined);
  await expect(reader.ready({ timeoutMs: 1_000 })).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringMatching(/not ready after 1000 ms: .*(NOPERM|permission)/) as string,
  });
  const waiting = reader.ready();
  await using produced = storeOf("cc-producer", "producer-password");
  await new CountryMapping(produced, { load: load.country }).ready();
  expect((await waiting).get("FR")?.name).toBe("France");
  await produced.schema("atlas").invalidate(["Country"]);
  await until("it knows that the source changed", () => reader.status === "stale");
  expect(loads).toBe(0);
  expect(await denials(admin)).toEqual(["cc-reader evalsha"]);
});

test("no error, event or warning shows a password", async () => {
  const secret = "s3cret-0f-nobody";
  const seen: unknown[] = [];
  const warned = (warning: Error): void => void seen.push(warning);
  process.on("warning", warned);
  onTestFinished(() => void process.off("warning", warned));
  const clients = [
    new Redis(server.url, { username: "cc-reader", password: secret, lazyConnect: true }),
    new Redis(`redis://nobody:${secret}@127.0.0.1:${await freePort()}`, { lazyConnect: true }),
  ];
  for (const client of clients) {
    client.on("error", () => undefined);
    const store = redisStore(client, { prefix: "orders", commandTimeoutMs: 500 });
    const country = new CountryMapping(store, { load: load.country, checkIntervalMs: 50 });
    for (const event of ["failure", "stale"] as const)
      country.on(event, (payload) => seen.push(payload));
    const attempts = [
      country.pull(),
      country.ready({ timeoutMs: 600 }),
      country.push(),
      country.invalidate(),
    ];
    for (const { status, ...outcome } of await Promise.allSettled(attempts)) {
      expect(status).toBe("rejected");
      seen.push(outcome);
    }
    seen.push(store, country);
    await store.close();
    client.disconnect();
  }
  expect(seen.length).toBeGreaterThan(10);
  const texts = seen.map((each) => inspect(each, { depth: 10, getters: true }));
  expect(texts.filter((text) => text.includes(secret))).toEqual([]);
});

test("the store's own connections use the client's TLS", async () => {
  const directory = await mkdtemp(join(tmpdir(), "cached-collections-tls-"));
  const { certificate, key } = await makeCertificate(directory);
  const port = await freePort();
  const args = ["--tls-port", String(port), "--tls-cert-file", certificate, "--tls-key-file", key];
  const secure = await startRedis({
    args: [...args, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no"],
  });
  onTestFinished(async () => {
    await secure.stop();
    await rm(directory, { recursive: true });
  });
  const tls = { ca: await readFile(certificate, "utf8") };
  const client = new Redis({ host: "127.0.0.1", port, tls, lazyConnect: true });
  await using store = redisStore(client, { prefix: "tls" });
  const country = new CountryMapping(store, { load: load.country });
  const another = redisStore(client, { prefix: "tls" });
  const reader = new CountryMapping(another);
  await country.push();
  await reader.ready();
  await country.patch({ upsert: [{ code: "IT", name: "Italy" }] });
  await until("the patch, by its announcement", () => reader.has("IT"));
  await another.close();

  const stranger = new Redis({ host: "127.0.0.1", port, tls: {}, lazyConnect: true });
  stranger.on("error", () => undefined);
  await using distrusted = redisStore(stranger, { prefix: "tls", commandTimeoutMs: 500 });
  await expect(new CountryMapping(distrusted).pull()).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
  });
});
