/**
 * The process that pushes all rows while another serves. It builds first and waits, so that what readers feel is
 * the reload, not a machine shared with whoever builds. What it pushes under the other prefix nobody follows:
 * the same work for the machine and for Redis, without a reload.
 */
import { env } from "node:process";
import { Redis } from "ioredis";
import { sortedCities } from "../data/cities.js";
import type { Numbers } from "../measure/child.js";
import { answer } from "../measure/partner.js";
import { openServed } from "./dataset.js";

const redis = new Redis(env["BENCH_REDIS_URL"] ?? "");
let loads = 0;
let built: (() => void) | undefined;
let released = Promise.resolve();
let release = (): void => undefined;
let pushed: Promise<unknown> = Promise.resolve();

const options = { loads: () => loads, beforePublishing };
const followed = openServed(redis, { prefix: "followed", ...options });
const other = openServed(redis, { prefix: "other", ...options });
sortedCities();

answer({ fill, build, publish }, async () => {
  await Promise.all([followed.close(), other.close()]);
  redis.disconnect();
});

async function fill(): Promise<Numbers> {
  await followed.geo.push();
  await other.geo.push();
  return {};
}

/** Builds the next revision, of what is followed (0) or of the other (1), and waits. */
async function build(which: number): Promise<Numbers> {
  loads++;
  released = new Promise((resolve) => (release = resolve));
  const isBuilt = new Promise<void>((resolve) => (built = resolve));
  pushed = (which === 0 ? followed : other).geo.push();
  await Promise.race([isBuilt, pushed]);
  return {};
}

async function publish(): Promise<Numbers> {
  release();
  await pushed;
  return {};
}

function beforePublishing(): Promise<void> {
  built?.();
  return released;
}
