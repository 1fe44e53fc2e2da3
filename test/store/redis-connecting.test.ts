/** What the store says when a server does not let it in, or does not answer, and that its clients print nothing. */
import { redisStore, type RedisClient } from "cached-collections";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis5";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { CountryMapping } from "../support/atlas.js";
import { RedisCluster } from "../support/redis-cluster.js";
import { freePort, startRedis, type RedisServer } from "../support/redis-server.js";
import { CITY, publishNext } from "./publications.js";

const PASSWORD = "right";
const TIMEOUT_MS = 8_000;
/** Far below the deadline: whoever is refused for good is told at once. */
const AT_ONCE_MS = 4_000;
const local = { host: "127.0.0.1" } as const;
const lazy = { ...local, lazyConnect: true } as const;

let server: RedisServer;
let port: number;
const printed: unknown[][] = [];

beforeAll(async () => {
  server = await startRedis({ args: ["--requirepass", PASSWORD] });
  ({ port } = server);
});

afterAll(async () => server.stop());

beforeEach(() => {
  printed.length = 0;
  for (const name of ["error", "warn"] as const) {
    vi.spyOn(console, name).mockImplementation((...values: unknown[]) => void printed.push(values));
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  if (printed.length > 0) throw new Error(`this was printed: ${JSON.stringify(printed)}`);
});

const inCluster = { lazyConnect: true, redisOptions: { password: "wrong" } } as const;

test.each<readonly [string, () => RedisClient]>([
  ["ioredis 6", () => new Redis({ ...lazy, port, password: "wrong" })],
  ["ioredis 5", () => new Redis5({ ...lazy, port, password: "wrong" })],
  ["a Cluster", () => new Cluster([{ ...local, port }], inCluster)],
  ["a Cluster of ioredis 5", () => new Cluster5([{ ...local, port }], inCluster)],
])("a wrong password of %s is told at once", async (_, make) => {
  await using store = redisStore(make(), { prefix: "locked", commandTimeoutMs: TIMEOUT_MS });
  const startedAt = performance.now();
  await expect(store.schema("geo").check([CITY])).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringContaining("WRONGPASS") as string,
  });
  expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
});

test.each<readonly [string, () => RedisClient]>([
  ["ioredis 6", () => new Redis({ ...lazy, port, password: PASSWORD, db: 99 })],
  ["ioredis 5", () => new Redis5({ ...lazy, port, password: PASSWORD, db: 99 })],
])(
  "a database that %s cannot select is an error, and nothing is written to another",
  async (_, make) => {
    await using store = redisStore(make(), { prefix: "far", commandTimeoutMs: TIMEOUT_MS });
    await expect(publishNext(store.schema("geo"))).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      message: expect.stringContaining("DB index") as string,
    });
    const redis = new Redis({ ...lazy, port, password: PASSWORD });
    expect(await redis.dbsize()).toBe(0);
    redis.disconnect();
  },
);

test("a server that accepts and is silent is named as such", async () => {
  const silent = createServer();
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const client = new Redis({ ...lazy, port: (silent.address() as AddressInfo).port });
  await using store = redisStore(client, { prefix: "silent", commandTimeoutMs: 300 });
  await expect(store.schema("geo").check([CITY])).rejects.toMatchObject({
    message: expect.stringContaining("accepted, and then nothing was answered") as string,
  });
  silent.close();
});

test("ready() says what stands in the way also when its deadline is the shorter one", async () => {
  const client = new Redis({ ...lazy, port: await freePort() });
  await using store = redisStore(client, { prefix: "gone", commandTimeoutMs: TIMEOUT_MS });
  const ready = new CountryMapping(store).ready({ timeoutMs: 500 });
  await expect(ready).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringMatching(/redis gone did not answer: .*ECONNREFUSED/) as string,
  });
});

test("clients whose servers are killed print nothing, whatever they were doing", async () => {
  const cluster = await RedisCluster.start(3);
  const single = await startRedis();
  const clients = [
    new Redis({ ...lazy, port: single.port }),
    new Redis5({ ...lazy, port: single.port }),
    new Cluster(
      cluster.ports.map((each) => ({ host: "127.0.0.1", port: each })),
      { lazyConnect: true },
    ),
  ];
  const stores = clients.map((client) =>
    redisStore(client, { prefix: "killed", commandTimeoutMs: 500 }),
  );
  const schemas = stores.map((store) => store.schema("geo"));
  for (const schema of schemas) {
    await schema.subscribe({ announced: () => undefined, reconnected: () => undefined });
    await schema.check([CITY]);
  }
  await Promise.all([cluster.stop(), single.stop()]);
  for (const schema of schemas) {
    await expect(schema.check([CITY])).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  }
  const late = schemas.map(async (schema) => schema.check([CITY]).catch(() => undefined));
  await Promise.all(stores.map(async (store) => store.close()));
  await Promise.all(late);
});
