/**
 * A reader process: it follows what is pushed and tells the demo each revision it sees. It never loads, has no
 * database, and ends when the demo does.
 */
import { GeoDataset } from "../../generated/geo.js";
import { digest } from "./digest.js";
import type { ReaderReport } from "./messages.js";
import { givenPlace, openStore } from "./place.js";

async function main(): Promise<void> {
  const emptyRssBytes = settledRssBytes();
  const startMs = performance.now();
  const store = openStore(givenPlace());
  process.once("disconnect", () => void store.close().finally(() => process.kill(process.pid)));
  const geo = new GeoDataset(store);
  await geo.ready({ timeoutMs: 30_000 });
  const readyInMs = performance.now() - startMs;
  const tell = (): void => {
    process.send?.({ ...answers(geo), readyInMs, emptyRssBytes } satisfies ReaderReport);
  };
  tell();
  geo.city.on("reload", tell);
}

function answers(geo: GeoDataset): Omit<ReaderReport, "readyInMs" | "emptyRssBytes"> {
  const visibleAtMs = performance.timeOrigin + performance.now();
  const page = geo.snapshot();
  const { revision } = geo.city;
  const { size: records } = page.city;
  const answered = digest(page);
  // After the reads, so that the records in use are counted as well.
  const rssBytes = settledRssBytes();
  return { revision, records, digest: answered, visibleAtMs, rssBytes };
}

/** Resident memory without what the garbage collector would free anyway. */
function settledRssBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

main().catch((error: unknown) => {
  console.error(error);
  process.kill(process.pid);
});
