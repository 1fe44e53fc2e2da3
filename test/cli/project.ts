/** A user's project in a folder of its own, and the command line at work in it as a process. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { until } from "../support/until.js";

const BIN = fileURLToPath(new URL("../../cli/bin/cached-collections.js", import.meta.url));

export const GOOD =
  "package: one\nentities:\n  Word:\n    key: text\n    fields: { text: string }\n";
export const BAD = "package: two\nentities:\n  Word:\n    key: txt\n    fields: { text: strin }\n";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Project {
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), "codegen-")));
  /** Besides the environment of the tests. */
  env: Readonly<Record<string, string>> = {};
  readonly #started: Started[] = [];

  /** In one step: who watches sees the old text or the new one. */
  write(path: string, text: string): void {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    const next = join(this.folder, "next.tmp");
    writeFileSync(next, text);
    renameSync(next, full);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** Runs the command line to its end. */
  run(...args: readonly string[]): Promise<Outcome> {
    return runCommand(args, this.folder, { env: this.env });
  }

  /** Starts it and lets it run. */
  start(...args: readonly string[]): Started {
    const started = new Started(
      spawn(process.execPath, [BIN, ...args], {
        cwd: this.folder,
        env: { ...process.env, ...this.env },
      }),
    );
    this.#started.push(started);
    return started;
  }

  /** Ends what was started and removes the folder. */
  remove(): void {
    for (const started of this.#started) started.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A command that runs until it is ended; its output, both streams in one. */
export class Started {
  readonly #child: ChildProcess;
  #output = "";
  #seen = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
  }

  /** What was printed since the last call, once this is part of it. */
  async printed(text: string): Promise<string> {
    await until(`${JSON.stringify(text)} in ${JSON.stringify(this.#output)}`, () =>
      this.#output.includes(text, this.#seen),
    );
    const end = this.#output.indexOf(text, this.#seen) + text.length;
    const part = this.#output.slice(this.#seen, end);
    this.#seen = end;
    return part;
  }

  /** What was printed after the last call of `printed`. */
  rest(): string {
    return this.#output.slice(this.#seen);
  }

  /** Sends a signal and resolves to the exit code; null when the signal itself ended the process. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const exit = once(this.#child, "exit");
    this.#child.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill("SIGKILL");
  }
}

/** Runs the command line for a reader who is gone already; resolves to what it says on the standard error. */
export async function runUnread(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  return text(child.stderr);
}

interface CommandOptions {
  /** Another installation of the command line. */
  readonly bin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function runCommand(
  args: readonly string[],
  cwd: string,
  { bin = BIN, env }: CommandOptions = {},
): Promise<Outcome> {
  const options = { cwd, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
