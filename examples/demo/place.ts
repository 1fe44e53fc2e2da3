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

/** Opens the store there. */
export function openStore(place: Place): Store {
  const url = process.env["REDIS_URL"];
  return url === undefined || url === ""
    ? embeddedStore({ path: join(place.DEMO_FOLDER, "store") })
    : redisStore(new Redis(url, { lazyConnect: true }), { prefix: place.DEMO_PREFIX });
}

/** Removes everything that the demo left: the folder, and in Redis the keys under its prefix. */
export async function removePlace(place: Place): Promise<void> {
  await rm(place.DEMO_FOLDER, { recursive: true, force: true });
  const url = process.env["REDIS_URL"];
  if (url === undefined || url === "") return;
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => undefined); // whoever awaits connect() is told
  try {
    await redis.connect();
    const stream = redis.scanStream({ match: `{cc:${place.DEMO_PREFIX}:*`, count: 1000 });
    for await (const keys of stream) {
      if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
    }
  } finally {
    redis.disconnect();
  }
}
