/**
 * Linearizability, checked: three processes push, patch, invalidate, pull and read while connections are cut, go
 * silent or slow, processes are suspended, the store is flushed, and in every third history fails over to a replica
 * that may have fallen behind, at random (`SEED=...` repeats the choices, the machine's timing is its own). A
 * thousand histories in the long searches.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { RUNS_FACTOR, SEED } from "../support/property.js";
import { Random } from "../support/random.js";
import { problemsOf, type History } from "./check-history.js";
import { HistoryProcess } from "./processes.js";
import { runHistory } from "./run-history.js";
import { HistoryServers } from "./servers.js";

const HISTORIES = RUNS_FACTOR > 1 ? 20 * RUNS_FACTOR : 15;
const PROCESSES = 3;
const FAILOVER_EVERY = 3;

vi.setConfig({ testTimeout: 3_600_000 });

let servers: HistoryServers;
let folder: string;
let processes: HistoryProcess[];

beforeAll(async () => {
  servers = await HistoryServers.start();
  folder = await mkdtemp(join(tmpdir(), "cached-collections-linear-"));
  processes = [];
  for (let count = 0; count < PROCESSES; count++) {
    processes.push(await HistoryProcess.start(servers.port));
  }
});

afterAll(async () => {
  await Promise.all(processes.map(async (each) => each.end()));
  await servers.stop();
  await rm(folder, { recursive: true });
});

test(`of ${HISTORIES} random histories (SEED=${SEED}) none shows anything stale or torn`, async ({
  annotate,
}) => {
  const counts = new Map<string, number>();
  let reads = 0;
  for (let number = 0; number < HISTORIES; number++) {
    const failsOver = number % FAILOVER_EVERY === 0;
    const random = new Random(SEED + number);
    const history = await runHistory(
      { servers, processes, folder },
      `history-${number}`,
      random,
      failsOver,
    );
    expect(problemsOf(history), `history ${number} of SEED=${SEED}`).toEqual([]);
    for (const name of namesOf(history)) counts.set(name, (counts.get(name) ?? 0) + 1);
    reads += history.reads;
    // Beside the next ones, which do without.
    if (failsOver) servers.replicate().catch(() => undefined);
  }
  // Not every failover takes away what was served, and often it is made good before anybody looks twice.
  const rare = HISTORIES >= 100 ? ["went-back"] : [];
  for (const name of ["push done", "patch done", "pull done", "failover", ...rare])
    expect(counts.get(name)).toBeGreaterThan(0);
  expect(reads).toBeGreaterThan(counts.get("snapshot") ?? 0);
  counts.set("read", reads);
  await annotate([...counts].map(([name, count]) => `${name}: ${count}`).join(", "));
});

/** What came about in it, to be counted. */
function namesOf({ acts, losses, services }: History): readonly string[] {
  return [
    ...acts.map(
      ({ kind, atLeast, error = "done" }) =>
        `${kind}${atLeast === undefined ? "" : " at least"} ${error}`,
    ),
    ...losses.map(({ kind }) => kind),
    ...services.flatMap(({ steps, backs }) => [
      ...steps.map(() => "snapshot"),
      ...backs.map(() => "went-back"),
    ]),
  ];
}
