/** A Sentinel for tests: it watches one master and promotes its replica when the master is gone. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { startRedis, type RedisServer } from "./redis-server.js";
import { until } from "./until.js";

export const MASTER_NAME = "fleet";

export class RedisSentinel {
  readonly #server: RedisServer;
  readonly #folder: string;
  readonly #client: Redis;

  private constructor(server: RedisServer, folder: string) {
    this.#server = server;
    this.#folder = folder;
    this.#client = new Redis(server.url);
  }

  /** Resolves when it knows the master and its one replica. */
  static async watch(masterPort: number): Promise<RedisSentinel> {
    const folder = await mkdtemp(join(tmpdir(), "cached-collections-sentinel-"));
    const configuration = join(folder, "sentinel.conf");
    const lines = [
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 1`,
      `sentinel down-after-milliseconds ${MASTER_NAME} 500`,
      `sentinel failover-timeout ${MASTER_NAME} 5000`,
    ];
    await writeFile(configuration, `${lines.join("\n")}\n`);
    const sentinel = new RedisSentinel(await startRedis({ sentinel: configuration }), folder);
    await until("the sentinel knows the replica", async () => (await sentinel.#replicas()) === 1);
    return sentinel;
  }

  get port(): number {
    return this.#server.port;
  }

  /** The port of whom it holds for the master. */
  async masterPort(): Promise<number> {
    const address = await this.#client.call("SENTINEL", ["GET-MASTER-ADDR-BY-NAME", MASTER_NAME]);
    return Number((address as string[])[1]);
  }

  async stop(): Promise<void> {
    this.#client.disconnect();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #replicas(): Promise<number> {
    return ((await this.#client.call("SENTINEL", ["REPLICAS", MASTER_NAME])) as unknown[]).length;
  }
}
