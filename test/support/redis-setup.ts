/** Once per test run, before the test files start side by side: finds or fetches the redis-server they use. */
import { findRedisServer } from "./find-redis-server.js";

export async function setup(): Promise<void> {
  process.env["REDIS_SERVER"] = await findRedisServer();
}
