/** The embedded store between processes: killed at every step of a push, pushing at once, hearing each other. */
import { embeddedStore } from "cached-collections";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Announcement, SchemaStore, StoredManifest } from "../../runtime/src/store/store.js";
import { until } from "../support/until.js";
import { CHUNKS, chunkOf } from "./embedded-content.js";
import { CITY, headOf } from "./publications.js";

const program = fileURLToPath(new URL("../../dist/test/store/embedded-child.js", import.meta.url));

let path: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), "cached-collections-processes-"));
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(path, { recursive: true, force: true });
});

interface Publisher {
  readonly steps: AsyncIterator<string, undefined>;
  kill(): Promise<void>;
  /** Resolves with the exit code. */
  readonly done: Promise<number>;
}

function startPublisher(directory: string, times: number): Publisher {
  const child = spawn(process.execPath, [program, directory, String(times)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  const done = new Promise<number>((resolve) => {
    child.once("exit", (code) => {
      children.delete(child);
      resolve(code ?? -1);
    });
  });
  const steps = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await done;
  };
  return { steps, kill, done };
}

async function follow(publisher: Publisher, wanted: string): Promise<void> {
  for (let said = ""; said !== wanted;) {
    const { value, done } = await publisher.steps.next();
    if (done === true) throw new Error(`the publisher ended before it said ${wanted}`);
    said = value;
  }
}

/** Kills it; the last revision that it said to have published, if it did after what was followed. */
async function killed(publisher: Publisher): Promise<number | undefined> {
  await publisher.kill();
  let revision: number | undefined;
  // It does not wait to be read: it may have come further than what was followed.
  for (;;) {
    const { value, done } = await publisher.steps.next();
    if (done === true) return revision;
    if (value.startsWith("published ")) revision = Number(value.slice("published ".length));
  }
}

async function expectWhole(schema: SchemaStore, head: StoredManifest): Promise<void> {
  for (const { id, chunks } of head.segments) {
    expect(await schema.chunkSizes(id, chunks)).toEqual(Array(CHUNKS).fill(128 * 1024));
    for (let index = 0; index < chunks; index++) {
      const chunk = Buffer.from((await schema.getChunk(id, index)) ?? []);
      expect(chunk.equals(chunkOf(head.revision, index))).toBe(true);
    }
  }
}

test("a process killed at any step of a push leaves the last revision, whole", async () => {
  const directory = join(path, "killed");
  await using store = embeddedStore({ path: directory });
  const schema = store.schema("geo");
  let known = 0;
  const steps = ["ticket", "chunk 0", "chunk 1", "chunk 2", "chunk 3", "publish"];
  for (const step of [...steps, ...steps]) {
    const publisher = startPublisher(directory, 1000);
    // Past a whole push first, so that each round has something to lose.
    await follow(publisher, `published ${known + 1}`);
    await follow(publisher, step);
    const said = (await killed(publisher)) ?? known + 1;
    const head = await headOf(schema);
    // One more may have been published without having been said.
    expect([said, said + 1]).toContain(head?.revision);
    if (head !== undefined) await expectWhole(schema, head);
    known = head?.revision ?? 0;
  }
});

test("two processes that push at once a hundred times lose nothing", async () => {
  const directory = join(path, "both");
  const codes = await Promise.all([
    startPublisher(directory, 50).done,
    startPublisher(directory, 50).done,
  ]);
  expect(codes).toEqual([0, 0]);
  await using store = embeddedStore({ path: directory });
  const schema = store.schema("geo");
  const head = await headOf(schema);
  expect(head?.revision).toBe(100);
  if (head !== undefined) await expectWhole(schema, head);
});

test("a process hears what another one publishes", async () => {
  const directory = join(path, "heard");
  await using store = embeddedStore({ path: directory });
  const schema = store.schema("geo");
  const heard: Announcement[] = [];
  await schema.subscribe({
    announced: (announcement) => heard.push(announcement),
    reconnected: () => undefined,
  });
  expect(await startPublisher(directory, 1).done).toBe(0);
  const announcement = await until("announced", () => heard[0], 2000);
  const manifestId = (await headOf(schema))?.id;
  expect(announcement).toEqual({ entity: "City", version: CITY, manifestId });
});
