/**
 * All contestants over more and more rows, each until it fails. A failure is no accident here but a result: out of
 * heap, a string longer than V8's, a value larger than Redis's.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { env } from "node:process";
import { Redis } from "ioredis";
import { type Child, childOf } from "../case.js";
import { median } from "../measure/median.js";
import type { Numbers } from "../measure/child.js";
import { CONTESTANTS, type Curve, type Metric, type Point } from "./results.js";

const SIZES = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000];
/** Longer than anything here takes that ends well. */
const DEADLINE_MS = 600_000;

/** The curves of all contestants; `--rows` bounds them. */
export async function runGrowth(url: string, rounds: number): Promise<readonly Curve[]> {
  const most = Number(env["BENCH_ROWS"] ?? SIZES.at(-1));
  const sizes = SIZES.filter((rows) => rows <= most);
  const curves: Curve[] = [];
  for (const [name, label] of Object.entries(CONTESTANTS)) {
    curves.push({ label, ...(await curveOf(name, sizes, url, rounds)) });
  }
  return curves;
}

async function curveOf(
  name: string,
  sizes: readonly number[],
  url: string,
  rounds: number,
): Promise<Omit<Curve, "label">> {
  const points: Point[] = [];
  for (const rows of sizes) {
    console.log(`${name}: ${rows.toLocaleString("en")} rows`);
    try {
      points.push(await pointOf(name, rows, url, rounds));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      console.log(`${name} fails at ${rows.toLocaleString("en")} rows: ${why}`);
      return { points, failure: { rows, why } };
    }
  }
  return { points };
}

async function pointOf(name: string, rows: number, url: string, rounds: number): Promise<Point> {
  await emptied(url);
  await succeeded(childOf(import.meta.url, "./produce.js", name, String(rows)), url);
  const measured: Numbers[] = [];
  for (let round = 0; round < rounds; round++) {
    measured.push(await succeeded(childOf(import.meta.url, "./load.js", name), url));
  }
  const of = (metric: Metric): number => {
    return Number(median(measured.map((numbers) => numbers[metric] ?? 0)).toPrecision(4));
  };
  return {
    rows,
    loadMs: of("loadMs"),
    stallMs: of("stallMs"),
    memoryMB: of("memoryMB"),
    getNs: of("getNs"),
  };
}

async function emptied(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}

/** Its numbers. Rejects with the reason in a few words when it ends in any other way. */
async function succeeded({ file, args }: Child, url: string): Promise<Numbers> {
  const child = spawn(process.execPath, ["--expose-gc", file, ...args], {
    env: { ...env, BENCH_REDIS_URL: url },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
  });
  const [output, errors] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  if (child.exitCode === 0) return JSON.parse(output) as Numbers;
  if (child.signalCode === "SIGKILL") throw new Error(`not done after ${DEADLINE_MS / 1000} s`);
  throw new Error(reasonIn(errors));
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/heap out of memory/, "out of heap"],
  [/Invalid string length|Cannot create a string longer/, "longer than V8's longest string"],
  [/Connection is closed|ECONNRESET|EPIPE|max retries/, "larger than the largest value of Redis"],
];

/** Why a process ended, from what it printed. */
export function reasonIn(errors: string): string {
  const known = REASONS.find(([pattern]) => pattern.test(errors));
  return known?.[1] ?? errors.trim().split("\n", 1)[0] ?? "";
}
