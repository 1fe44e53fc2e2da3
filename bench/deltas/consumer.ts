/** The process that reads: it follows, and tells of each reload how it went and what reads cost right after. */
import { argv, env } from "node:process";
import { Redis } from "ioredis";
import { clockMs } from "../measure/clock.js";
import type { Numbers } from "../measure/child.js";
import { nextReload } from "../measure/next-reload.js";
import { answer } from "../measure/partner.js";
import { watchEventLoop } from "../measure/probe.js";
import { timedClient } from "../measure/timed-client.js";
import { openSubject, type Subject, type SubjectName } from "./subject.js";

/** The country with the most cities. */
const GROUP = "US";
const PAGE = 20;

const redis = new Redis(env["BENCH_REDIS_URL"] ?? "");
const { client, clock } = timedClient(redis);
const subject = openSubject(argv[2] as SubjectName, client);
const { cities } = subject;

answer({ open, useEverything, follow, idle }, async () => {
  await subject.close();
  redis.disconnect();
});

async function open(): Promise<Numbers> {
  await cities.ready({ timeoutMs: 60_000 });
  return { records: cities.size, group: cities.byCountry.count(GROUP) };
}

/** From now on every group is in use, and every record decoded. */
function useEverything(): Numbers {
  let records = 0;
  for (const country of cities.byCountry.keys()) records += cities.byCountry.get(country).length;
  records += cities.byPopulation.slice(0, PAGE).length;
  return { records };
}

/** Waits for the next reload, and reads at once. */
async function follow(): Promise<Numbers> {
  const probe = watchEventLoop();
  const startedMs = performance.now();
  const { fetchedBytes, durationMs } = await nextReload(cities);
  const visibleMs = performance.now();
  return {
    visibleAt: clockMs(),
    applyMs: visibleMs - clock.lastReplyMs,
    stallMs: probe.stop(),
    watchedMs: visibleMs - startedMs,
    fetchedBytes,
    durationMs,
    ...reads(cities),
  };
}

/** The longest stall when nothing happens for so many milliseconds. */
async function idle(ms: number): Promise<Numbers> {
  const probe = watchEventLoop();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { stallMs: probe.stop() };
}

function reads({ byCountry, byPopulation }: Subject["cities"]): Numbers {
  return {
    pageMs: timed(() => byCountry.list(GROUP).slice(0, PAGE)),
    sortedPageMs: timed(() => byPopulation.slice(0, PAGE)),
    countMs: timed(() => byCountry.count(GROUP)),
    groupMs: timed(() => byCountry.get(GROUP)),
  };
}

function timed(read: () => unknown): number {
  const startMs = performance.now();
  read();
  return performance.now() - startMs;
}
