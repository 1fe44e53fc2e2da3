/** What a record takes as an object in a Map, as JSON.parse makes it. */
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { JSON_KEY } from "../load/keys.js";
import { child } from "../measure/child.js";
import { settledMemory } from "../measure/probe.js";

child(async (redis) => {
  const before = await settledMemory();
  const byId = new Map<number, PlainCity>();
  await redis.get(JSON_KEY).then((text) => {
    for (const city of JSON.parse(text ?? "[]") as readonly PlainCity[]) byId.set(city.id, city);
  });
  const after = await settledMemory();
  return { bytes: (after.heldBytes - before.heldBytes) / byId.size };
});
