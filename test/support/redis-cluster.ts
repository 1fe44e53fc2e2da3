/** A Redis Cluster of masters for tests, which share the slots between them; replicas only where a test adds one. */
import { Redis } from "ioredis";
import { startRedis, type RedisServer } from "./redis-server.js";
import { until } from "./until.js";

const SLOTS = 16_384;
const ARGS = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];

export class RedisCluster {
  readonly #servers: readonly RedisServer[];
  readonly #nodes: readonly Redis[];
  readonly #replicas: RedisServer[] = [];

  private constructor(servers: readonly RedisServer[]) {
    this.#servers = servers;
    this.#nodes = servers.map(({ url }) => new Redis(url));
  }

  static async start(masters: number): Promise<RedisCluster> {
    const starting = Array.from({ length: masters }, async () => startRedis({ args: ARGS }));
    const cluster = new RedisCluster(await Promise.all(starting));
    await cluster.#form();
    return cluster;
  }

  get ports(): readonly number[] {
    return this.#servers.map(({ port }) => port);
  }

  /**
   * Moves the slot of a key to the next master, its keys one after another, while clients go on. `halfway` runs when
   * the keys are there, and clients that ask where they were are sent there for one command.
   */
  async moveSlotOf(key: string, halfway?: () => Promise<void>): Promise<void> {
    const slot = await this.#node(0).cluster("KEYSLOT", key);
    const from = await this.#ownerOf(slot);
    const to = (from + 1) % this.#nodes.length;
    const [source, target] = [this.#node(from), this.#node(to)];
    const [sourceId, targetId] = [await idOf(source), await idOf(target)];
    await target.call("CLUSTER", ["SETSLOT", slot, "IMPORTING", sourceId]);
    await source.call("CLUSTER", ["SETSLOT", slot, "MIGRATING", targetId]);
    const port = String(this.#servers[to]?.port);
    for (;;) {
      const keys = (await source.call("CLUSTER", ["GETKEYSINSLOT", slot, 1])) as string[];
      const [next] = keys;
      if (next === undefined) break;
      await source.call("MIGRATE", ["127.0.0.1", port, next, 0, 5_000]);
    }
    await halfway?.();
    for (const node of [target, source, ...this.#nodes]) {
      await node.call("CLUSTER", ["SETSLOT", slot, "NODE", targetId]);
    }
  }

  /** Starts a replica of the master that has a key's slot; resolves when it is in step. */
  async addReplicaOf(key: string): Promise<RedisServer> {
    const owner = this.#node(await this.#ownerOf(await this.#node(0).cluster("KEYSLOT", key)));
    const server = await startRedis({ args: ARGS });
    this.#replicas.push(server);
    const replica = new Redis(server.url);
    await replica.cluster("MEET", "127.0.0.1", this.ports[0] ?? 0);
    const id = await idOf(owner);
    await until("it knows its master", async () =>
      String(await replica.cluster("NODES")).includes(id),
    );
    await replica.cluster("REPLICATE", id);
    await until("it is in step", async () => {
      return (await replica.info("replication")).includes("master_link_status:up");
    });
    replica.disconnect();
    return server;
  }

  async stop(): Promise<void> {
    for (const node of this.#nodes) node.disconnect();
    for (const server of [...this.#servers, ...this.#replicas]) await server.stop();
  }

  async #form(): Promise<void> {
    const masters = this.#nodes.length;
    for (const [index, node] of this.#nodes.entries()) {
      const first = Math.floor((index * SLOTS) / masters);
      const next = Math.floor(((index + 1) * SLOTS) / masters);
      const slots = Array.from({ length: next - first }, (_, slot) => first + slot);
      // One by one: ADDSLOTSRANGE came with Redis 7.
      await node.cluster("ADDSLOTS", ...slots);
      await node.cluster("MEET", "127.0.0.1", this.#servers[0]?.port ?? 0);
    }
    for (const node of this.#nodes) {
      await until("the cluster is whole", async () => {
        const info = await node.cluster("INFO");
        return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${masters}`);
      });
    }
  }

  #node(index: number): Redis {
    const node = this.#nodes[index];
    if (node === undefined) throw new Error(`there is no node ${index}`);
    return node;
  }

  /** The master that serves a slot. */
  async #ownerOf(slot: number): Promise<number> {
    const ranges = (await this.#node(0).cluster("SLOTS")) as unknown as [
      number,
      number,
      [string, number],
    ][];
    const range = ranges.find(([first, last]) => first <= slot && slot <= last);
    const owner = this.ports.indexOf(range?.[2][1] ?? 0);
    if (owner === -1) throw new Error(`nobody serves slot ${slot}`);
    return owner;
  }
}

async function idOf(node: Redis): Promise<string> {
  return (await node.call("CLUSTER", ["MYID"])) as string;
}
