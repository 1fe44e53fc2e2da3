/**
 * A process of its own that uses copies of an embedded store in which one file is damaged, in every way: `node
 * embedded-damage-child.js <store> <file> <folder> <seed> <inputs>`. It says each input before it opens it, so that a
 * test can tell at which one it died, and then which revision it found; it fails by itself at anything but a result or
 * one of the library's errors.
 */
import { CachedCollectionsError, embeddedStore } from "cached-collections";
import { writeSync } from "node:fs";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SchemaStore } from "../../runtime/src/store/store.js";
import { Random } from "../support/random.js";
import { CITY, manifestOf, publishOne, takeTicket, upload } from "./publications.js";

const [source = "", file = "", folder = "", seed = "", inputs = ""] = process.argv.slice(2);
const whole = await readFile(join(source, file));
/** Most of a database is empty. */
const used = [...whole.keys()].filter((at) => whole[at] !== 0);

function damaged(random: Random): Buffer {
  const bytes = Buffer.from(whole);
  for (let flips = 1 + random.integer(4); flips > 0; flips--) {
    const at = random.chance(0.1) ? random.integer(bytes.length) : random.pick(used);
    bytes[at] = random.chance(0.5)
      ? (bytes[at] ?? 0) ^ (1 << random.integer(8))
      : random.integer(256);
  }
  return bytes;
}

const silent = { announced: (): void => undefined, reconnected: (): void => undefined };

/** Once through everything that a store does, whatever came of the step before. Returns the revision that it found. */
async function exercise(schema: SchemaStore): Promise<number | undefined> {
  await known(async () => schema.subscribe(silent));
  const state = await known(async () => schema.check([CITY]));
  const { head, history = [] } = state?.versions.get(CITY) ?? {};
  await known(async () => schema.versions("City"));
  for (const { segments } of [...(head === undefined ? [] : [head]), ...history]) {
    for (const { id, chunks } of segments) {
      await known(async () => schema.chunkSizes(id, Math.min(chunks, 4)));
      await known(async () => schema.getChunk(id, 1));
    }
  }
  const lease = { version: CITY, token: "t", ttlMs: 60_000, need: { kind: "any" } } as const;
  await known(async () => schema.acquireLease(lease));
  await known(async () => {
    const manifest = manifestOf((head?.revision ?? 0) + 1, [await upload(schema)]);
    return publishOne(schema, await takeTicket(schema), { manifest, builtOn: head?.id });
  });
  await known(async () => schema.invalidate(["City"]));
  await known(async () => schema.heartbeat("p", [CITY]));
  await known(async () => schema.sweep());
  await known(async () => schema.purge(CITY));
  return head?.revision;
}

/** The result, or undefined after one of the library's errors. */
async function known<T>(operate: () => Promise<T>): Promise<T | undefined> {
  try {
    return await operate();
  } catch (error) {
    if (error instanceof CachedCollectionsError) return undefined;
    throw error;
  }
}

for (let input = 0; input < Number(inputs); input++) {
  writeSync(1, `input ${input}: `);
  const path = join(folder, String(input));
  await cp(source, path, { recursive: true });
  await writeFile(join(path, file), damaged(new Random(Number(seed) + input)));
  const store = embeddedStore({ path });
  writeSync(1, `revision ${await exercise(store.schema("geo"))}\n`);
  await store.close();
  await rm(path, { recursive: true });
}
