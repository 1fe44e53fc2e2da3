/** Over TLS, a certificate that nobody trusts, and a handshake that takes too long: an error, never the end of the process. */
import { redisStore, type RedisClient } from "cached-collections";
import { Cluster, Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { freePort, startRedis, type RedisServer } from "../support/redis-server.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import { makeCertificate } from "../support/tls-certificate.js";
import { until } from "../support/until.js";
import { CITY } from "./publications.js";

let directory: string;
let server: RedisServer;
let proxy: TcpProxy;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cached-collections-tls-"));
  const { certificate, key } = await makeCertificate(directory);
  const port = await freePort();
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key];
  const trust = ["--tls-ca-cert-file", certificate, "--tls-auth-clients", "no"];
  server = await startRedis({ args: ["--tls-port", String(port), ...files, ...trust] });
  proxy = await startTcpProxy(port);
});

afterAll(async () => {
  await proxy.stop();
  await server.stop();
  await rm(directory, { recursive: true });
});

const distrusting = { host: "127.0.0.1", tls: {}, lazyConnect: true } as const;

test.each<readonly [string, () => RedisClient]>([
  ["ioredis 6", () => new Redis({ ...distrusting, port: proxy.port })],
  ["ioredis 5", () => new Redis5({ ...distrusting, port: proxy.port })],
  [
    "a Cluster",
    () =>
      new Cluster([{ host: "127.0.0.1", port: proxy.port }], {
        lazyConnect: true,
        slotsRefreshTimeout: 200,
        redisOptions: { tls: {} },
      }),
  ],
])("%s hangs up before it can refuse the certificate, and nothing is thrown", async (_, make) => {
  const uncaught: unknown[] = [];
  const listener = (error: unknown): void => void uncaught.push(error);
  process.on("uncaughtExceptionMonitor", listener);
  onTestFinished(() => void process.off("uncaughtExceptionMonitor", listener));
  // The certificate and the server's alert about the hang-up arrive together: ioredis hears the first error only.
  proxy.holdReplies();
  onTestFinished(() => proxy.heal());
  const store = redisStore(make(), { prefix: "tls", commandTimeoutMs: 300 });
  const checked = store.schema("geo").check([CITY]);
  await expect(checked).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  await store.close();
  await until("all connections are closed", () => proxy.connections === 0);
  expect(uncaught).toEqual([]);
});
