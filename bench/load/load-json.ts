/** The naive cold load with JSON: GET, JSON.parse, build a Map. */
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { child } from "../measure/child.js";
import { measureLoad } from "./measure-load.js";
import { JSON_KEY } from "./keys.js";

child((redis) =>
  measureLoad(redis, async () => {
    const cities = JSON.parse((await redis.get(JSON_KEY)) ?? "") as readonly PlainCity[];
    const byId = new Map<number, PlainCity>();
    for (const city of cities) byId.set(city.id, city);
    return byId;
  }),
);
