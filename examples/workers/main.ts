/**
 * Four worker threads that search in one copy of all cities, while the main thread follows the store and
 * publishes: `npm run build && node dist/examples/workers/main.js`.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { memoryStore, shareStore } from "cached-collections";
import { type FeatureCode, GeoDataset, type GeoInputs } from "../../generated/geo.js";
import { plainCities, plainCountries, plainRegions } from "../data/plain-cities.js";
import type { Found } from "./search.js";

await using store = memoryStore(); // a service has redisStore or embeddedStore here
const load = { country: plainCountries, region: plainRegions, city: cities };
const geo = new GeoDataset(store, { load });
await geo.ready();

const workerData = shareStore(store); // a name: the same for any number of threads
const program = new URL("./search.js", import.meta.url);
const workers = ["FR", "IN", "KE", "PE"].map((country) => ({
  country,
  worker: new Worker(program, { workerData }),
}));

await searchAll(); // each thread waits until it is ready
const second = geo.city.byCountry.list("FR").at(1);
if (second !== undefined) await geo.city.patch({ upsert: [{ ...second, population: 3_000_000 }] });
await searchAll(); // and each has what was published before it was asked
await Promise.all(workers.map(async ({ worker }) => worker.terminate()));

async function searchAll(): Promise<void> {
  for (const { country, worker } of workers) {
    worker.postMessage(country);
    const [found] = (await once(worker, "message")) as [Found];
    console.log(`${country}: ${found.names.join(", ")}; ${found.people} people, ${found.status}`);
  }
}

function* cities(): Generator<GeoInputs["city"]> {
  for (const city of plainCities()) {
    yield { ...city, featureCode: city.featureCode as FeatureCode };
  }
}
