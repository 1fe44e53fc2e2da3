/**
 * Leases: one load per need. A lease is `token:count`: the count begins at the time of the grant, so that no two are
 * alike, and each renewal raises it, so that a waiter can see whether the holder lives; after a failed load
 * `failed:<code>` stands in its place for the backoff. Safety never rests on a lease, only on `publish`. redis/scripts/lease.ts is the same logic.
 */
import type { ErrorCode } from "../../errors.js";
import type { LeaseReply, LeaseRequest, VersionName } from "../store.js";
import { isShort } from "./segments.js";
import { entityOf, readSource, readVersion } from "./state-fields.js";
import type { StateTransaction, TimedValue } from "./transaction.js";

export const leaseName = (version: VersionName): string => `lease:${version}`;

/** The token in a lease's value; undefined for none and for a failed load. */
export function leaseToken(value: string | undefined): string | undefined {
  return value === undefined || value.startsWith(FAILED) ? undefined : value.split(":")[0];
}

const FAILED = "failed:";

/** `watched`: a value that the caller saw unchanged for the lease's whole length; such a lease is replaced. */
export function acquireLease(
  tx: StateTransaction,
  request: LeaseRequest,
  watched?: string,
): LeaseReply {
  if (!isNeeded(tx, request)) return { outcome: "not-needed" };
  const held = tx.timed(leaseName(request.version));
  if (held !== undefined && held.value !== watched && leaseToken(held.value) !== request.token) {
    return describeHeld(held);
  }
  tx.setTimed(leaseName(request.version), `${request.token}:${tx.nowMs}`, request.ttlMs);
  return { outcome: "granted" };
}

function describeHeld(held: TimedValue): LeaseReply {
  return held.value.startsWith(FAILED)
    ? { outcome: "failed", code: held.value.slice(FAILED.length), forMs: held.leftMs }
    : { outcome: "held", value: held.value, forMs: held.leftMs };
}

/** The need must be visible in the store itself: a process that only thinks so is not granted a lease. */
function isNeeded(tx: StateTransaction, request: LeaseRequest): boolean {
  const { head, next, push } = readVersion(tx, request.version);
  if (head === undefined || push === undefined) return true;
  if (push.source !== readSource(tx, entityOf(request.version))) return true;
  const named = [...head.segments, ...(next?.segments ?? [])];
  if (named.some((segment) => isShort(tx, segment))) return true;
  if (request.need.kind === "repair") return head.id === request.need.manifestId;
  if (request.need.kind === "refresh") return tx.nowMs - push.atMs >= request.need.olderThanMs;
  return false;
}

export function renewLease(
  tx: StateTransaction,
  version: VersionName,
  token: string,
  ttlMs: number,
): boolean {
  const held = tx.timed(leaseName(version));
  if (held === undefined || leaseToken(held.value) !== token) return false;
  const count = Number(held.value.split(":")[1]) + 1;
  tx.setTimed(leaseName(version), `${token}:${count}`, ttlMs);
  return true;
}

export function releaseLease(tx: StateTransaction, version: VersionName, token: string): void {
  const held = tx.timed(leaseName(version));
  if (leaseToken(held?.value) === token) tx.deleteTimed(leaseName(version));
}

export function failLease(
  tx: StateTransaction,
  version: VersionName,
  token: string,
  code: ErrorCode,
  backoffMs: number,
): void {
  const held = tx.timed(leaseName(version));
  if (leaseToken(held?.value) !== token) return;
  tx.setTimed(leaseName(version), `${FAILED}${code}`, backoffMs);
}
