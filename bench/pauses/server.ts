/**
 * A service that answers HTTP requests with 10 gets and one page of a view each, follows the data set, and says
 * how long its event loop was kept.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { env } from "node:process";
import { Redis } from "ioredis";
import { manyCities, sortedCities } from "../data/cities.js";
import { randomNumbers } from "../data/random.js";
import { rowCount } from "../data/row-count.js";
import type { Numbers } from "../measure/child.js";
import { answer } from "../measure/partner.js";
import { watchEventLoop } from "../measure/probe.js";
import { changedRows, openServed } from "./dataset.js";

const SEED = 0x5e12e;
const GETS = 10;
const PAGE = 20;
/** How long it keeps the event loop at a time, as long as a push does. */
const SLICE_MS = 3;

const redis = new Redis(env["BENCH_REDIS_URL"] ?? "");
let loads = 0;
const served = openServed(redis, { prefix: "followed", loads: () => loads });
const { geo } = served;
const ids = Uint32Array.from(manyCities(), ({ id }) => id);
const countries = [...new Set(sortedCities().map(({ country }) => country))];
const random = randomNumbers(SEED);
const histogram = monitorEventLoopDelay({ resolution: 1 });
let probe: ReturnType<typeof watchEventLoop> | undefined;
let reloads = 0;

const server = createServer((_request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(page()));
});

answer({ open, watch, stalls, push, load }, async () => {
  server.closeAllConnections();
  server.close();
  await served.close();
  redis.disconnect();
});

async function open(): Promise<Numbers> {
  await geo.ready({ timeoutMs: 60_000 });
  geo.on("reload", () => reloads++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, rows: rowCount() };
}

function page(): object {
  const { city } = geo.snapshot();
  const found = Array.from({ length: GETS }, () => city.get(drawn(ids))?.name);
  const first = city.byCountry.list(drawn(countries)).slice(0, PAGE);
  return { found, first: first.map(({ id, name }) => ({ id, name })) };
}

function drawn<T>(from: ArrayLike<T>): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** From now on. */
function watch(): Numbers {
  histogram.reset();
  histogram.enable();
  reloads = 0;
  probe = watchEventLoop();
  return {};
}

/** Since then. */
function stalls(): Numbers {
  histogram.disable();
  return {
    stallMs: probe?.stop() ?? 0,
    delayP999Ms: histogram.percentile(99.9) / 1e6,
    delayMaxMs: histogram.max / 1e6,
    reloads,
  };
}

/**
 * All rows loaded and dropped, again and again for so long: what the loader alone costs, walked in slices as a push
 * walks it.
 */
async function load(durationMs: number): Promise<Numbers> {
  const endMs = performance.now() + durationMs;
  let rows = 0;
  while (performance.now() < endMs) {
    let untilMs = performance.now() + SLICE_MS;
    for (const { population } of changedRows(loads)) {
      rows += Number(population >= 0);
      if (rows % 32 !== 0 || performance.now() < untilMs) continue;
      await new Promise<void>((resume) => setImmediate(resume));
      untilMs = performance.now() + SLICE_MS;
    }
  }
  return { rows };
}

/** All rows loaded, all of them changed, in this very process. */
async function push(): Promise<Numbers> {
  loads = Date.now() % 1_000_000;
  const startMs = performance.now();
  await geo.push();
  return { pushMs: performance.now() - startMs };
}
