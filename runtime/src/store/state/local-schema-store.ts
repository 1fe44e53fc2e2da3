/**
 * The store port over transactions that run in this process: what the memory and the embedded store share.
 */
import type { ErrorCode } from "../../errors.js";
import type {
  LeaseReply,
  LeaseRequest,
  ListedVersion,
  PublishReply,
  PublishRequest,
  SchemaState,
  SchemaStore,
  Subscriber,
  Ticket,
  VersionName,
} from "../store.js";
import { acquireLease, failLease, releaseLease, renewLease } from "./lease.js";
import { publish } from "./publish.js";
import { invalidate, restoreSource } from "./source.js";
import { readState } from "./state-fields.js";
import { issueTicket } from "./ticket.js";
import type { StateTransaction } from "./transaction.js";
import { UPLOAD_TTL_MS } from "./ttl.js";
import { heartbeat, leave, listVersions, purgeVersion, sweepSegments } from "./versions.js";

/** How a local store runs transactions on one schema. */
export interface TransactionRunner {
  /** False when nothing was opened, or what was is gone: then nothing is to be taken back. */
  readonly isOpen: boolean;
  read<T>(look: (tx: StateTransaction) => T): Promise<T>;
  /** Nothing of it happens if `change` throws; announcements go out after the commit. */
  write<T>(change: (tx: StateTransaction) => T): Promise<T>;
  subscribe(subscriber: Subscriber): Promise<() => void>;
}

export class LocalSchemaStore implements SchemaStore {
  readonly #run: TransactionRunner;

  constructor(run: TransactionRunner) {
    this.#run = run;
  }

  check(versions: readonly VersionName[]): Promise<SchemaState> {
    return this.#run.read((tx) => readState(tx, versions));
  }

  issueTicket(
    nonce: string,
    versions: readonly VersionName[],
    loading: readonly VersionName[] = [],
  ): Promise<{ ticket: Ticket; state: SchemaState }> {
    return this.#run.write((tx) => ({
      ticket: issueTicket(tx, nonce, loading),
      state: readState(tx, versions),
    }));
  }

  putChunk(segmentId: string, index: number, bytes: Uint8Array): Promise<void> {
    return this.#run.write((tx) => {
      // A chunk that arrives again after publication must not give the segment a time to live.
      if (tx.segment(segmentId)?.kept === true) return;
      tx.putChunk(segmentId, index, bytes, UPLOAD_TTL_MS);
      tx.setSegmentTtl(segmentId, UPLOAD_TTL_MS);
    });
  }

  chunkSizes(segmentId: string, chunks: number): Promise<readonly number[]> {
    return this.#run.read((tx) =>
      Array.from({ length: chunks }, (_, index) => tx.chunkSize(segmentId, index)),
    );
  }

  getChunk(segmentId: string, index: number): Promise<Uint8Array | undefined> {
    return this.#run.read((tx) => tx.chunk(segmentId, index));
  }

  publish(request: PublishRequest): Promise<PublishReply> {
    return this.#run.write((tx) => publish(tx, request));
  }

  acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    return this.#run.write((tx) => acquireLease(tx, request));
  }

  replaceLease(request: LeaseRequest, watchedValue: string): Promise<LeaseReply> {
    return this.#run.write((tx) => acquireLease(tx, request, watchedValue));
  }

  renewLease(version: VersionName, token: string, ttlMs: number): Promise<boolean> {
    return this.#run.write((tx) => renewLease(tx, version, token, ttlMs));
  }

  releaseLease(version: VersionName, token: string): Promise<void> {
    return this.#run.write((tx) => releaseLease(tx, version, token));
  }

  failLease(
    version: VersionName,
    token: string,
    code: ErrorCode,
    backoffMs: number,
  ): Promise<void> {
    return this.#run.write((tx) => failLease(tx, version, token, code, backoffMs));
  }

  invalidate(entities: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#run.write((tx) => invalidate(tx, entities));
  }

  restoreSource(entity: string, atLeast: number): Promise<void> {
    return this.#run.write((tx) => restoreSource(tx, entity, atLeast));
  }

  versions(entity: string): Promise<readonly ListedVersion[]> {
    return this.#run.read((tx) => listVersions(tx, entity));
  }

  purge(version: VersionName): Promise<boolean> {
    return this.#run.write((tx) => purgeVersion(tx, version));
  }

  sweep(): Promise<number> {
    return this.#run.write((tx) => sweepSegments(tx));
  }

  heartbeat(processId: string, versions: readonly VersionName[]): Promise<void> {
    return this.#run.write((tx) => heartbeat(tx, processId, versions));
  }

  leave(processId: string, versions: readonly VersionName[]): Promise<void> {
    if (!this.#run.isOpen) return Promise.resolve();
    return this.#run.write((tx) => leave(tx, processId, versions));
  }

  subscribe(subscriber: Subscriber): Promise<() => void> {
    return this.#run.subscribe(subscriber);
  }
}
