/** The demo as its users start it: what it shows, and that nothing is left of it, not even after Ctrl-C. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startRedis } from "../support/redis-server.js";

const DEMO_TIMEOUT_MS = 60_000;

/** The demo's temporary files go here, so that leftovers are seen. */
let folder: string;
let demo: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cached-collections-test-"));
});

afterEach(async () => {
  if (demo?.exitCode === null && demo.signalCode === null) demo.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

describe("the demo", { timeout: DEMO_TIMEOUT_MS }, () => {
  test("shows three readers following a change, and leaves nothing behind", async () => {
    const output = await run({});
    expectWholeDemo(output);
    expect(await readdir(folder)).toEqual([]);
  });

  test("goes through Redis when it is told to, and leaves no key there", async () => {
    const server = await startRedis();
    const redis = new Redis(server.url);
    try {
      const output = await run({ REDIS_URL: server.url });
      expectWholeDemo(output);
      expect(await redis.keys("*")).toEqual([]);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });

  test("ends its readers and removes its files when it is interrupted", async () => {
    const child = start({});
    const readers = await readerProcesses(child);
    expect(readers).toHaveLength(3);
    child.kill("SIGINT");
    await once(child, "exit");
    expect(child.signalCode).toBe("SIGINT");
    expect(readers.filter(isRunning)).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });
});

function start(environment: Readonly<Record<string, string>>): ChildProcess {
  const script = "dist/examples/demo/main.js";
  if (!existsSync(script)) throw new Error(`${script} is not built: run npm test`);
  const { REDIS_URL: _, ...inherited } = process.env;
  const env = { ...inherited, TMPDIR: folder, ...environment };
  demo = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "inherit"] });
  return demo;
}

async function run(environment: Readonly<Record<string, string>>): Promise<string> {
  const child = start(environment);
  if (child.stdout === null) throw new Error("no output");
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect({ exitCode: child.exitCode, output }).toMatchObject({ exitCode: 0 });
  return output;
}

function expectWholeDemo(output: string): void {
  expect(output).toMatch(/139,344 records checked, indexed and published/);
  expect(
    output.match(/all of them answer as the process that pushed does: [0-9a-f]{12}/g),
  ).toHaveLength(2);
  expect(output).toMatch(/Done in/);
}

/** The process ids in the table of the readers' first reports. Goes on emptying the pipe. */
function readerProcesses(child: ChildProcess): Promise<number[]> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.once("exit", () => reject(new Error(`the demo ended early:\n${output}`)));
    child.stdout?.on("data", (data: Buffer) => {
      output += data.toString();
      if (!output.includes("all of them answer")) return;
      resolve([...output.matchAll(/^ +(\d+) +1 +135,233 /gm)].map(([, pid]) => Number(pid)));
    });
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
