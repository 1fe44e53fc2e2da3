/**
 * Linearizability, checked: three processes push, patch, invalidate, pull and read while connections are cut, go
 * silent or slow, processes are suspended and the store is flushed, at random (`SEED=...` repeats the choices,
 * the machine's timing is its own). A thousand histories in the long searches.
 */
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { RUNS_FACTOR, SEED } from "../support/property.js";
import { Random } from "../support/random.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { problemsOf, type Act, type History } from "./check-history.js";
import { HistoryProcess } from "./processes.js";

const HISTORIES = RUNS_FACTOR > 1 ? 20 * RUNS_FACTOR : 12;
const PROCESSES = 3;
const ACTS = 14;

vi.setConfig({ testTimeout: 3_600_000 });

let server: RedisServer;
let redis: Redis;
let folder: string;
let processes: HistoryProcess[];

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  folder = await mkdtemp(join(tmpdir(), "cached-collections-linear-"));
  processes = [];
  for (let count = 0; count < PROCESSES; count++) {
    processes.push(await HistoryProcess.start(server.port));
  }
});

afterAll(async () => {
  await Promise.all(processes.map(async (each) => each.end()));
  redis.disconnect();
  await server.stop();
  await rm(folder, { recursive: true });
});

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

/** A fault that begins now; returns what ends it. */
async function beginFault(random: Random, losses: number[]): Promise<() => void> {
  const victim = random.pick(processes);
  const { proxy } = victim;
  const kind = random.pick(["cut", "hole", "deaf", "slow", "suspend", "suspend", "flush"] as const);
  if (kind === "cut") proxy.cut();
  else if (kind === "hole") proxy.blackHole("both");
  else if (kind === "deaf") proxy.blackHole("replies");
  else if (kind === "slow") proxy.delay(random.integer(60));
  else if (kind === "suspend") victim.suspend();
  else if (random.chance(0.3)) {
    losses.push(now());
    await redis.flushall();
    losses.push(now());
  }
  return () => {
    victim.resume();
    proxy.heal();
  };
}

async function runHistory(number: number, random: Random): Promise<History> {
  const database = new Database(join(folder, `database-${number}`));
  await database.change();
  const prefix = `history-${number}`;
  const opening = { do: "open", prefix, database: database.path } as const;
  for (const each of processes) {
    await each.tell({ ...opening, url: `redis://127.0.0.1:${each.proxy.port}` });
  }
  const acts: Act[] = [];
  const losses: number[] = [];
  const running: Promise<unknown>[] = [];
  let endFault: (() => void) | undefined;
  for (let act = 0; act < ACTS; act++) {
    const kind = random.pick([
      "push",
      "patch",
      "patch",
      "pull",
      "pull",
      "pull",
      "invalidate",
    ] as const);
    const chosen = random.integer(PROCESSES);
    if (kind !== "pull") await database.change();
    const { version } = database;
    const written = acts.filter(({ pushed }) => pushed !== undefined);
    const atLeast = kind === "pull" && random.chance(0.5) ? written.at(-1) : undefined;
    const order = kind === "pull" ? { do: kind, atLeast: atLeast?.pushed } : { do: kind };
    const acting = processes[chosen]?.tell(order).then(({ done }) => {
      acts.push({ ...done, kind, version, process: chosen, atLeast });
    });
    running.push(acting ?? Promise.resolve());
    if (random.chance(0.3)) {
      endFault?.();
      endFault = await beginFault(random, losses);
    }
    // Some acts follow one another, others overlap: this is the history, nothing is waited for.
    if (random.chance(0.5)) await Promise.race([acting, pause(400)]);
    else await pause(random.integer(25));
  }
  endFault?.();
  await Promise.all(running);
  const answers = await Promise.all(processes.map(async (each) => each.tell({ do: "close" })));
  const faults = answers.flatMap(({ faults }) => faults);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return { acts, losses, steps: answers.map(({ steps }) => steps) };
}

test(`of ${HISTORIES} random histories (SEED=${SEED}) none shows anything stale or torn`, async ({
  annotate,
}) => {
  const counts = new Map<string, number>();
  for (let number = 0; number < HISTORIES; number++) {
    const random = new Random(SEED + number);
    const history = await runHistory(number, random);
    expect(problemsOf(history), `history ${number} of SEED=${SEED}`).toEqual([]);
    for (const { kind, atLeast, error = "done" } of history.acts) {
      const name = `${kind}${atLeast === undefined ? "" : " at least"} ${error}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  for (const kind of ["push", "patch", "pull"])
    expect(counts.get(`${kind} done`)).toBeGreaterThan(0);
  await annotate([...counts].map(([name, count]) => `${name}: ${count}`).join(", "));
});
