/**
 * The benchmark: `npm run bench -- [regex] [--rounds N] [--json FILE]`.
 *
 * It starts a Redis of its own, fills it once, and then runs every measurement in a process of its own, the
 * contestants of a case one after the other, round after round, so that a disturbance of the machine meets
 * all of them. What counts are the ratios within one run; absolute times belong to the machine.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { startRedis } from "../test/support/redis-server.js";
import { CASES, type Case } from "./cases.js";
import { CODEGEN_CASES } from "./codegen/cases.js";
import { describeMachine, thisMachine } from "./machine.js";
import { type CaseResult, caseResult, type Results, type Samples } from "./results.js";
import { caseText } from "./table.js";

type Numbers = Readonly<Record<string, number>>;

interface Options {
  readonly pattern: RegExp | undefined;
  readonly rounds: number;
  readonly json: string | undefined;
}

/** What the measuring processes are, so that a reader finds them: all of bench/children with a `child(...)`. */
const CHILDREN: Readonly<Record<string, string>> = {
  produce: "./children/produce.js",
  "load-collection": "./children/load-collection.js",
  "load-protobuf": "./children/load-protobuf.js",
  "load-tuned-protobuf": "./children/load-tuned-protobuf.js",
  "load-json": "./children/load-json.js",
  gets: "./children/gets.js",
  peers: "./children/peers.js",
  codegen: "./children/codegen.js",
  "codegen-es": "./children/codegen-es.js",
  "type-check": "./children/type-check.js",
};

/** Without a regex only those that the README shows are run. */
const ALL_CASES: readonly Case[] = [...CASES, ...CODEGEN_CASES];

async function main(): Promise<void> {
  const options = readOptions();
  const { pattern } = options;
  const cases = pattern === undefined ? CASES : ALL_CASES.filter(({ name }) => pattern.test(name));
  if (cases.length === 0)
    throw new Error(`no case matches: ${ALL_CASES.map(({ name }) => name).join(", ")}`);
  if (cases.every(({ isAlone }) => isAlone)) {
    await report(cases, options, { url: "", redis: "not used", rows: 0 });
    return;
  }
  const redis = await startRedis();
  try {
    await measureThrough(redis.url, cases, options);
  } finally {
    await redis.stop();
  }
}

async function measureThrough(
  url: string,
  cases: readonly Case[],
  options: Options,
): Promise<void> {
  const { rows = 0, pushMs = 0 } = await run("produce", url);
  console.log(`${rows.toLocaleString("en")} rows pushed in ${Math.round(pushMs)} ms\n`);
  await report(cases, options, { url, redis: await redisVersion(url), rows });
}

interface Setting {
  readonly url: string;
  readonly redis: string;
  readonly rows: number;
}

async function report(
  cases: readonly Case[],
  { rounds, json }: Options,
  { url, redis, rows }: Setting,
): Promise<void> {
  const machine = thisMachine(redis);
  console.log(describeMachine(machine));
  const samples = await measure(cases, rounds, url);
  const results = cases.map((one) => caseResult(one, samples));
  for (const result of results) console.log(`${caseText(result)}\n`);
  console.log(summary(results));
  if (json === undefined) return;
  const recordedAt = new Date().toISOString();
  await writeJson(json, { format: 1, recordedAt, machine, rows, rounds, cases: results });
}

/** One line that says which targets were missed. */
function summary(results: readonly CaseResult[]): string {
  const missed = results.flatMap(({ name, rivals }) =>
    rivals
      .filter(({ target }) => target?.met === false)
      .map(({ label }) => `${name} (against ${label})`),
  );
  return missed.length === 0 ? "All targets met." : `Falls short: ${missed.join(", ")}.`;
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url);
  const info = await redis.info("server");
  redis.disconnect();
  return /^redis_version:(\S+)/m.exec(info)?.[1] ?? "unknown";
}

function readOptions(): Options {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "string" }, rounds: { type: "string", default: "5" } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a number from 1");
  const [pattern] = positionals;
  const named = pattern === undefined ? undefined : new RegExp(pattern);
  return { pattern: named, rounds, json: values.json };
}

/** Runs the processes that the cases need, in turns. */
async function measure(cases: readonly Case[], rounds: number, url: string): Promise<Samples> {
  const needed = new Set(cases.flatMap((of) => [of.ours, ...of.rivals].map(({ child }) => child)));
  const samples = new Map<string, Numbers[]>([...needed].map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [name, numbers] of samples) {
      console.log(`round ${round} of ${rounds}: ${name}`);
      numbers.push(await run(name, url));
    }
  }
  console.log("");
  return samples;
}

/** Runs one measuring process to its end. */
async function run(name: string, url: string): Promise<Numbers> {
  const script = fileURLToPath(new URL(CHILDREN[name] ?? name, import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", script], {
    env: { ...process.env, BENCH_REDIS_URL: url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (child.exitCode !== 0) {
    throw new Error(
      `the measuring process ${name} ended with ${child.exitCode ?? child.signalCode}`,
    );
  }
  return JSON.parse(output) as Numbers;
}

async function writeJson(path: string, results: Results): Promise<void> {
  await writeFile(path, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(`Written to ${path}.`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
