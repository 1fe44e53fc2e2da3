/**
 * The benchmark: `npm run bench -- [regex] [--rounds N] [--rows N] [--json FILE]`.
 *
 * It starts a Redis of its own, fills it as the cases need, and then runs every measurement in a process of its
 * own, the contestants of a case one after the other, round after round, so that a disturbance of the machine
 * meets all of them. What counts are the ratios within one run; absolute times belong to the machine.
 */
import { writeFile } from "node:fs/promises";
import { Redis } from "ioredis";
import { startRedis } from "../test/support/redis-server.js";
import { ALL_CASES, README_CASES } from "./all-cases.js";
import type { Case, Child } from "./case.js";
import { rowCount } from "./data/row-count.js";
import { growthTable } from "./growth/growth-table.js";
import type { GrowthResults } from "./growth/results.js";
import { runGrowth } from "./growth/run-growth.js";
import { describeMachine, thisMachine } from "./machine.js";
import type { Numbers } from "./measure/child.js";
import { type Options, readOptions } from "./options.js";
import {
  behindGiven,
  caseResult,
  childName,
  missedTargets,
  type Results,
  type Samples,
} from "./results.js";
import { runChild } from "./run-child.js";
import { caseText } from "./table.js";

async function main(): Promise<void> {
  const options = readOptions();
  if (options.pattern?.source === GROWTH) return growth(options);
  const cases = chosen(options.pattern);
  if (cases.every(({ isAlone }) => isAlone)) {
    await report(cases, options, { url: "", redis: "not used", rows: 0 });
    return;
  }
  const redis = await startRedis();
  try {
    for (const fixture of children(cases.map((of) => of.fixture))) {
      console.log(`preparing: ${childName(fixture)}`);
      await runChild(fixture, redis.url);
    }
    const version = await redisVersion(redis.url);
    await report(cases, options, { url: redis.url, redis: version, rows: rowCount() });
  } finally {
    await redis.stop();
  }
}

/** The one measurement that is not of cases but of curves. */
const GROWTH = "growth";

async function growth({ rounds, json }: Options): Promise<void> {
  const redis = await startRedis();
  try {
    const machine = thisMachine(await redisVersion(redis.url));
    console.log(describeMachine(machine));
    const contestants = await runGrowth(redis.url, rounds);
    const recordedAt = new Date().toISOString();
    const results = { format: 1, kind: GROWTH, recordedAt, machine, rounds, contestants } as const;
    console.log(`\n${growthTable(results)}`);
    if (json !== undefined) await writeJson(json, results);
  } finally {
    await redis.stop();
  }
}

function chosen(pattern: RegExp | undefined): readonly Case[] {
  if (pattern === undefined) return README_CASES;
  const cases = ALL_CASES.filter(({ name }) => pattern.test(name));
  if (cases.length > 0) return cases;
  const names = [...ALL_CASES.map(({ name }) => name), GROWTH];
  throw new Error(`no case matches: ${names.join(", ")}`);
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
  const missed = results.flatMap(missedTargets);
  console.log(missed.length === 0 ? "All targets met." : `Falls short: ${missed.join(", ")}.`);
  const behind = behindGiven(results);
  if (behind.length > 0) console.log(`Behind what was given: ${behind.join(", ")}.`);
  if (json === undefined) return;
  const recordedAt = new Date().toISOString();
  await writeJson(json, { format: 1, recordedAt, machine, rows, rounds, cases: results });
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url);
  const info = await redis.info("server");
  redis.disconnect();
  return /^redis_version:(\S+)/m.exec(info)?.[1] ?? "unknown";
}

/** Runs the processes that the cases need, in turns. */
async function measure(cases: readonly Case[], rounds: number, url: string): Promise<Samples> {
  const sources = cases.flatMap((of) => [of.ours, ...of.rivals]);
  const needed = children(sources.map((source) => ("child" in source ? source.child : undefined)));
  const samples = new Map(needed.map((child): [string, Numbers[]] => [childName(child), []]));
  for (let round = 1; round <= rounds; round++) {
    for (const child of needed) {
      console.log(`round ${round} of ${rounds}: ${childName(child)}`);
      samples.get(childName(child))?.push(await runChild(child, url));
    }
  }
  console.log("");
  return samples;
}

/** Each once. */
function children(some: readonly (Child | undefined)[]): readonly Child[] {
  const byName = new Map<string, Child>();
  for (const child of some) if (child !== undefined) byName.set(childName(child), child);
  return [...byName.values()];
}

async function writeJson(path: string, results: Results | GrowthResults): Promise<void> {
  await writeFile(path, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(`Written to ${path}.`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
