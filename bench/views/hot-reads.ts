/** The same reads again and again: our views and keys beside Maps and arrays made by hand. */
import { redisStore } from "cached-collections";
import { PlaceMapping, SiteMapping, SpotMapping } from "../generated/bench.js";
import { HOT_KEY, PREFIX, PROTOBUF_KEY, readBytes, readIds } from "../load/keys.js";
import { child, type Numbers } from "../measure/child.js";
import { measureGets, type Pass } from "../measure/measure-gets.js";
import { decodeCities } from "../naive/city.js";
import { countFrom, groupByHand, joined, sortedByHand, uniqueByHand } from "./by-hand.js";
import { codeOf } from "./site-code.js";

const PAGE = 20;

child(async (redis) => {
  await using store = redisStore(redis, { prefix: PREFIX });
  const collections = [
    new PlaceMapping(store),
    new SpotMapping(store),
    new SiteMapping(store),
  ] as const;
  await Promise.all(collections.map((one) => one.ready({ timeoutMs: 60_000 })));
  const [places, spots, sites] = collections;
  const cities = decodeCities(await readBytes(redis, PROTOBUF_KEY));
  const ids = await readIds(redis, HOT_KEY);
  const hot = Array.from(ids, (id) => cities.get(id)).filter((city) => city !== undefined);
  const groups = groupByHand(cities.values());
  const unique = uniqueByHand(cities.values());
  const sorted = sortedByHand(cities.values());
  const codes = hot.map(codeOf);
  const codeMap = new Map([...cities.values()].map((city) => [codeOf(city), city]));
  const { byCountry, byPlace, byPopulation } = places.snapshot();
  const [spotsNow, sitesNow] = [spots.snapshot(), sites.snapshot()];

  /** Reads with the city at each position of `hot`; keys are positions. */
  const each = (read: (city: (typeof hot)[number], position: number) => number): Pass => {
    return (positions) => {
      let sum = 0;
      for (const position of positions)
        sum += read(hot[position] as (typeof hot)[number], position);
      return sum;
    };
  };
  const measure = (name: string, own: Pass, byHand: Pass): Promise<Numbers> =>
    measured(name, hot.length, own, byHand);
  return {
    ...(await measure(
      "group",
      each(({ country }) => byCountry.get(country).length),
      each(({ country }) => groups.get(country)?.length ?? 0),
    )),
    ...(await measure(
      "page",
      each(({ country }) => byCountry.list(country).slice(0, PAGE).length),
      each(({ country }) => groups.get(country)?.slice(0, PAGE).length ?? 0),
    )),
    ...(await measure(
      "unique",
      each(({ country, id }) => byPlace.get({ country, id })?.population ?? 0),
      each(({ country, id }) => unique.get(joined(country, id))?.population ?? 0),
    )),
    ...(await measure(
      "range",
      each(({ population }) => byPopulation.range({ gte: population }).size),
      each(({ population }) => countFrom(sorted, population)),
    )),
    ...(await measure(
      "composite",
      each(({ country, id }) => spotsNow.get({ country, id })?.population ?? 0),
      each(({ country, id }) => unique.get(joined(country, id))?.population ?? 0),
    )),
    ...(await measure(
      "text",
      each((_, position) => sitesNow.get(codes[position] ?? "")?.population ?? 0),
      each((_, position) => codeMap.get(codes[position] ?? "")?.population ?? 0),
    )),
  };
});

async function measured(name: string, hot: number, own: Pass, byHand: Pass): Promise<Numbers> {
  const positions = Uint32Array.from({ length: hot }, (_, position) => position);
  const numbers = await measureGets(positions, { own, byHand });
  return {
    [`${name}Ns`]: numbers["own"] ?? 0,
    [`${name}ByHandNs`]: numbers["byHand"] ?? 0,
    [`${name}Garbage`]: garbageOf(own, positions),
    [`${name}ByHandGarbage`]: garbageOf(byHand, positions),
  };
}

/** Bytes that one read leaves to be collected; so few reads that none is collected meanwhile. */
function garbageOf(pass: Pass, positions: Uint32Array): number {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  void pass(positions);
  return Math.max(0, process.memoryUsage().heapUsed - before) / positions.length;
}
