/** docs/operations.md: the tool stands there as the file has it, and its transcripts are what it really prints. */
import { redisStore, type Store } from "cached-collections";
import { Redis } from "ioredis";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ProductMapping, type ProductInput } from "../../examples/first/generated/catalog.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";
import { readText } from "../tidy/source-tree.js";

const PROGRAM = fileURLToPath(new URL("../../dist/examples/first/operate.js", import.meta.url));
const PAGE = readText("docs/operations.md");
const CALL = /^\$ node operate\.js (.*)$/;
const GOOD: readonly ProductInput[] = ["Sencha", "Assam", "Rooibos"].map((name, index) => ({
  sku: `T-${index + 1}`,
  name,
  category: "tea",
  price: "1.00",
  tags: [],
}));

let server: RedisServer;
let store: Store;

beforeAll(async () => {
  server = await startRedis();
  store = redisStore(new Redis(server.url, { lazyConnect: true }), { prefix: "orders" });
});

afterAll(async () => {
  await store.close();
  await server.stop();
});

test("the page has the tool as it is", () => {
  const script = readText("examples/first/operate.ts").trimEnd();
  expect(PAGE).toContain(`\n\`\`\`ts\n${script}\n\`\`\`\n`);
});

test("what the page shows is what its calls print, one after the other", async () => {
  let rows = GOOD.slice(0, 2);
  const service = new ProductMapping(store, { load: () => rows, checkIntervalMs: 200 });
  const served = async (): Promise<number> => (await service.pull()).size;
  await service.push();
  rows = [...GOOD];
  await service.push();
  rows = GOOD.slice(0, 1);
  await service.push();
  for (const transcript of transcriptsOf(PAGE)) {
    let printed = "";
    for (const call of transcript.split("\n").filter((line) => CALL.test(line))) {
      const [, args = ""] = CALL.exec(call) ?? [];
      printed += `${call}\n${await operate(...args.split(" "))}`;
      if (args === "pin 2") await until("it is served", async () => (await served()) === 3);
      if (args === "invalidate") await until("it was loaded", async () => (await heldBack()) === 3);
    }
    expect(printed).toBe(`${transcript}\n`);
    // The rows are mended as soon as the first transcript showed them.
    rows = [...GOOD];
  }
  expect(await served()).toBe(3);
});

test("a call that cannot be done says why and fails", async () => {
  expect(await operate("rollback", "99")).toMatch(/^ERR_NO_REVISION: .*\nfailed\n$/s);
  expect(await operate("purge", "all")).toMatch(/^ERR_INVALID_ARGUMENT: .*\nfailed\n$/s);
  expect(await operate("help")).toMatch(/^Error: call it with versions, .*\nfailed\n$/s);
});

test("every error that the page names is explained", () => {
  const codes = [...new Set(PAGE.match(/ERR_[A-Z_]+/g))];
  const explained = readText("docs/errors.md");
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => !explained.includes(`\n### ${code}\n`))).toEqual([]);
});

function transcriptsOf(page: string): readonly string[] {
  return [...page.matchAll(/^```console\n(.*?)\n```$/gms)].map(([, text = ""]) => text);
}

async function heldBack(): Promise<number | undefined> {
  return (await ProductMapping.versions(store))[0]?.heldBack?.records;
}

/** What the tool prints, on both streams; and a last line when it failed. */
function operate(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, REDIS_URL: server.url };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { env }, (error, stdout, stderr) => {
      resolve(stdout + stderr + (error === null ? "" : "failed\n"));
    });
  });
}
