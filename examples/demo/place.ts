/**
 * Where the demo's collections live: an embedded store in a temporary folder, or Redis when `REDIS_URL` is
 * set, there under a prefix of this run. The reader processes find the same place through their environment.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedStore, redisStore, type Store } from "cached-collections";
import { Redis } from "ioredis";

/** The variables by which a reader process finds the store. */
export type Place = Readonly<Record<"DEMO_FOLDER" | "DEMO_PREFIX", string>>;

/** A new place that nobody else uses. */
export async function newPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "cached-collections-demo-"));
  return { DEMO_FOLDER: folder, DEMO_PREFIX: `demo-${randomBytes(6).toString("hex")}` };
}

/** The place that this process was started with. */
export function givenPlace(): Place {
  const { DEMO_FOLDER, DEMO_PREFIX } = process.env;
  if (DEMO_FOLDER === undefined || DEMO_PREFIX === undefined) {
    throw new Error("start the demo by npm run demo; it starts its readers itself");
  }
  return { DEMO_FOLDER, DEMO_PREFIX };
}

export interface OpenStore {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** Opens the store there. `close` also ends the connection that was made for it. */
export function openStore(place: Place): OpenStore {
  const url = process.env["REDIS_URL"];
  if (url === undefined || url === "") {
    const store = embeddedStore({ path: join(place.DEMO_FOLDER, "store") });
    return { store, close: () => store.close() };
  }
  const redis = new Redis(url);
  const store = redisStore(redis, { prefix: place.DEMO_PREFIX });
  const close = async (): Promise<void> => {
    await store.close();
    redis.disconnect();
  };
  return { store, close };
}

/** Removes everything that the demo left: the folder, and in Redis the keys under its prefix. */
export async function removePlace(place: Place): Promise<void> {
  await rm(place.DEMO_FOLDER, { recursive: true, force: true });
  const url = process.env["REDIS_URL"];
  if (url === undefined || url === "") return;
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `{cc:${place.DEMO_PREFIX}:*`, count: 1000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
  }
  redis.disconnect();
}
