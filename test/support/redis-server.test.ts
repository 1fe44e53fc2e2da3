/** The servers that every other test relies on. */
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { startRedis } from "./redis-server.js";

test("a server started here answers, is empty, and is gone after stop", async () => {
  const server = await startRedis();
  const redis = new Redis(server.url, { retryStrategy: () => null });
  redis.on("error", () => undefined);
  expect(await redis.dbsize()).toBe(0);
  expect(await redis.config("GET", "save")).toEqual(["save", ""]);
  const ended = new Promise((resolve) => redis.once("end", resolve));
  await server.stop();
  await ended;
  expect(() => process.kill(server.pid, 0)).toThrow("ESRCH");
});

test("two servers have ports of their own", async () => {
  const [a, b] = await Promise.all([startRedis(), startRedis()]);
  expect(a.port).not.toBe(b.port);
  await Promise.all([a.stop(), b.stop()]);
});

test("a server can be started again on the port it had", async () => {
  const before = await startRedis();
  await before.stop();
  const after = await startRedis({ port: before.port });
  expect(after.port).toBe(before.port);
  await after.stop();
});
