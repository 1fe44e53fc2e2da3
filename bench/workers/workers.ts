/**
 * Ten readers of the cities, which are told when to open them: threads attached to this one's copy (`attached`),
 * threads or processes with copies of their own (`threads`, `processes`).
 */
import { argv } from "node:process";
import { redisStore, shareStore } from "cached-collections";
import { CityMapping } from "../../generated/geo.js";
import { PREFIX } from "../load/keys.js";
import { child, type Numbers } from "../measure/child.js";
import { startPartner, startThread, type Partner } from "../measure/partner.js";
import { settledMemory } from "../measure/probe.js";
import type { ReaderPlace } from "./reader.js";

const READERS = 10;

child(async (redis, url): Promise<Numbers> => {
  const kind = argv[2];
  await using store = redisStore(redis, { prefix: PREFIX });
  if (kind === "attached") await new CityMapping(store).ready({ timeoutMs: 60_000 });
  const place: ReaderPlace = kind === "attached" ? { shared: shareStore(store) } : { url };
  return kind === "processes"
    ? await measure(
        () => startPartner(import.meta.url, "./reader.js", JSON.stringify(place)),
        theirs,
      )
    : await measure(() => startThread(import.meta.url, "./reader.js", place), ours);
});

/** What readers and this process take together, whichever of them it is that grows. */
type Resident = (readers: readonly Partner[]) => Promise<number>;

async function ours(readers: readonly Partner[]): Promise<number> {
  await askAll(readers, "settle");
  return (await settledMemory()).rssBytes;
}

async function theirs(readers: readonly Partner[]): Promise<number> {
  const settled = await askAll(readers, "settle");
  return settled.reduce((sum, { rssBytes = 0 }) => sum + rssBytes, 0);
}

async function measure(start: () => Partner, resident: Resident): Promise<Numbers> {
  const nothing = await resident([]);
  const readers = Array.from({ length: READERS }, () => start());
  try {
    const idle = await resident(readers);
    const startedMs = performance.now();
    await askAll(readers, "open");
    const readyMs = performance.now() - startedMs;
    const open = await resident(readers);
    return { readyMs, dataBytes: open - idle, allBytes: open - nothing };
  } finally {
    await Promise.all(readers.map(async (reader) => reader.stop()));
  }
}

async function askAll(readers: readonly Partner[], task: string): Promise<readonly Numbers[]> {
  return Promise.all(readers.map(async (reader) => reader.ask(task)));
}
