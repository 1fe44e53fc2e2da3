/** The embedded store on what a file system can do to it. */
import { embeddedStore } from "cached-collections";
import { once } from "node:events";
import { existsSync, renameSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadLibsql, type OpenDatabase } from "../../runtime/src/store/embedded/libsql.js";
import { FILE_NAME } from "../../runtime/src/store/embedded/tables.js";
import type { Announcement } from "../../runtime/src/store/store.js";
import { CountryMapping } from "../support/atlas.js";
import { until } from "../support/until.js";
import { CITY, headOf, publishNext, takeTicket, upload } from "./publications.js";

let path: string;
let openDatabase: OpenDatabase;

beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), "cached-collections-embedded-"));
  openDatabase = await loadLibsql("test");
});

afterAll(() => rm(path, { recursive: true, force: true }));

test("what was published is there after closing, in a directory that is made with its parents", async () => {
  const directory = join(path, "a", "b", "kept");
  const first = embeddedStore({ path: directory });
  const manifest = await publishNext(first.schema("geo"));
  await first.close();
  await expect(first.schema("geo").check([CITY])).rejects.toMatchObject({ code: "ERR_CLOSED" });
  await using second = embeddedStore({ path: directory });
  expect(await headOf(second.schema("geo"))).toEqual(manifest);
});

test("a directory that cannot be made or written is named", async () => {
  const file = join(path, "file");
  await writeFile(file, "");
  const directory = join(file, "cache");
  await using store = embeddedStore({ path: directory });
  await expect(store.schema("geo").check([CITY])).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringContaining(directory) as string,
  });
});

test("a directory that was deleted is not made again at the end", async () => {
  const directory = join(path, "deleted");
  const store = embeddedStore({ path: directory });
  const country = new CountryMapping(store, { load: () => [] });
  await country.ready();
  await rm(directory, { recursive: true });
  await store.close();
  expect(existsSync(directory)).toBe(false);
});

test("a path is needed", () => {
  expect(() => embeddedStore({ path: "" })).toThrow("path is missing");
});

test("a directory that was replaced is opened anew, and listeners are told", async () => {
  const directory = join(path, "replaced");
  await using store = embeddedStore({ path: directory });
  const schema = store.schema("geo");
  const heard: Announcement[] = [];
  let reconnected = 0;
  await schema.subscribe({
    announced: (announcement) => heard.push(announcement),
    reconnected: () => void reconnected++,
  });
  await publishNext(schema);
  await publishNext(schema);
  await until("announced", () => heard.length >= 2);
  const other = embeddedStore({ path: join(path, "other") });
  const manifest = await publishNext(other.schema("geo"));
  await other.close();
  // At once, for this process: looked for in between, the directory would be made anew.
  renameSync(directory, join(path, "old"));
  renameSync(join(path, "other"), directory);
  await until("told", () => reconnected === 1);
  expect(await headOf(schema)).toEqual(manifest);
  expect(heard).toContainEqual({ entity: "City", version: CITY, manifestId: manifest.id });
});

test("a directory that was deleted is an empty store", async () => {
  const directory = join(path, "deleted");
  await using store = embeddedStore({ path: directory });
  await publishNext(store.schema("geo"));
  await rm(directory, { recursive: true });
  expect(await headOf(store.schema("geo"))).toBeUndefined();
  expect((await publishNext(store.schema("geo"))).revision).toBe(1);
});

test("another process's lock delays a write without stopping the event loop, and no read at all", async () => {
  const directory = join(path, "locked");
  await using store = embeddedStore({ path: directory });
  const schema = store.schema("geo");
  await publishNext(schema);
  const other = openDatabase(join(directory, FILE_NAME));
  other.exec("BEGIN IMMEDIATE");
  let isDone = false;
  const writing = takeTicket(schema).then(() => (isDone = true));
  const start = performance.now();
  let reads = 0;
  await until("some time passed", async () => {
    expect((await headOf(schema))?.revision).toBe(1);
    reads++;
    return performance.now() - start > 300;
  });
  expect(isDone).toBe(false);
  expect(reads).toBeGreaterThan(3);
  other.exec("COMMIT");
  other.close();
  await writing;
});

test("a damaged file is an error that says what to do, and works once that was done", async () => {
  const directory = join(path, "damaged");
  await mkdir(directory);
  await writeFile(join(directory, FILE_NAME), "no database at all".repeat(1000));
  await using store = embeddedStore({ path: directory });
  await expect(store.schema("geo").check([CITY])).rejects.toMatchObject({
    code: "ERR_STORE_UNAVAILABLE",
    message: expect.stringContaining("delete it") as string,
  });
  await rm(directory, { recursive: true });
  expect(await headOf(store.schema("geo"))).toBeUndefined();
});

test("writers free what expired, little by little", async () => {
  const directory = join(path, "swept");
  await using store = embeddedStore({ path: directory });
  const schema = store.schema("geo");
  const { id } = await upload(schema, 20);
  const database = openDatabase(join(directory, FILE_NAME));
  database.prepare("UPDATE segments SET until_ms = 0 WHERE id = ?").run(id);
  const left = (): unknown => database.prepare("SELECT count(*) AS n FROM chunks").get();
  await takeTicket(schema);
  expect(left()).toMatchObject({ n: 12 });
  await takeTicket(schema);
  await takeTicket(schema);
  expect(left()).toMatchObject({ n: 0 });
  expect(database.prepare("SELECT count(*) AS n FROM segments").get()).toMatchObject({ n: 0 });
  database.close();
});

test("an idle store with a subscription does not keep the process alive", async () => {
  const code = `
    import { embeddedStore } from "cached-collections";
    const schema = embeddedStore({ path: process.argv[1] }).schema("geo");
    await schema.subscribe({ announced() {}, reconnected() {} });
  `;
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const args = ["--input-type=module", "-e", code, join(path, "idle")];
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(await readdir(join(path, "idle"))).toContain(FILE_NAME);
});

test("without libsql ready() says at once what to install", async () => {
  const modules = join(path, "without", "node_modules");
  const root = fileURLToPath(new URL("../..", import.meta.url));
  await cp(join(root, "runtime", "dist"), join(modules, "cached-collections", "dist"), {
    recursive: true,
  });
  await cp(
    join(root, "runtime", "package.json"),
    join(modules, "cached-collections", "package.json"),
  );
  await symlink(join(root, "node_modules", "protobufjs"), join(modules, "protobufjs"));
  await cp(join(root, "dist", "generated", "geo.js"), join(path, "without", "geo.mjs"));
  const code = `
    import { embeddedStore } from "cached-collections";
    import { GeoDataset } from "./geo.mjs";
    const geo = new GeoDataset(embeddedStore({ path: "x" }));
    const error = await geo.ready({ timeoutMs: 2 ** 30 }).catch((e) => e);
    process.exit(error.code === "ERR_MISSING_PACKAGE" && error.message.includes("npm install libsql") ? 0 : 1);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    cwd: join(path, "without"),
    stdio: "inherit",
  });
  expect(await once(child, "exit")).toEqual([0, null]);
});
