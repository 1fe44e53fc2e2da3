/** The example of worker threads as its readers start it: it ends by itself, and its threads follow. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../dist/examples/workers/main.js", import.meta.url));

test("worker threads search, follow a change, and the program ends", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], { timeout: 25_000 });
  const lines = stdout.trim().split("\n");
  expect(lines).toHaveLength(8);
  expect(lines[0]).toMatch(/^FR: Paris, Marseille, Lyon; \d+ people, fresh$/);
  expect(lines[4]).toMatch(/^FR: Marseille, Paris, Lyon; \d+ people, fresh$/);
  expect(lines.slice(5)).toEqual(lines.slice(1, 4));
});
