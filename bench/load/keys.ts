/**
 * What stands in Redis for the measuring processes beside the collection itself. The keys to ask for are read
 * from there after the loading was measured, so that no process holds the source data.
 */
import type { Redis } from "ioredis";

/** The prefix of the collection's own keys. */
export const PREFIX = "bench";
/** All cities as one protobuf message. */
export const PROTOBUF_KEY = "naive:protobuf";
/** All cities as one JSON array. */
export const JSON_KEY = "naive:json";
/** Ids of existing cities, as an Uint32Array. */
export const HOT_KEY = "keys:hot";
/** Ids that no city has. */
export const MISSING_KEY = "keys:missing";

/** Reads one of the two lists of ids. */
export async function readIds(redis: Redis, key: string): Promise<Uint32Array> {
  const bytes = await readBytes(redis, key);
  return new Uint32Array(Uint8Array.from(bytes).buffer);
}

/** Reads a value that the producer has written. */
export async function readBytes(redis: Redis, key: string): Promise<Buffer> {
  const bytes = await redis.getBuffer(key);
  if (bytes === null) throw new Error(`${key} is not in Redis: the producer did not run`);
  return bytes;
}
