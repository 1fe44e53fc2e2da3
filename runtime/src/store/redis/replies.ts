/** Replies of Redis, made into what the port says. A reply of another shape is a fault of the server. */
import { CachedCollectionsError } from "../../errors.js";
import type { FieldSource } from "../state/state-fields.js";
import type { LeaseReply, PublishReply, VersionName } from "../store.js";

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected(value, "a list");
  return value;
}

export function number(value: unknown): number {
  if (typeof value !== "number") throw unexpected(value, "a number");
  return value;
}

export function bytes(value: unknown): Buffer | undefined {
  if (value === null) return undefined;
  if (!Buffer.isBuffer(value)) throw unexpected(value, "bytes");
  return value;
}

/** The values of an HMGET of these fields. */
export function fieldValues(fields: readonly string[], values: unknown): FieldSource {
  const read = list(values).map(bytes);
  const byName = new Map(fields.map((field, index) => [field, read[index]]));
  return { field: (name) => byName.get(name) };
}

export function publishReply(value: unknown): PublishReply {
  const [outcome, version, seq] = list(value);
  const known = PUBLISH_OUTCOMES.find((name) => name === String(outcome));
  if (known === undefined) throw unexpected(outcome, "an outcome");
  const about = String(version);
  return {
    outcome: known,
    ...(about === "" ? {} : { version: about as VersionName }),
    seq: number(seq),
  };
}

const PUBLISH_OUTCOMES: readonly PublishReply["outcome"][] = [
  "published",
  "already",
  "superseded",
  "late",
  "lost",
  "lease-lost",
  "moved",
  "incomplete",
];

export function leaseReply(value: unknown): LeaseReply {
  const [outcome, detail, leftMs] = list(value);
  switch (String(outcome)) {
    case "granted":
      return { outcome: "granted" };
    case "not-needed":
      return { outcome: "not-needed" };
    case "held":
      return { outcome: "held", value: String(detail), forMs: number(leftMs) };
    case "failed":
      return { outcome: "failed", code: String(detail), forMs: number(leftMs) };
    default:
      throw unexpected(outcome, "an outcome");
  }
}

/** The same memory as a Buffer, which is what clients send. */
export function asBuffer(view: Uint8Array): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function unexpected(value: unknown, wanted: string): CachedCollectionsError {
  return new CachedCollectionsError(
    "ERR_STORE_UNAVAILABLE",
    "redis",
    `the server answered with ${typeof value}, expected ${wanted}`,
  );
}
