/** A consumer of towns while a producer in another process pushes all of them again, 1,000 changed. */
import { argv } from "node:process";
import { redisStore } from "cached-collections";
import { TownMapping } from "../generated/bench.js";
import { childWithOwnData, type Numbers } from "../measure/child.js";
import { median } from "../measure/median.js";
import { nextReload } from "../measure/next-reload.js";
import { startPartner } from "../measure/partner.js";
import { timedClient } from "../measure/timed-client.js";
import { prefixOf, townCount } from "./towns.js";

const PUSHES = 5;

childWithOwnData(async (redis, url) => {
  process.env["BENCH_REDIS_URL"] = url;
  const producer = startPartner(import.meta.url, "./producer.js", argv[2] ?? "");
  await producer.ask("push");
  const { client, clock } = timedClient(redis);
  await using store = redisStore(client, { prefix: prefixOf(townCount()) });
  const towns = new TownMapping(store);
  await towns.ready({ timeoutMs: 60_000 });
  const steps: Numbers[] = [];
  for (let number = 0; number < PUSHES; number++) {
    const applied = nextReload(towns).then(({ fetchedBytes }) => {
      use(towns);
      return { fetchedBytes, applyMs: performance.now() - clock.lastReplyMs };
    });
    const [changed, reloaded] = await Promise.all([producer.ask("change"), applied]);
    steps.push({ ...changed, ...reloaded });
  }
  await producer.stop();
  return medians(steps);
});

/** A look into both indexes. */
function use(towns: TownMapping): void {
  const [country = ""] = towns.byCountry.keys();
  const town = towns.byCountry.list(country).at(0);
  if (town === undefined || !towns.has(town.id)) throw new Error("an index does not answer");
}

function medians(steps: readonly Numbers[]): Numbers {
  const names = Object.keys(steps[0] ?? {});
  const numbers = names.map((name) => [name, median(steps.map((one) => one[name] ?? 0))]);
  return Object.fromEntries(numbers) as Numbers;
}
