/** Runs one measuring process to its end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Child } from "./case.js";
import type { Numbers } from "./measure/child.js";
import { childName } from "./results.js";

/** Its numbers; `url` is Redis. Rejects when it ended with anything but 0. */
export async function runChild(child: Child, url: string): Promise<Numbers> {
  const started = spawn(process.execPath, ["--expose-gc", child.file, ...child.args], {
    env: { ...process.env, BENCH_REDIS_URL: url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(started.stdout), once(started, "exit")]);
  if (started.exitCode === 0) return JSON.parse(output) as Numbers;
  const end = started.exitCode ?? started.signalCode;
  throw new Error(`the measuring process ${childName(child)} ended with ${end}`);
}
