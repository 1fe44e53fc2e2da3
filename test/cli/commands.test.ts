/** The commands on collections: a deploy, and what can go wrong, in users' projects and against real stores. */
import { rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { OperateReport } from "@cached-collections/cli";
import { redisStore } from "cached-collections";
import { Redis } from "ioredis";
import type { DatasetClass, EntityClass } from "../../cli/src/operate/app.js";
import { CityMapping, GeoDataset } from "../../generated/geo.js";
import { BannerSequence } from "../../generated/shop.js";
import { freePort, startRedis, type RedisServer } from "../support/redis-server.js";
import { Project, runUnread, type Outcome } from "./project.js";

let server: RedisServer;
let project: Project;
let generated: string;

beforeAll(async () => {
  server = await startRedis();
  const compiled = new Project();
  compiled.write("schema/words.yaml", SCHEMA);
  await compiled.run("codegen");
  generated = compiled.read("generated/words.ts");
  compiled.remove();
});

afterAll(async () => server.stop());

beforeEach(() => {
  project = new Project();
  symlinkSync(resolve("node_modules"), join(project.folder, "node_modules"));
  project.write("package.json", '{ "type": "module" }');
  project.write("schema/words.yaml", SCHEMA);
  project.write("generated/words.ts", generated);
  project.write("app.ts", APP);
  project.write("cached-collections.config.ts", CONFIG);
  project.write("rows.json", '[{ "text": "one" }, { "text": "two" }]');
  project.env = { PORT: String(server.port), PREFIX: project.folder };
});

afterEach(() => project.remove());

const SCHEMA = `
package: words
entities:
  Word: { key: text, fields: { text: string } }
  Notice: { fields: { text: string } }
`;
const APP = `
import { readFileSync } from "node:fs";
import { redisStore } from "cached-collections";
import { Redis } from "ioredis";
import { WordsDataset } from "./generated/words.js";
// Such a client connects at once and keeps its process alive, as pools of databases do.
const redis: Redis = new Redis(Number(process.env["PORT"]));
redis.on("error", () => undefined);
const store = redisStore(redis, { prefix: process.env["PREFIX"] ?? "", commandTimeoutMs: 1_000 });
const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));
export const words = new WordsDataset(store, {
  load: { word: () => read("rows.json"), notice: () => [{ text: "new" }] },
});
`;
const CONFIG = `
import { defineConfig } from "@cached-collections/cli";
export default defineConfig({ app: () => import("./app.js") });
`;

const run = (call: string): Promise<Outcome> => project.run(...call.split(" "));

async function json(call: string): Promise<OperateReport> {
  const { code, stdout, stderr } = await run(`${call} --json`);
  expect(stderr).toBe("");
  const report = JSON.parse(stdout) as OperateReport;
  expect(report).toMatchObject({ format: 1, command: call.split(" ")[0], exitCode: code });
  return report;
}

/** The hash of a collection of the project's build. */
async function hashOf(collection: string): Promise<string> {
  const { results } = await json("status");
  const own = results.find((each) => "collection" in each && each.collection === collection);
  return (own as { readonly hash: string } | undefined)?.hash ?? "";
}

describe("a deploy", () => {
  test("pushes, is told by status whether it may go on, and removes what old builds left", async () => {
    const before = await json("status");
    expect(before).toMatchObject({ exitCode: 1, results: [{ isPublished: false }, {}] });
    expect(await json("push")).toMatchObject({
      exitCode: 0,
      results: [
        { collection: "words.word", outcome: "published", revision: 1, records: 2 },
        { collection: "words.notice", outcome: "published", revision: 1, records: 1 },
      ],
    });
    expect((await json("push word")).results).toMatchObject([{ outcome: "identical" }]);
    const old = await hashOf("words.word");

    // The next build: another schema of one collection, the same of the other.
    project.write("schema/words.yaml", SCHEMA.replace("Word: {", "Word: { salt: 2,"));
    await run("codegen");
    expect(await json("status")).toMatchObject({
      exitCode: 1,
      results: [{ isPublished: false }, { isPublished: true }],
    });
    const { code, stdout } = await run("push");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^words\.word: published as revision 1, 2 records, \d+ bytes sent\n/);
    expect(stdout).toContain("words.notice: the same rows as revision 1, 1 record\n");
    const { code: may, stdout: shown } = await run("status word");
    expect(may).toBe(0);
    expect(shown).toContain(
      `  ${await hashOf("words.word")} (this build) serves revision 1 (load): 2 records`,
    );
    expect(shown).toContain(`  ${old} serves revision 1 (load): 2 records`);

    expect((await json("prune --keep 2")).results).toMatchObject([{ purged: [] }, { purged: [] }]);
    expect((await json(`purge ${old}`)).results).toMatchObject([
      { collection: "words.word", purged: [old] },
    ]);
    expect((await run("status word")).stdout).not.toContain(old);
  });

  test("is told by prune which old versions it spared, and why", async () => {
    const hashes: string[] = [];
    for (const salt of [1, 2, 3]) {
      project.write("schema/words.yaml", SCHEMA.replace("Word: {", `Word: { salt: ${salt},`));
      await run("codegen");
      const [pushed] = (await json("push word")).results as readonly { readonly hash: string }[];
      hashes.push(pushed?.hash ?? "");
    }
    const [oldest = "", older = ""] = hashes;
    const client = new Redis(server.port, { lazyConnect: true });
    await using store = redisStore(client, { prefix: project.folder });
    const schema = store.schema("words");
    await schema.heartbeat("one", [`Word:${oldest}`, `Word:${older}`]);
    await schema.heartbeat("two", [`Word:${oldest}`]);
    const { stdout } = await run("prune --keep 2 word");
    // The other one is among those to keep, used or not.
    expect(stdout).toBe(`words.word: nothing to remove\n  kept ${oldest}: 2 processes use it\n`);
    await schema.leave("two", [`Word:${oldest}`]);
    const kept = [older, oldest].map((hash) => ({ hash, live: 1 }));
    expect((await json("prune --keep 1")).results).toMatchObject([
      { collection: "words.word", purged: [], kept },
      { collection: "words.notice", purged: [], kept: [] },
    ]);
    await schema.leave("one", [`Word:${oldest}`]);
    const { stdout: removed } = await run("prune --keep 1 word");
    expect(removed).toBe(`words.word: removed ${oldest}\n  kept ${older}: 1 process uses it\n`);
  });

  test("moves a data set whole, and a single collection of another build by its hash", async () => {
    await run("push");
    project.write("rows.json", "[]");
    await run("push");
    expect((await json("pin word=1")).results).toMatchObject([
      { collection: "words.word", revision: 3 },
      { collection: "words.notice", revision: 1 },
    ]);
    expect((await run("status word")).stdout).toContain("    pinned; unpin serves 0 records");
    expect((await json("unpin")).results).toMatchObject([{ revision: 4 }, { revision: 1 }]);
    const hash = await hashOf("words.word");
    const moved = await json(`rollback Word=3 --hash ${hash}`);
    expect(moved.results).toMatchObject([{ collection: "words.word", hash, revision: 5 }]);
    expect((await json("invalidate notice")).results).toMatchObject([
      { collection: "words.notice" },
    ]);
  });

  test("that is interrupted in the middle of a load publishes nothing, and the next goes through", async () => {
    project.write("app.ts", APP.replace('() => read("rows.json")', SLOW));
    const pushing = project.start("push");
    await pushing.printed("loading");
    expect(await pushing.end("SIGINT")).toBe(null);
    expect(await json("status")).toMatchObject({ exitCode: 1 });
    project.write("app.ts", APP);
    expect(await json("push")).toMatchObject({ exitCode: 0 });
  });
});

const SLOW = `() => {
  console.log("loading");
  return new Promise<never>(() => setInterval(() => undefined, 1_000));
}`;

describe("a command on collections", () => {
  test.each<readonly [string, string, string | undefined, RegExp]>([
    [
      "config is missing",
      "status",
      undefined,
      /^error app-missing: there is no .*\nfix: write one: app: /,
    ],
    [
      "config has no app",
      "status",
      "export default {};",
      /^cached-collections.config.ts: error app-missing: it has no app\nfix: add app: /,
    ],
    [
      "app cannot be imported",
      "status",
      'export default { app: () => import("./none.js") };',
      /error app-load: app throws: Error: .*none/,
    ],
    [
      "app throws",
      "push",
      'export default { app: () => { throw new RangeError("no database"); } };',
      /error app-load: app throws: RangeError: no database, at .*cached-collections\.config/,
    ],
    [
      "app gives no module",
      "status",
      "export default { app: () => undefined };",
      /error app-empty: app gives undefined/,
    ],
    [
      "app gives no collections",
      "status",
      "export default { app: () => ({ a: 1, b: {} }) };",
      /error app-empty: .*; it gives a, b\nfix: export them/,
    ],
  ])("whose %s says so", async (_, call, config, message) => {
    if (config === undefined) rmSync(join(project.folder, "cached-collections.config.ts"));
    else project.write("cached-collections.config.ts", config);
    const { code, stdout, stderr } = await run(call);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test.each<readonly [string, string]>([
    ["push wrd", 'error unknown-collection: app gives no collection "wrd"\nfix: write word\n'],
    [
      "push something",
      'error unknown-collection: app gives no collection "something"\nfix: write one of words, words.word, words.notice\n',
    ],
    ["rollback word", 'error bad-argument: "word" names no revision\nfix: write it like city=41\n'],
    [
      "pin word=last",
      'error bad-argument: of word the revision is "last", not a whole number from 1\nfix: write a number\n',
    ],
    [
      "pin words=1",
      "error ambiguous-collection: words is a data set of several collections\nfix: name one: words.word, words.notice\n",
    ],
    [
      "pin word=1 notice=1 --hash 0123456789abcdef",
      "error bad-argument: --hash goes with one collection, not with 2\nfix: name one\n",
    ],
    [
      "push --replicas some",
      'error bad-argument: --replicas is "some", not a whole number from 1\nfix: write a number\n',
    ],
    [
      "prune --keep 0",
      'error bad-argument: --keep is "0", not a whole number from 1\nfix: write a number\n',
    ],
    [
      "unpin word=99",
      'error bad-argument: "word=99" is no name of a collection\nfix: write word\n',
    ],
    [
      "pin word=1 Word=2",
      "error bad-argument: words.word is given two revisions\nfix: write one of them\n",
    ],
    [
      "purge all",
      'error bad-argument: "all" is no schema hash, which has 16 hexadecimal digits\nfix: copy it from status\n',
    ],
    [
      "purge 0123456789abcdef",
      "error no-version: no collection has a version 0123456789abcdef\nfix: copy it from status; it may be gone already\n",
    ],
  ])("called as %s says what to write instead", async (call, message) => {
    expect(await run(call)).toEqual({ code: 2, stdout: "", stderr: message });
  });

  test("tells the library's errors with their codes, also as JSON, and ends", async () => {
    project.write("rows.json", '[{ "text": "one" }, { "text": 2 }]');
    const refused = await run("push word");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/^error ERR_INVALID_RECORD: words\.Word: .*2/);
    const { exitCode, results, errors } = await json("push");
    expect({ exitCode, results }).toEqual({ exitCode: 2, results: [] });
    expect(errors).toMatchObject([{ code: "ERR_INVALID_RECORD" }]);
    project.env = { PORT: String(await freePort()), PREFIX: "gone" };
    const { code, stderr } = await run("status");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error ERR_STORE_UNAVAILABLE: .*ECONNREFUSED/);
  });

  test("goes on to its end when nobody reads its output any more", async () => {
    const more = APP.replaceAll("words", "more").replace(
      "./generated/more.js",
      "./generated/words.js",
    );
    project.write("more.ts", more.replace('process.env["PREFIX"] ?? ""', '"more"'));
    const both = "({ ...(await import('./app.js')), ...(await import('./more.js')) })";
    project.write("cached-collections.config.ts", `export default { app: async () => ${both} };`);
    expect(await runUnread(["push"], project.folder, project.env)).toBe("");
    const { exitCode, results } = await json("status");
    expect(exitCode).toBe(0);
    expect(results).toHaveLength(4);
  });

  test("tells collections of two servers apart, whatever their prefixes", async () => {
    const other = `${APP}
const elsewhere = redisStore(new Redis({ port: Number(process.env["PORT"]), db: 1 }), {
  prefix: process.env["PREFIX"] ?? "",
});
export const word = new WordMapping(elsewhere, { load: () => [] });
export const same = new WordMapping(store);
`;
    project.write("app.ts", other.replace("WordsDataset", "WordMapping, WordsDataset"));
    expect((await json("push")).results).toMatchObject([
      { collection: "words.word", records: 2 },
      { collection: "words.notice" },
      { collection: "words.Word", records: 0 },
    ]);
  });

  test("whose app leaves an error unhandled fails as one", async () => {
    project.write("app.ts", `${APP}void Promise.reject(new Error("floating"));\n`);
    const { code, stderr } = await run("status");
    expect(code).toBe(2);
    expect(stderr).toContain("Error: floating");
  });

  test("tells an error that is nobody's as well, with the place where it was thrown", async () => {
    const broken =
      "{ store, push: () => { throw new TypeError('oops'); }, invalidate() {}, constructor }";
    const app = `({ words: ${broken} })`;
    const constructor = "{ definition: { package: 'words', entities: {} } }";
    const store = "{ label: 'none', close: async () => undefined }";
    const config = `const constructor = ${constructor}, store = ${store};\nexport default { app: async () => ${app} };`;
    project.write("cached-collections.config.ts", config);
    const { code, stderr } = await run("push");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error unexpected: TypeError: oops\n +at .*cached-collections\.config\.ts/,
    );
    expect((await json("push")).errors).toEqual([
      { code: "unexpected", message: "TypeError: oops" },
    ]);
  });

  test("keeps what it did before an error, and says it", async () => {
    const second = APP.replaceAll("words", "more").replace(
      "./generated/more.js",
      "./generated/words.js",
    );
    project.write("more.ts", second.replace('read("rows.json")', "[{}]"));
    const both = "({ ...(await import('./app.js')), ...(await import('./more.js')) })";
    project.write("cached-collections.config.ts", `export default { app: async () => ${both} };`);
    // Two data sets of one package: a name would mean both.
    expect((await run("push word")).stderr).toMatch(
      /^error ambiguous-collection: word may be words\.word or words\.word\n/,
    );
    const { code, stdout, stderr } = await run("push");
    expect(code).toBe(2);
    expect(stdout).toMatch(/^words\.word: published as revision 1/);
    expect(stderr).toMatch(/^error ERR_INVALID_RECORD/);
  });
});

test("generated classes are what the commands expect", () => {
  const entities: readonly EntityClass[] = [CityMapping, BannerSequence];
  const dataset: DatasetClass = GeoDataset;
  expect(entities.map(({ definition }) => definition.entity)).toEqual(["City", "Banner"]);
  expect(Object.keys(dataset.definition.entities)).toContain("city");
});
