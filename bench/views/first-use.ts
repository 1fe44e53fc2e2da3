/** The first use of each view in a fresh process, beside building the same by hand from objects in memory. */
import { redisStore } from "cached-collections";
import { PlaceMapping } from "../generated/bench.js";
import { PREFIX, PROTOBUF_KEY, readBytes } from "../load/keys.js";
import { child } from "../measure/child.js";
import { decodeCities } from "../naive/city.js";
import { groupByHand, sortedByHand, uniqueByHand } from "./by-hand.js";

const PAGE = 20;

child(async (redis) => {
  await using store = redisStore(redis, { prefix: PREFIX });
  const places = new PlaceMapping(store);
  await places.ready({ timeoutMs: 60_000 });
  const { byCountry, byPlace, byPopulation } = places.snapshot();
  const [first] = places.values();
  const cities = decodeCities(await readBytes(redis, PROTOBUF_KEY));
  const ours = {
    groupPageMs: timed(() => byCountry.list("US").slice(0, PAGE)),
    uniqueMs: timed(() => byPlace.get({ country: first?.country ?? "", id: first?.id ?? 0 })),
    sortedPageMs: timed(() => byPopulation.slice(0, PAGE)),
    groupMs: timed(() => byCountry.get("US")),
    iterateMs: timed(() => sumOf(places.values())),
    iterateAgainMs: timed(() => sumOf(places.values())),
    groupsMs: timed(() => [...byCountry.keys()].map((country) => byCountry.get(country))),
    sortedMs: timed(() => byPopulation.toArray()),
  };
  const byHand = {
    groupsByHandMs: timed(() => groupByHand(cities.values())),
    uniqueByHandMs: timed(() => uniqueByHand(cities.values())),
    sortedByHandMs: timed(() => sortedByHand(cities.values())),
    iterateByHandMs: timed(() => sumOf(cities.values())),
    iterateAgainByHandMs: timed(() => sumOf(cities.values())),
  };
  return { ...ours, ...byHand };
});

function sumOf(cities: Iterable<{ readonly population: number }>): number {
  let sum = 0;
  for (const { population } of cities) sum += population;
  return sum;
}

function timed(work: () => unknown): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
