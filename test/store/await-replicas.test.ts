/** Waiting for replicas in a Cluster of which one master, that has nothing to do with it, does not answer. */
import { redisStore } from "cached-collections";
import { Cluster, Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { RedisCluster } from "../support/redis-cluster.js";
import { CITY, takeTicket } from "./publications.js";

test("another master that does not answer holds nothing up", async () => {
  const cluster = await RedisCluster.start(3);
  onTestFinished(async () => cluster.stop());
  await cluster.addReplicaOf("{cc:waits:geo}");
  const masters = cluster.ports.map((port) => new Redis(port));
  onTestFinished(() => {
    for (const master of masters) master.disconnect();
  });
  const others: Redis[] = [];
  for (const master of masters) {
    await master.config("SET", "cluster-require-full-coverage", "no");
    if ((await master.info("replication")).includes("connected_slaves:0")) others.push(master);
  }
  // The others first: clients keep them in this order.
  const ports = [...new Set([...others.map(({ options }) => options.port), ...cluster.ports])];
  const nodes = ports.map((port) => ({ host: "127.0.0.1", port }));
  const store = redisStore(new Cluster(nodes, { lazyConnect: true }), { prefix: "waits" });
  onTestFinished(async () => store.close());
  const schema = store.schema("geo");
  await takeTicket(schema);
  const pid = Number(/process_id:(\d+)/.exec((await others[0]?.info("server")) ?? "")?.[1]);
  process.kill(pid, "SIGSTOP");
  onTestFinished(() => void process.kill(pid, "SIGCONT"));
  const { signal } = new AbortController();
  const request = { versions: [CITY], replicas: 1, timeoutMs: 10_000, signal };
  // A new connection asks any node: one time may be luck.
  for (let time = 1; time <= 12; time++) {
    expect(await schema.awaitReplicas?.(request)).toMatchObject({ replicas: 1 });
  }
});
