/**
 * 1,000 random rows changed, again and again: what a consumer in another process fetches, how long it takes, and
 * what its producer's pushes take. Two processes and a real Redis; this one only asks them.
 */
import { argv } from "node:process";
import { childWithOwnData, type Numbers } from "../measure/child.js";
import { median } from "../measure/median.js";
import { type Partner, startPartner } from "../measure/partner.js";

/** Small changes one after another, one merge of eight among them, before and after everything is in use. */
const STEPS = 12;

childWithOwnData(async (_redis, url) => {
  process.env["BENCH_REDIS_URL"] = url;
  const subject = argv[2] ?? "geo";
  const producer = startPartner(import.meta.url, "./producer.js", subject);
  const consumer = startPartner(import.meta.url, "./consumer.js", subject);
  try {
    return await measure(producer, consumer);
  } finally {
    await Promise.all([producer.stop(), consumer.stop()]);
  }
});

async function measure(producer: Partner, consumer: Partner): Promise<Numbers> {
  await producer.ask("push");
  await consumer.ask("open");
  const cold = await followSteps(producer, consumer);
  await consumer.ask("useEverything");
  await step(producer, consumer);
  const inUse = await followSteps(producer, consumer);
  const [whole] = await Promise.all([consumer.ask("follow"), producer.ask("changeAll")]);
  const pushes = await producer.ask("compare");
  return {
    ...prefixed("cold", cold),
    ...prefixed("inUse", inUse),
    ...prefixed("whole", whole),
    ...prefixed("push", pushes),
  };
}

/** The medians of some steps, and the worst stall. */
async function followSteps(producer: Partner, consumer: Partner): Promise<Numbers> {
  const steps: Numbers[] = [];
  for (let number = 0; number < STEPS; number++) steps.push(await step(producer, consumer));
  const names = Object.keys(steps[0] ?? {});
  const medians = names.map((name) => [name, median(steps.map((one) => one[name] ?? 0))] as const);
  const stalls = steps.map(({ stallMs = 0 }) => stallMs);
  return { ...Object.fromEntries(medians), worstStallMs: Math.max(...stalls) };
}

async function step(producer: Partner, consumer: Partner): Promise<Numbers> {
  const [seen, patched] = await Promise.all([consumer.ask("follow"), producer.ask("patch")]);
  const { stallMs: idleStallMs = 0 } = await consumer.ask("idle", seen["watchedMs"]);
  const { startedAt = 0, patchedAt = 0, encodedBytes = 0 } = patched;
  const { visibleAt = 0 } = seen;
  return {
    ...seen,
    encodedBytes,
    idleStallMs,
    patchToVisibleMs: visibleAt - startedAt,
    patchedToVisibleMs: visibleAt - patchedAt,
  };
}

function prefixed(prefix: string, numbers: Numbers): Numbers {
  const entries = Object.entries(numbers).map(([name, value]) => [`${prefix}:${name}`, value]);
  return Object.fromEntries(entries) as Numbers;
}
