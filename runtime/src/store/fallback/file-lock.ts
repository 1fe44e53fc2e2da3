/**
 * One process at a time, by a file that only one can create. Whoever is killed leaves it behind: an old one is
 * removed. Two that remove one at the same moment may both go on, so it must only keep apart what is harmless
 * when it meets now and then.
 */
import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Far longer than the work takes. */
const ABANDONED_AFTER_MS = 10_000;
const WAIT_MS = 20;

/** The signal ends the wait, not the work; waiting keeps no process alive. */
export async function withFileLock<T>(
  path: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await isCreated(path))) {
    if (await isAbandoned(path)) await rm(path, { force: true });
    else await pause(WAIT_MS * (0.5 + Math.random()), undefined, { ref: false, signal });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function isCreated(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const { mtimeMs } = (await stat(path).catch(() => undefined)) ?? {};
  return mtimeMs !== undefined && Math.abs(Date.now() - mtimeMs) > ABANDONED_AFTER_MS;
}
