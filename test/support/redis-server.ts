/**
 * Real Redis servers for tests, the benchmark and the examples: on a free loopback port, with a directory
 * of their own, without persistence, ended by their process id. A server that was not started here is never
 * talked to.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRedisServer } from "./find-redis-server.js";

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Kills the server and removes its directory; resolves when both are gone. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** A port that a server of this test had before; by default a free one. */
  readonly port?: number;
  /** Further settings, as on the command line: `["--maxmemory", "10mb"]`. */
  readonly args?: readonly string[];
}

/** Starts a server and waits until it accepts connections. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const program = await findRedisServer();
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await startOn(program, port, options.args ?? []);
    } catch (error) {
      // Somebody else may take the port between looking and binding.
      if (!(error instanceof PortTakenError) || attempt === 10) throw error;
    }
  }
}

const READY_TIMEOUT_MS = 20_000;

class PortTakenError extends Error {}

async function startOn(
  program: string,
  port: number,
  args: readonly string[],
): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), "cached-collections-redis-"));
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory];
  const lasting = ["--save", "", "--appendonly", "no", "--daemonize", "no"];
  const child = spawn(program, [...settings, ...lasting, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const stop = async (): Promise<void> => {
    process.off("exit", killWithUs);
    await kill(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await ready(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, port, pid: child.pid ?? 0, stop };
}

/** Resolves at the line with which every Redis and Valkey says that it is ready. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    const timer = setTimeout(
      () => reject(new Error(`redis-server is not ready after ${READY_TIMEOUT_MS} ms:\n${log}`)),
      READY_TIMEOUT_MS,
    );
    const read = (data: Buffer): void => {
      log += data.toString();
      if (log.includes("Ready to accept connections")) {
        clearTimeout(timer);
        // The pipe stays open and is emptied, or a talkative server would block on it.
        child.stdout?.off("data", read).resume();
        child.stderr?.off("data", read).resume();
        resolve();
      }
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      const Failure = /already in use|Could not create server TCP/i.test(log)
        ? PortTakenError
        : Error;
      reject(new Failure(`redis-server ended with ${code} before it was ready:\n${log}`));
    });
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}
