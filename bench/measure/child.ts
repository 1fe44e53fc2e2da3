/**
 * The frame of a measuring process: it is given the address of Redis, measures one thing, and prints its
 * numbers as one line of JSON. One process per measurement, so that no heap or compiled code is shared.
 */
import { env, stdout } from "node:process";
import { Redis } from "ioredis";

/** Numbers by name; what they mean and their units stand with the cases. */
export type Numbers = Readonly<Record<string, number>>;

/** Runs the measurement with a connected client and prints its numbers. A failure ends the process with 1. */
export function child(measure: (redis: Redis, url: string) => Promise<Numbers>): void {
  childAlone(() => withRedis(redisUrl(), measure));
}

/** The same in a database of Redis that is emptied before and after: for measurements that publish. */
export function childWithOwnData(measure: (redis: Redis, url: string) => Promise<Numbers>): void {
  childAlone(() =>
    withRedis(`${redisUrl()}/1`, async (redis, url) => {
      await redis.flushdb();
      try {
        return await measure(redis, url);
      } finally {
        await redis.flushdb();
      }
    }),
  );
}

/** The same without Redis. */
export function childAlone(measure: () => Numbers | Promise<Numbers>): void {
  void print(measure).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}

async function print(measure: () => Numbers | Promise<Numbers>): Promise<void> {
  stdout.write(`${JSON.stringify(await measure())}\n`);
}

function redisUrl(): string {
  const url = env["BENCH_REDIS_URL"];
  if (url === undefined)
    throw new Error("BENCH_REDIS_URL is not set: start this through npm run bench");
  return url;
}

async function withRedis(
  url: string,
  measure: (redis: Redis, url: string) => Promise<Numbers>,
): Promise<Numbers> {
  const redis = new Redis(url);
  try {
    await redis.ping();
    return await measure(redis, url);
  } finally {
    redis.disconnect();
  }
}
