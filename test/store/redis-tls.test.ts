/**
 * Over TLS: a Cluster, and a certificate that nobody trusts with a handshake that takes too long, which is an error and
 * never the end of the process.
 */
import { redisStore, type RedisClient } from "cached-collections";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis5";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { RedisCluster } from "../support/redis-cluster.js";
import { freePort, startRedis, type RedisServer } from "../support/redis-server.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import { makeCertificate } from "../support/tls-certificate.js";
import { until } from "../support/until.js";
import { CITY, headOf, publishNext } from "./publications.js";

let directory: string;
let tlsFiles: readonly string[];
let server: RedisServer;
let proxy: TcpProxy;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cached-collections-tls-"));
  const { certificate, key } = await makeCertificate(directory);
  const port = await freePort();
  const trust = ["--tls-ca-cert-file", certificate, "--tls-auth-clients", "no"];
  tlsFiles = ["--tls-cert-file", certificate, "--tls-key-file", key, ...trust];
  server = await startRedis({ args: ["--tls-port", String(port), ...tlsFiles] });
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

test("a Cluster works over TLS, and without where tls is false", async () => {
  const port = await freePort();
  const tls = ["--tls-port", String(port), ...tlsFiles, "--tls-cluster", "yes"];
  const args = ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1", ...tls];
  const [node, plain] = await Promise.all([startRedis({ args }), RedisCluster.start(1)]);
  onTestFinished(async () => {
    await node.stop();
    await plain.stop();
  });
  await serveAllSlots(node);
  const ca = await readFile(join(directory, "certificate.pem"), "utf8");
  const [plainPort = 0] = plain.ports;
  for (const OfVersion of [Cluster, Cluster5]) {
    for (const [at, redisOptions] of [
      [port, { tls: { ca } }],
      [plainPort, { tls: false as unknown as undefined }],
    ] as const) {
      const nodes = [{ host: "127.0.0.1", port: at }];
      const client = new OfVersion(nodes, { lazyConnect: true, redisOptions });
      await using store = redisStore(client, { prefix: OfVersion === Cluster ? "six" : "five" });
      const manifest = await publishNext(store.schema("geo"));
      expect(await headOf(store.schema("geo"))).toEqual(manifest);
    }
  }
});

async function serveAllSlots({ port }: RedisServer): Promise<void> {
  const admin = new Redis(port);
  await admin.cluster("ADDSLOTS", ...Array.from({ length: 16_384 }, (_, slot) => slot));
  await until("the cluster is whole", async () =>
    (await admin.cluster("INFO")).includes("cluster_state:ok"),
  );
  admin.disconnect();
}
