/** What a store keeps for ever, and what it will forget: looked up in Redis, or in the embedded store's file. */
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect } from "vitest";
import { loadLibsql } from "../../runtime/src/store/embedded/libsql.js";
import { monotonicMs } from "../../runtime/src/store/embedded/monotonic-clock.js";
import { FILE_NAME } from "../../runtime/src/store/embedded/tables.js";
import { decodeStoredManifest } from "../../runtime/src/store/stored-manifest.js";
import type { StorePlace } from "./messages.js";

const TAG = "{cc:fleet:geo}";
/** What was replaced stays fifteen minutes, what was never published ten. */
const LONGEST_MS = 900_000;
const LONGEST_TICKET_MS = 24 * 3_600_000;

/** Milliseconds that are left, by name; undefined for ever. */
interface Kept {
  readonly state: ReadonlyMap<string, Buffer>;
  readonly segments: ReadonlyMap<string, number | undefined>;
  /** Tickets and leases. */
  readonly others: ReadonlyMap<string, number | undefined>;
}

/** Segments that no manifest names, tickets and leases have a time to live; segments that one names have none. */
export async function expectLeftoversExpire(place: StorePlace): Promise<void> {
  const { state, segments, others } =
    place.kind === "embedded" ? await keptInFile(place.path) : await keptInRedis(place);
  const named = new Set(
    [...state]
      .filter(([field]) => /^(head|next|history)/.test(field))
      .flatMap(([, bytes]) => decodeStoredManifest(bytes)?.segments ?? [])
      .map(({ id }) => id),
  );
  // Of three collections.
  expect(named.size).toBeGreaterThanOrEqual(3);
  expect([...segments.keys()]).toEqual(expect.arrayContaining([...named]));
  for (const [id, msLeft] of segments) {
    expect(msLeft === undefined).toBe(named.has(id));
    expect(msLeft ?? 0).toBeLessThanOrEqual(LONGEST_MS);
  }
  for (const msLeft of others.values()) {
    expect(msLeft ?? Infinity).toBeLessThanOrEqual(LONGEST_TICKET_MS);
  }
}

async function keptInRedis(place: StorePlace): Promise<Kept> {
  if (place.kind !== "redis") throw new Error("one server only");
  const redis = new Redis(place.url);
  try {
    const left = async (kind: string): Promise<Map<string, number | undefined>> => {
      const prefix = `${TAG}:${kind}:`;
      const found = new Map<string, number | undefined>();
      for (const key of await redis.keys(`${prefix}*`)) {
        const ms = await redis.pttl(key);
        // -2: it has just gone.
        if (ms !== -2) found.set(key.slice(prefix.length), ms === -1 ? undefined : ms);
      }
      return found;
    };
    return {
      state: new Map(Object.entries(await redis.hgetallBuffer(`${TAG}:state`))),
      segments: await left("seg"),
      others: new Map([...(await left("ticket")), ...(await left("lease"))]),
    };
  } finally {
    redis.disconnect();
  }
}

async function keptInFile(directory: string): Promise<Kept> {
  const database = (await loadLibsql("test"))(join(directory, FILE_NAME));
  try {
    const rows = (table: string, name: string, value: string): [string, unknown][] => {
      const all = database.prepare(`SELECT ${name} AS name, ${value} AS value FROM ${table}`).all();
      return (all as Row[]).map((row) => [bytesOf(row.name).toString(), row.value]);
    };
    const left = (table: string, name: string): Map<string, number | undefined> =>
      new Map(
        rows(table, name, "until_ms").map(([id, until]) => [
          id,
          until === null ? undefined : Number(until) - monotonicMs(),
        ]),
      );
    const fields = rows("fields", "name", "value");
    return {
      state: new Map(fields.map(([name, value]) => [name, bytesOf(value)])),
      segments: left("segments", "id"),
      others: left("timed", "name"),
    };
  } finally {
    database.close();
  }
}

interface Row {
  readonly name: unknown;
  readonly value: unknown;
}

/** Text and blobs, as the database gives them. */
function bytesOf(value: unknown): Buffer {
  return Buffer.from(value as ArrayBuffer);
}
