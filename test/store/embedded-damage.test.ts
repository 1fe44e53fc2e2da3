/** A database that was damaged by the disk or by hand: an error that says so, or an answer, never an abort. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { embeddedStore, type Store } from "cached-collections";
import { expect, onTestFinished, test, vi } from "vitest";
import { loadLibsql } from "../../runtime/src/store/embedded/libsql.js";
import { FILE_NAME } from "../../runtime/src/store/embedded/tables.js";
import { RUNS_FACTOR, SEED } from "../support/property.js";
import { CITY, publishNext } from "./publications.js";

vi.setConfig({ testTimeout: 60_000 * RUNS_FACTOR });

const run = promisify(execFile);
const CHILD = fileURLToPath(
  new URL("../../dist/test/store/embedded-damage-child.js", import.meta.url),
);
const LOG_NAME = `${FILE_NAME}-wal`;

const FILES = 100 * RUNS_FACTOR;

test(`${FILES} files with flipped bytes end no process and hang none (SEED=${SEED})`, async () => {
  const { folder, store } = await killedStore();
  await moveLogIntoFile(store);
  const found = await useDamaged({ folder, store, file: FILE_NAME, inputs: FILES });
  // What is not even opened, and what is not hit.
  expect([...found].toSorted()).toEqual(expect.arrayContaining(["6", "undefined"]));
});

const LOGS = 40 * RUNS_FACTOR;

test(`${LOGS} write-ahead logs with flipped bytes end no process and hang none (SEED=${SEED})`, async () => {
  const { folder, store } = await killedStore();
  const found = await useDamaged({ folder, store, file: LOG_NAME, inputs: LOGS });
  // What is in the log counts up to where it is damaged.
  expect(found.size).toBeGreaterThan(1);
  expect(["3", "4", "5", "6"]).toEqual(expect.arrayContaining([...found]));
});

/** A store as a killed process leaves it: of six revisions the last three are in its write-ahead log. */
async function killedStore(): Promise<{ folder: string; store: string }> {
  const folder = await mkdtemp(join(tmpdir(), "cached-collections-damage-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const [path, store] = [join(folder, "whole"), join(folder, "killed")];
  await (await published(path)).close();
  await moveLogIntoFile(path);
  const open = await published(path);
  for (const name of [FILE_NAME, LOG_NAME]) await cp(join(path, name), join(store, name));
  await open.close();
  return { folder, store };
}

/** Three revisions more. */
async function published(path: string): Promise<Store> {
  const store = embeddedStore({ path });
  const schema = store.schema("geo");
  for (let revision = 1; revision <= 3; revision++) await publishNext(schema);
  await schema.heartbeat("p", [CITY]);
  return store;
}

async function moveLogIntoFile(path: string): Promise<void> {
  const database = (await loadLibsql("test"))(join(path, FILE_NAME));
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

interface Damage {
  readonly folder: string;
  readonly store: string;
  /** Which of its files is damaged. */
  readonly file: string;
  readonly inputs: number;
}

/** Uses so many damaged copies in a process of its own; returns which revisions it found in them. */
async function useDamaged({ folder, store, file, inputs }: Damage): Promise<ReadonlySet<string>> {
  const args = [CHILD, store, file, folder, String(SEED), String(inputs)];
  const timeout = 60_000 * RUNS_FACTOR;
  const { stdout } = await run(process.execPath, args, { timeout }).catch((error: unknown) => {
    const { stdout: said = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    const last = /.*$/.exec(said.trim())?.[0] ?? "";
    throw new Error(`the process died at ${last} of seed ${SEED}: ${stderr}`, { cause: error });
  });
  const lines = stdout.trim().split("\n");
  expect(lines).toHaveLength(inputs);
  return new Set(lines.map((line) => line.replace(/^input \d+: revision /, "")));
}
