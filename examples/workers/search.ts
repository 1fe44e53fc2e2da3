/** One thread: it answers from the memory that it shares with the others. */
import { parentPort, workerData } from "node:worker_threads";
import { attachedStore } from "cached-collections";
import { GeoDataset } from "../../generated/geo.js";

export interface Found {
  readonly names: readonly string[];
  readonly people: number;
  readonly status: string;
}

const geo = new GeoDataset(attachedStore(workerData as string)); // the same classes, only for reading
const ready = geo.ready();

parentPort?.on("message", (country: string) => void answer(country));

async function answer(country: string): Promise<void> {
  await ready;
  const page = await geo.pull();
  const largest = page.city.byCountry.list(country).slice(0, 3);
  const people = page.city.byCountry.get(country).reduce((sum, city) => sum + city.population, 0);
  const found: Found = { names: largest.map(({ name }) => name), people, status: geo.status };
  parentPort?.postMessage(found);
}
