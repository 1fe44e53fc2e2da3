/** docs/operations.md: its transcripts are what the commands really print. `UPDATE=1` writes them anew. */
import { redisStore, type Store } from "cached-collections";
import { Redis } from "ioredis";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ProductMapping, type ProductInput } from "../../examples/first/generated/catalog.js";
import { startRedis, type RedisServer } from "../support/redis-server.js";
import { until } from "../support/until.js";
import { readText } from "../tidy/source-tree.js";
import { runCommand } from "./project.js";

const PATH = "docs/operations.md";
const PAGE = readText(PATH);
const CALL = /^\$ npx cached-collections (.*)$/;
/** When something was loaded is another time in each run. */
const LOADED = /last load [\d-]+ [\d:]+ UTC/g;
const SOME_DAY = "last load 2026-11-28 23:04:11 UTC";
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

test("what the page shows is what its calls print, one after the other", async () => {
  let rows = GOOD.slice(0, 2);
  const service = new ProductMapping(store, { load: () => rows, checkIntervalMs: 200 });
  const served = async (): Promise<number> => (await service.pull()).size;
  await service.push();
  rows = [...GOOD];
  await service.push();
  rows = GOOD.slice(0, 1);
  await service.push();
  let page = PAGE;
  for (const transcript of transcriptsOf(PAGE)) {
    const printed: string[] = [];
    for (const call of transcript.split("\n").filter((line) => CALL.test(line))) {
      const [, args = ""] = CALL.exec(call) ?? [];
      printed.push(call, await run(args.split(" ")));
      if (args.startsWith("pin")) await until("it is served", async () => (await served()) === 3);
      if (args === "invalidate") await until("it was loaded", async () => (await heldBack()) === 3);
    }
    page = page.replace(transcript, printed.join("\n"));
    // The rows are mended as soon as the first transcript showed them.
    rows = [...GOOD];
  }
  expect(await served()).toBe(3);
  if (process.env["UPDATE"] === "1") writeFileSync(PATH, page);
  expect(page).toBe(readText(PATH));
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

async function run(args: readonly string[]): Promise<string> {
  const env = { REDIS_URL: server.url };
  const { code, stdout, stderr } = await runCommand(args, "examples/first", { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.trimEnd().replaceAll(LOADED, SOME_DAY);
}
