/** One random history: what is done by whom, when, and what breaks meanwhile. */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../support/random.js";
import type { Act, History, Loss } from "./check-history.js";
import type { HistoryProcess } from "./processes.js";
import type { HistoryServers } from "./servers.js";

export interface Stage {
  readonly servers: HistoryServers;
  readonly processes: readonly HistoryProcess[];
  /** For the database. */
  readonly folder: string;
}

const KINDS = ["push", "patch", "patch", "pull", "pull", "pull", "invalidate"] as const;

/** When what happens, counted in acts. */
interface Plan {
  readonly acts: number;
  readonly fallsBehindAt: number;
  readonly failsOverAt: number;
  /** What alone an act may be; undefined: anything. */
  readonly only: (act: number) => Act["kind"] | undefined;
}

const NO_FAILOVER: Plan = {
  acts: 14,
  fallsBehindAt: Infinity,
  failsOverAt: Infinity,
  only: () => undefined,
};

/** There is something to lose, and time afterwards, when often nobody writes, to see that it is lost. */
function planFailover(random: Random): Plan {
  const fallsBehindAt = 3 + random.integer(4);
  const failsOverAt = fallsBehindAt + 2 + random.integer(4);
  const quietTo = failsOverAt + (random.chance(0.5) ? 6 : 0);
  const lost = random.pick(["push", "patch"] as const);
  const only = (act: number): Act["kind"] | undefined => {
    if (act === 0) return "push";
    if (act === fallsBehindAt + 1) return lost;
    return act > failsOverAt && act <= quietTo ? "pull" : undefined;
  };
  return { acts: 20, fallsBehindAt, failsOverAt, only };
}

/** `failsOver`: the master dies in the midst of it. */
export async function runHistory(
  stage: Stage,
  name: string,
  random: Random,
  failsOver: boolean,
): Promise<History> {
  const { servers, processes } = stage;
  const database = new Database(join(stage.folder, name));
  await database.change();
  await servers.begin(name, failsOver);
  // While there is one that loads, and it is cut off or slow, nobody makes good what a failover loses.
  const loaders = failsOver && random.chance(0.7) ? 1 : processes.length;
  await openAll(stage, { prefix: name, database: database.path }, random, loaders);
  const acts: Act[] = [];
  const faults = new Faults(stage, random);
  const running: Promise<unknown>[] = [];
  const plan = failsOver ? planFailover(random) : NO_FAILOVER;
  for (let act = 0; act < plan.acts; act++) {
    const kind = plan.only(act) ?? random.pick(KINDS);
    if (kind !== "pull") await database.change();
    const by = random.integer(kind === "push" ? loaders : processes.length);
    const acting = startAct(stage, { kind, version: database.version, process: by }, random, acts);
    running.push(acting);
    if (random.chance(0.3)) await faults.next(random.pick(processes));
    if (act === plan.fallsBehindAt) servers.fallBehind(random);
    if (act === plan.failsOverAt) await faults.failOver();
    // Some acts follow one another, others overlap: this is the history, nothing is waited for.
    if (random.chance(0.5) || act === 0) await Promise.race([acting, pause(400)]);
    else await pause(random.integer(25));
  }
  faults.end();
  await Promise.all(running);
  const services = await Promise.all(processes.map(async (each) => each.tell({ do: "close" })));
  const wrong = services.flatMap(({ faults }) => faults);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  const reads = services.reduce((sum, { reads }) => sum + reads, 0);
  return { acts, losses: faults.losses, services, lines: await servers.lines(), reads };
}

async function openAll(
  { processes }: Stage,
  place: { readonly prefix: string; readonly database: string },
  random: Random,
  loaders: number,
): Promise<void> {
  const loadMs = random.chance(0.5) ? 0 : random.integer(200);
  for (const [index, each] of processes.entries()) {
    const url = `redis://127.0.0.1:${each.proxy.port}`;
    const seed = random.integer(2 ** 31);
    const loads = index < loaders;
    await each.tell({ do: "open", ...place, url, loadMs, seed, loads });
  }
}

/** Somebody does something; noted in `acts` when it is done. */
async function startAct(
  { processes }: Stage,
  act: Pick<Act, "kind" | "version" | "process">,
  random: Random,
  acts: Act[],
): Promise<void> {
  const { kind } = act;
  const written = acts.filter(({ pushed }) => pushed !== undefined);
  const atLeast = kind === "pull" && random.chance(0.5) ? written.at(-1) : undefined;
  const order = kind === "pull" ? { do: kind, atLeast: atLeast?.pushed } : { do: kind };
  const answer = await processes[act.process]?.tell(order);
  if (answer !== undefined) acts.push({ ...answer.done, ...act, atLeast });
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The database: a number that only grows. */
class Database {
  readonly path: string;
  version = 0;

  constructor(path: string) {
    this.path = path;
  }

  async change(): Promise<void> {
    this.version++;
    await writeFile(`${this.path}.next`, String(this.version));
    await rename(`${this.path}.next`, this.path);
  }
}

/** What breaks: one process's connections or the process itself, until the next fault; and the store. */
class Faults {
  readonly losses: Loss[] = [];
  readonly #stage: Stage;
  readonly #random: Random;
  #victim: HistoryProcess | undefined;

  constructor(stage: Stage, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  /** The fault before ends, another begins. */
  async next(victim: HistoryProcess): Promise<void> {
    this.end();
    const random = this.#random;
    const { proxy } = victim;
    const kind = random.pick([
      "cut",
      "hole",
      "deaf",
      "slow",
      "suspend",
      "suspend",
      "flush",
    ] as const);
    this.#victim = victim;
    if (kind === "cut") proxy.cut();
    else if (kind === "hole") proxy.blackHole("both");
    else if (kind === "deaf") proxy.blackHole("replies");
    else if (kind === "slow") proxy.delay(random.integer(60));
    else if (kind === "suspend") victim.suspend();
    else if (random.chance(0.3)) await this.#lose("flush", async () => this.#stage.servers.flush());
  }

  end(): void {
    this.#victim?.resume();
    this.#victim?.proxy.heal();
    this.#victim = undefined;
  }

  async failOver(): Promise<void> {
    const { servers, processes } = this.#stage;
    // Of the one that loads, if there is one: what was lost is not made good at once.
    const [loader] = processes;
    if (loader !== undefined && this.#random.chance(0.5)) await this.next(loader);
    await this.#lose("failover", async () => {
      await servers.failOver();
      for (const { proxy } of processes) proxy.retarget(servers.port);
    });
  }

  async #lose(kind: Loss["kind"], lose: () => Promise<void>): Promise<void> {
    const from = now();
    await lose();
    this.losses.push({ kind, from, to: now() });
  }
}
