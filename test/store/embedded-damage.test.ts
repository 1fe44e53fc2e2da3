/** A database file that was damaged by the disk or by hand: an error that says so, or an answer, never an abort. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { embeddedStore } from "cached-collections";
import { expect, onTestFinished, test, vi } from "vitest";
import { loadLibsql } from "../../runtime/src/store/embedded/libsql.js";
import { FILE_NAME } from "../../runtime/src/store/embedded/tables.js";
import { RUNS_FACTOR, SEED } from "../support/property.js";
import { CITY, publishNext } from "./publications.js";

const INPUTS = 100 * RUNS_FACTOR;

vi.setConfig({ testTimeout: 60_000 * RUNS_FACTOR });

const run = promisify(execFile);
const CHILD = fileURLToPath(
  new URL("../../dist/test/store/embedded-damage-child.js", import.meta.url),
);

test(`${INPUTS} files with flipped bytes end no process and hang none (SEED=${SEED})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "cached-collections-damage-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const path = join(folder, "whole");
  const store = embeddedStore({ path });
  const schema = store.schema("geo");
  for (let revision = 1; revision <= 6; revision++) await publishNext(schema);
  await schema.heartbeat("p", [CITY]);
  await store.close();
  const file = join(path, FILE_NAME);
  const database = (await loadLibsql("test"))(file);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  const args = [CHILD, file, folder, String(SEED), String(INPUTS)];
  const timeout = 60_000 * RUNS_FACTOR;
  const { stdout } = await run(process.execPath, args, { timeout }).catch((error: unknown) => {
    const { stdout: said = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    const last = /.*$/.exec(said.trim())?.[0] ?? "";
    throw new Error(`the process died at ${last} of seed ${SEED}: ${stderr}`, { cause: error });
  });
  expect(stdout.trim().split("\n")).toHaveLength(INPUTS);
});
