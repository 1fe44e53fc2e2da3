/** Loaders that never end, in scripts that nothing else keeps alive: Node.js must not end them without a word. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const run = promisify(execFile);
const CHILD = fileURLToPath(
  new URL("../../dist/test/collection/hung-loader-child.js", import.meta.url),
);

/** What the script said; rejects when it did not end by itself with 0. */
async function script(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, [CHILD, ...args], { timeout: 60_000 });
  return stdout.split("\n").filter((line) => line !== "");
}

test.each([
  ["push", ["ERR_TIMEOUT"]],
  ["patch", ["ERR_TIMEOUT"]],
  ["ready", ["ERR_TIMEOUT"]],
  ["push during a load in the background", ["ERR_TIMEOUT", "ERR_TIMEOUT"]],
  ["pull", ["resolved"]],
])(
  "who awaits %s is told at its deadline, with a store that keeps no process alive",
  async (call, said) => {
    expect(await script(call)).toEqual(said);
    const directory = await mkdtemp(join(tmpdir(), "cached-collections-hung-"));
    onTestFinished(async () => rm(directory, { recursive: true }));
    expect(await script(call, directory)).toEqual(said);
  },
);

test("a load that nobody awaits keeps no process alive", async () => {
  expect(await script("background load")).toEqual(["ERR_TIMEOUT"]);
});
