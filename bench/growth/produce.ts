/** Writes so many rows to Redis in one contestant's way, and the keys to ask for. */
import { argv } from "node:process";
import { hotKeys, manyCities } from "../data/cities.js";
import { HOT_KEY } from "../load/keys.js";
import { child } from "../measure/child.js";
import { PRODUCERS } from "./producers.js";
import type { ContestantName } from "./results.js";

child(async (redis) => {
  const rows = Number(argv[3]);
  const ids = Uint32Array.from(manyCities(rows), ({ id }) => id);
  await redis.set(HOT_KEY, Buffer.from(hotKeys(ids).buffer));
  await PRODUCERS[argv[2] as ContestantName](redis, rows);
  return { rows };
});
