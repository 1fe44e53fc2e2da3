/**
 * Real Redis servers for tests, the benchmark and the examples: on a free loopback port, with a directory
 * of their own, without persistence, ended by their process id. A server that was not started here is never
 * talked to.
 */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
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
  /** Starts a Sentinel with this configuration file, which it rewrites, instead of a server for data. */
  readonly sentinel?: string;
}

/** Starts a server and waits until it accepts connections. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const program = await findRedisServer();
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await startOn(program, port, options);
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
  { args = [], sentinel }: RedisServerOptions,
): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), "cached-collections-redis-"));
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory];
  const kind =
    sentinel === undefined
      ? [...settings, "--save", "", "--appendonly", "no", "--daemonize", "no"]
      : [sentinel, "--sentinel", ...settings];
  const keeper = spawn("sh", ["-c", KEEPER, directory, program, ...kind, ...args]);
  const stop = async (): Promise<void> => {
    keeper.stdin.end();
    if (keeper.exitCode === null) await once(keeper, "exit");
  };
  try {
    const pid = await ready(keeper);
    return { url: `redis://127.0.0.1:${port}`, port, pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Ends the server and removes its directory when its input ends: at `stop`, and also when this process is
 * killed, which no handler of its own would survive.
 */
const KEEPER = `
"$@" < /dev/null & pid=$!
echo "server $pid."
read -r _
kill -KILL $pid 2> /dev/null
wait $pid
rm -rf "$0"
`;

/** Resolves with the server's process id at the line with which every Redis and Valkey says that it is ready. */
function ready(keeper: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    let log = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      const Failure = TAKEN.test(log) ? PortTakenError : Error;
      reject(new Failure(`redis-server ${why}:\n${log}`));
    };
    const timer = setTimeout(() => fail("is not ready in time"), READY_TIMEOUT_MS);
    const read = (data: Buffer): void => {
      log += data.toString();
      if (TAKEN.test(log)) fail("did not start");
      if (!READY.test(log)) return;
      clearTimeout(timer);
      // The pipes stay open and are emptied, or a talkative server would block on them.
      for (const pipe of [keeper.stdout, keeper.stderr]) pipe.off("data", read).resume();
      resolve(Number(/server (\d+)\./.exec(log)?.[1]));
    };
    for (const pipe of [keeper.stdout, keeper.stderr]) pipe.on("data", read);
    keeper.once("error", reject);
  });
}

/** Of servers, and of Sentinels, which say no such thing. */
const READY = /Ready to accept connections|Sentinel ID is/;
const TAKEN = /already in use|Could not create server TCP/i;

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
