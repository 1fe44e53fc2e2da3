/**
 * Requests at a steady rate, whatever becomes of those before: a slow answer delays no other request, and the time
 * of each counts from the moment at which it was due.
 */
import { Agent, get } from "node:http";
import { text } from "node:stream/consumers";
import { argv } from "node:process";
import type { Numbers } from "../measure/child.js";
import { percentile } from "../measure/median.js";
import { answer } from "../measure/partner.js";

const PER_SECOND = 400;

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const url = `http://127.0.0.1:${argv[2]}/`;

answer({ run }, () => agent.destroy());

/** Latencies over so many milliseconds. */
async function run(durationMs: number): Promise<Numbers> {
  const total = Math.floor((durationMs * PER_SECOND) / 1000);
  const startMs = performance.now();
  const answered: Promise<number>[] = [];
  while (answered.length < total) {
    const due = Math.floor(((performance.now() - startMs) * PER_SECOND) / 1000);
    while (answered.length < Math.min(due, total)) {
      answered.push(latency(startMs + (answered.length * 1000) / PER_SECOND));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const latencies = await Promise.all(answered);
  return {
    p50Ms: percentile(latencies, 50),
    p99Ms: percentile(latencies, 99),
    p999Ms: percentile(latencies, 99.9),
    requests: latencies.length,
  };
}

async function latency(dueMs: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      text(response).then(() => resolve(), reject);
    });
    request.on("error", reject);
  });
  return performance.now() - dueMs;
}
