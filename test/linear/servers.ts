/**
 * The servers of histories: a master, and a replica that takes its place when it is killed, fallen behind or not.
 * Each is watched by a connection of its own: what it announces is what was published on it, in that order.
 */
import { once } from "node:events";
import { Redis } from "ioredis";
import type { Random } from "../support/random.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import { until } from "../support/until.js";

export class HistoryServers {
  #master: WatchedServer;
  /** The way from the replica to its master. */
  readonly #link: TcpProxy;
  #replica: Promise<WatchedServer> | undefined;
  /** Of the masters that this history had before. */
  #former: (readonly string[])[] = [];

  private constructor(master: WatchedServer, link: TcpProxy) {
    this.#master = master;
    this.#link = link;
  }

  static async start(): Promise<HistoryServers> {
    const master = await WatchedServer.start();
    return new HistoryServers(master, await startTcpProxy(master.port));
  }

  get port(): number {
    return this.#master.port;
  }

  /** A history begins whose keys have this prefix; one that fails over has a replica from its beginning. */
  async begin(prefix: string, failsOver: boolean): Promise<void> {
    this.#former = [];
    this.#master.watch(prefix);
    if (failsOver) (await this.replicate()).watch(prefix);
  }

  /** Starts the replica that the next failover needs, if it is not there; resolves when it is in step. */
  async replicate(): Promise<WatchedServer> {
    this.#replica ??= WatchedServer.start("--replicaof", "127.0.0.1", String(this.#link.port));
    const replica = await this.#replica;
    await until("the replica is in step", async () =>
      (await replica.client.info("replication")).includes("master_link_status:up"),
    );
    return replica;
  }

  /** From now on the replica gets nothing, or everything later, or goes on as it is. */
  fallBehind(random: Random): void {
    const how = random.pick(["cut", "cut", "late", "not"] as const);
    if (how === "cut") this.#link.blackHole("both");
    else if (how === "late") this.#link.delay(20 + random.integer(150));
  }

  async flush(): Promise<void> {
    await this.#master.client.flushall();
  }

  /** The master dies, the replica takes its place; clients are still to be led there. */
  async failOver(): Promise<void> {
    const replica = await this.replicate();
    this.#former.push(await this.#master.end());
    await replica.client.replicaof("NO", "ONE");
    this.#master = replica;
    this.#replica = undefined;
    this.#link.heal();
    this.#link.retarget(replica.port);
  }

  /** The manifests of cities that were published since `begin`, on one master after another. */
  async lines(): Promise<readonly (readonly string[])[]> {
    return [...this.#former, await this.#master.published()];
  }

  async stop(): Promise<void> {
    const replica = await this.#replica;
    await replica?.end();
    await this.#master.end();
    await this.#link.stop();
  }
}

/** A server and what it announces. */
class WatchedServer {
  readonly client: Redis;
  readonly #server: RedisServer;
  readonly #watcher: Redis;
  #channel = "";
  #published: string[] = [];

  private constructor(server: RedisServer) {
    this.#server = server;
    this.client = new Redis(server.url);
    this.#watcher = new Redis(server.url, { retryStrategy: () => null });
    for (const each of [this.client, this.#watcher]) each.on("error", () => undefined);
    this.#watcher.on("pmessage", (_, channel: string, message: string) => {
      const [version = "", id] = message.split(" ");
      if (channel === this.#channel && version.startsWith("City:") && id !== undefined)
        this.#published.push(id);
    });
  }

  static async start(...args: readonly string[]): Promise<WatchedServer> {
    const server = await startRedis({ args: ["--repl-diskless-sync-delay", "0", ...args] });
    const watched = new WatchedServer(server);
    await watched.#watcher.psubscribe("*:revisions");
    return watched;
  }

  get port(): number {
    return this.#server.port;
  }

  watch(prefix: string): void {
    this.#channel = `{cc:${prefix}:geo}:revisions`;
    this.#published = [];
  }

  async published(): Promise<readonly string[]> {
    // Answered after everything that was announced before.
    await this.#watcher.ping();
    return this.#published;
  }

  /** Kills it; returns what it had announced. */
  async end(): Promise<readonly string[]> {
    const heard = once(this.#watcher, "end");
    await this.#server.stop();
    await heard;
    this.client.disconnect();
    return this.#published;
  }
}
