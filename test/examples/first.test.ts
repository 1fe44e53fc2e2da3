/** The README's first example as its readers start it: it answers the same with Redis and without, and ends. */
import { redisStore } from "cached-collections";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startRedis } from "../support/redis-server.js";

const PROGRAM = fileURLToPath(new URL("../../dist/examples/first/main.js", import.meta.url));
const ANSWERS = [
  "Assam",
  "[ 'Sencha 19.90', 'Assam 8.50' ]",
  "2",
  "{ revision: 1, published: false }",
];

test("the first example ends by itself with an embedded store", async () => {
  expect(await run({})).toEqual(ANSWERS);
});

test("the first example ends by itself with Redis", async () => {
  const server = await startRedis();
  try {
    expect(await run({ REDIS_URL: server.url })).toEqual(ANSWERS);
  } finally {
    await server.stop();
  }
});

test("CommonJS can require the package, where Node.js can require modules at all", () => {
  const { require_module: canRequire } = process.features as { readonly require_module?: boolean };
  const required = (): unknown => createRequire(import.meta.url)("cached-collections");
  const answer = canRequire === true ? required() : { redisStore };
  expect(answer).toMatchObject({ redisStore: expect.any(Function) as unknown });
});

async function run(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const cwd = await mkdtemp(join(tmpdir(), "cached-collections-test-"));
  const { REDIS_URL: _, ...inherited } = process.env;
  const env = { ...inherited, ...environment };
  try {
    const started = promisify(execFile)(process.execPath, [PROGRAM], { cwd, env, timeout: 20_000 });
    const { stdout } = await started;
    return stdout.trim().split("\n");
  } finally {
    await rm(cwd, { recursive: true });
  }
}
