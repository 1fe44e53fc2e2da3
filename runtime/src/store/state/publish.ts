/**
 * The publication of one push: all its entries or none. Every check comes before the first write, rule by
 * rule over all entries, in the order of protocol.md ("Publishing"). redis/scripts/publish.ts is the same
 * logic in Lua; the contract suite and the differential test hold the two together.
 */
import type {
  PublishEntry,
  PublishReply,
  PublishRequest,
  PushRecord,
  SegmentRef,
  VersionState,
} from "../store.js";
import { encodeStoredManifest } from "../stored-manifest.js";
import { leaseName, leaseToken } from "./lease.js";
import {
  entityOf,
  epochField,
  headField,
  HISTORY_LENGTH,
  historyField,
  loadsField,
  nextField,
  purgedField,
  pushField,
  readPurge,
  readSeq,
  readSource,
  readVersion,
} from "./state-fields.js";
import { isShort, settleSegments } from "./segments.js";
import { raiseSeq, raiseSource } from "./source.js";
import { ticketName, USED_TICKET } from "./ticket.js";
import type { StateTransaction } from "./transaction.js";
import { USED_TICKET_TTL_MS } from "./ttl.js";

export function publish(tx: StateTransaction, request: PublishRequest): PublishReply {
  const refusal = findRefusal(tx, request);
  if (refusal !== undefined) return { ...refusal, seq: readSeq(tx) };
  const ticketSeq = Number(tx.timed(ticketName(request.ticket))?.value);
  const seq = raiseSeq(tx);
  if (tx.field(epochField) === undefined) tx.setField(epochField, request.epoch);
  for (const entry of request.entries) publishEntry(tx, entry, ticketSeq, seq);
  tx.setTimed(ticketName(request.ticket), USED_TICKET, USED_TICKET_TTL_MS);
  return { outcome: "published", seq };
}

type Refusal = Omit<PublishReply, "seq">;

function findRefusal(tx: StateTransaction, request: PublishRequest): Refusal | undefined {
  const ticket = tx.timed(ticketName(request.ticket))?.value;
  if (ticket === USED_TICKET) return { outcome: "already" };
  const rules: readonly ((entry: PublishEntry) => PublishReply["outcome"] | undefined)[] = [
    (entry) => (isPublished(tx, entry) ? "already" : undefined),
    (entry) => (leaseIsLost(tx, entry) ? "lease-lost" : undefined),
    () => (ticket === undefined ? "lost" : undefined),
    (entry) => overtakenBy(tx, entry, Number(ticket)),
    (entry) => (hasMoved(tx, entry, request.epoch) ? "moved" : undefined),
    (entry) => (named(entry).some((each) => isShort(tx, each)) ? "incomplete" : undefined),
  ];
  for (const rule of rules) {
    for (const entry of request.entries) {
      const outcome = rule(entry);
      if (outcome !== undefined) return { outcome, version: entry.version };
    }
  }
  return undefined;
}

function isLoad({ mode }: PublishEntry): boolean {
  return mode === "load" || mode === "same";
}

function named({ manifest, next }: PublishEntry): readonly SegmentRef[] {
  return [...manifest.segments, ...(next?.segments ?? [])];
}

/** Those that move manifests which are there already are recognised by their ticket alone. */
function isPublished(tx: StateTransaction, entry: PublishEntry): boolean {
  if (["same", "pin", "unpin"].includes(entry.mode)) return false;
  const { head, next, history } = readVersion(tx, entry.version);
  return [head, next, ...history].some((manifest) => manifest?.id === entry.manifest.id);
}

function leaseIsLost(tx: StateTransaction, entry: PublishEntry): boolean {
  if (entry.leaseToken === undefined) return false;
  return leaseToken(tx.timed(leaseName(entry.version))?.value) !== entry.leaseToken;
}

/** The windows from ticket to publication of two published loads never overlap: the later one voids tickets. */
function overtakenBy(
  tx: StateTransaction,
  entry: PublishEntry,
  ticketSeq: number,
): "superseded" | "late" | undefined {
  if (!isLoad(entry)) return undefined;
  const push = readVersion(tx, entry.version).push;
  const voidSeq = push?.void ?? readPurge(tx, entry.version)?.void ?? 0;
  if (ticketSeq > voidSeq) return undefined;
  return push !== undefined && push.load > ticketSeq ? "superseded" : "late";
}

function hasMoved(tx: StateTransaction, entry: PublishEntry, epoch: string): boolean {
  const current = tx.field(epochField)?.toString("latin1");
  if (current !== undefined && current !== epoch) return true;
  const { head, next } = readVersion(tx, entry.version);
  return (next ?? head)?.id !== entry.builtOn;
}

function publishEntry(
  tx: StateTransaction,
  entry: PublishEntry,
  ticketSeq: number,
  seq: number,
): void {
  const before = readVersion(tx, entry.version);
  tx.setField(pushField(entry.version), pushText(recordPush(tx, entry, before, ticketSeq, seq)));
  tx.deleteField(purgedField(entry.version));
  // A published load voids the tickets of the others; after a rollback patches are not all there any more.
  if (entry.mode !== "patch") tx.deleteField(loadsField(entry.version));
  if (entry.mode !== "same") replaceManifest(tx, entry, before);
  settleSegments(tx, entry.version, before);
}

function recordPush(
  tx: StateTransaction,
  entry: PublishEntry,
  before: VersionState,
  ticketSeq: number,
  seq: number,
): PushRecord {
  const answered = isLoad(entry) ? entry.source : (before.push?.source ?? entry.source);
  const source = entry.raiseSource ? raiseAnswered(tx, entry, answered) : answered;
  if (isLoad(entry)) return { load: ticketSeq, void: seq, source, atMs: tx.nowMs };
  const { load = 0, void: voidSeq = 0, atMs = tx.nowMs } = before.push ?? {};
  return { load, void: voidSeq, source, atMs };
}

/**
 * Content that answered the source before it was raised answers it afterwards; older content stays stale. A
 * patch raises both, so that a load which it is laid over knows by how much.
 */
function raiseAnswered(tx: StateTransaction, entry: PublishEntry, answered: number): number {
  const entity = entityOf(entry.version);
  const current = readSource(tx, entity);
  raiseSource(tx, entity, current + 1);
  return answered === current || !isLoad(entry) ? answered + 1 : answered;
}

function pushText(push: PushRecord): string {
  return `${push.load} ${push.void} ${push.source} ${push.atMs}`;
}

/** While a version is pinned there is a `next`, and publications go there; what is served stays. */
function replaceManifest(tx: StateTransaction, entry: PublishEntry, before: VersionState): void {
  const { version, mode, manifest, next } = entry;
  if (mode === "pin" && next !== undefined) {
    tx.setField(nextField(version), encodeStoredManifest(next));
  } else if (mode === "unpin") {
    tx.deleteField(nextField(version));
  } else if (before.next !== undefined) {
    tx.setField(nextField(version), encodeStoredManifest(manifest));
    return;
  }
  serve(tx, entry, before);
}

function serve(tx: StateTransaction, entry: PublishEntry, before: VersionState): void {
  if (before.head?.id === entry.manifest.id) return;
  tx.setField(headField(entry.version), encodeStoredManifest(entry.manifest));
  const replaced = before.head === undefined ? [] : [before.head];
  const history = [...replaced, ...before.history].slice(0, HISTORY_LENGTH);
  for (const [index, manifest] of history.entries()) {
    tx.setField(historyField(entry.version, index + 1), encodeStoredManifest(manifest));
  }
}
