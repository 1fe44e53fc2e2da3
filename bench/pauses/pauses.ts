/**
 * A service under a steady load of requests, without and with a full reload, without and with a push made in the
 * serving process: three processes and Redis; this one only asks them.
 */
import { childWithOwnData, type Numbers } from "../measure/child.js";
import { type Partner, startPartner } from "../measure/partner.js";

const WARM_UP_MS = 3000;
const RELOAD_MS = 5000;
const PUSH_MS = 8000;
/** What happens in a run happens this long after its beginning. */
const LEAD_MS = 500;

childWithOwnData(async (_redis, url) => {
  process.env["BENCH_REDIS_URL"] = url;
  const producer = startPartner(import.meta.url, "./producer.js");
  await producer.ask("fill");
  const server = startPartner(import.meta.url, "./server.js");
  const { port } = await server.ask("open");
  const requests = startPartner(import.meta.url, "./requests.js", String(port));
  try {
    return await measure(producer, server, requests);
  } finally {
    await Promise.all([requests.stop(), server.stop(), producer.stop()]);
  }
});

async function measure(producer: Partner, server: Partner, requests: Partner): Promise<Numbers> {
  const run = (durationMs: number, event: () => Promise<unknown>) =>
    observed(server, requests, durationMs, event);
  await run(WARM_UP_MS, nothing);
  await producer.ask("build", 1);
  const withoutReload = await run(RELOAD_MS, () => producer.ask("publish"));
  await producer.ask("build", 0);
  const reload = await run(RELOAD_MS, () => producer.ask("publish"));
  if (withoutReload["reloads"] !== 0 || reload["reloads"] === 0) {
    throw new Error("the service reloaded at the wrong time");
  }
  const withoutPush = await run(PUSH_MS, nothing);
  let pushMs = 0;
  const push = await run(PUSH_MS, async () => {
    pushMs = (await server.ask("push"))["pushMs"] ?? 0;
  });
  const loading = await run(PUSH_MS, () => server.ask("load", pushMs));
  return {
    ...prefixed("withoutReload", withoutReload),
    ...prefixed("reload", reload),
    ...prefixed("withoutPush", withoutPush),
    ...prefixed("push", push),
    ...prefixed("loading", loading),
    pushMs,
  };
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** Requests for so long, and what happened meanwhile. */
async function observed(
  server: Partner,
  requests: Partner,
  durationMs: number,
  event: () => Promise<unknown>,
): Promise<Numbers> {
  await server.ask("watch");
  const running = requests.ask("run", durationMs);
  await new Promise((resolve) => setTimeout(resolve, LEAD_MS));
  await event();
  const latencies = await running;
  return { ...latencies, ...(await server.ask("stalls")) };
}

function prefixed(prefix: string, numbers: Numbers): Numbers {
  const entries = Object.entries(numbers).map(([name, value]) => [`${prefix}:${name}`, value]);
  return Object.fromEntries(entries) as Numbers;
}
