/** Runs a compiled program, named from this folder, in a process of its own with --expose-gc, and returns its report. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export async function runProgram<Report>(
  compiled: string,
  args: readonly string[] = [],
): Promise<Report> {
  const path = fileURLToPath(new URL(compiled, import.meta.url));
  const child = fork(path, args, { execArgv: ["--expose-gc"] });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${compiled} ended with ${String(code)} and without a report`);
  });
  const [report] = (await Promise.race([once(child, "message"), ended])) as [Report];
  ended.catch(() => undefined);
  return report;
}
