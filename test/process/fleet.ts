/** A fleet of real processes on one store, and the file that plays the database. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";
import type { Command, MemberSettings, Report, StorePlace } from "./messages.js";

const PROGRAM = fileURLToPath(new URL("../../dist/test/process/member.js", import.meta.url));

/** One process. */
export class Member {
  readonly #child: ChildProcess;
  readonly #reports = new Map<number, (report: Report) => void>();
  readonly gone: Promise<unknown>;
  #commands = 0;

  constructor(settings: MemberSettings) {
    this.#child = fork(PROGRAM, { env: { ...process.env, MEMBER: JSON.stringify(settings) } });
    this.gone = once(this.#child, "exit");
    this.#child.on("message", (message) => {
      const report = message as Report;
      this.#reports.get(report.id)?.(report);
      this.#reports.delete(report.id);
    });
  }

  /** Resolves to its report when it has done so, or failed to; rejects when it ended before. */
  async tell(what: Command["do"], more?: number | Partial<Command>): Promise<Report> {
    const id = ++this.#commands;
    const reported = new Promise<Report>((resolve) => this.#reports.set(id, resolve));
    const settings = typeof more === "number" ? { timeoutMs: more } : more;
    const command: Command = { ...settings, id, do: what };
    this.#child.send(command, () => undefined);
    const ended = this.gone.then(() => {
      throw new Error(`the process ended instead of doing ${what}`);
    });
    return Promise.race([reported, ended]);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.gone;
  }

  /** Stops it in the middle of whatever it does (SIGSTOP), as a suspended machine does. */
  suspend(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** By which signal it was ended. */
  get signal(): string | null {
    return this.#child.signalCode;
  }
}

/** All of them, their store and their database. */
export class Fleet {
  readonly #folder: string;
  /** Where members are, unless told otherwise. */
  readonly store: StorePlace;
  readonly #members: Member[] = [];
  #server: RedisServer | undefined;

  private constructor(folder: string, store: StorePlace, server: RedisServer | undefined) {
    this.#folder = folder;
    this.store = store;
    this.#server = server;
  }

  static async start(kind: "embedded" | "redis"): Promise<Fleet> {
    const folder = await mkdtemp(join(tmpdir(), "cached-collections-fleet-"));
    await writeFile(join(folder, "log"), "");
    if (kind === "embedded") {
      const place: StorePlace = { kind, path: join(folder, "store") };
      return new Fleet(folder, place, undefined);
    }
    const server = await startRedis();
    return new Fleet(folder, { kind, url: server.url }, server);
  }

  /** The Redis of the fleet. */
  get server(): RedisServer {
    if (this.#server === undefined) throw new Error("this fleet has no server, or it is down");
    return this.#server;
  }

  /** Kills the server with everything in it; connections are closed, the port is refused. */
  async killServer(): Promise<number> {
    const { port } = this.server;
    await this.server.stop();
    this.#server = undefined;
    return port;
  }

  /** Starts an empty server where the killed one was. */
  async restartServer(port: number): Promise<void> {
    this.#server = await startRedis({ port });
  }

  /** Stops the server in the middle of whatever it does: connections stay, nothing is answered. */
  suspendServer(): void {
    process.kill(this.server.pid, "SIGSTOP");
  }

  resumeServer(): void {
    process.kill(this.server.pid, "SIGCONT");
  }

  /** Where a member keeps something of its own, or members together: a path in the fleet's folder. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /** Changes the database; while it is `broken` loads fail. */
  async setRound(round: number | "broken"): Promise<void> {
    // Renamed into place: a load that reads meanwhile must not find half of it.
    await writeFile(this.path("next"), String(round));
    await rename(this.path("next"), this.path("round"));
  }

  /** How often cities were loaded, by all processes together. */
  async loads(): Promise<number> {
    return (await readFile(this.path("log"), "utf8")).split("\n").length - 1;
  }

  join(settings: Partial<MemberSettings> = {}): Member {
    const member = new Member({
      store: this.store,
      database: this.path("round"),
      log: this.path("log"),
      loads: false,
      cities: 500,
      checkIntervalMs: 1_000,
      ...settings,
    });
    this.#members.push(member);
    return member;
  }

  async end(): Promise<void> {
    await Promise.all(this.#members.map(async (member) => member.kill()));
    await this.#server?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Resolves when all of them serve this round; every report must be of one round throughout. */
export async function allServe(members: readonly Member[], round: number): Promise<void> {
  await until(`all serve round ${round}`, async () => {
    const reports = await Promise.all(members.map(async (member) => member.tell("report")));
    const torn = reports.find(({ mixed }) => mixed > 0);
    if (torn !== undefined) throw new Error("one collection was seen new and another old");
    return reports.every(({ name }) => name === `round ${round}`);
  });
}
