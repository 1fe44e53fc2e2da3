/**
 * One schema's part of Redis. What changes state is a script, and what changes the meaning of a lost reply is
 * sent once; reading needs no script, so that a reader's user needs no permission to run any.
 */
import type { ErrorCode } from "../../errors.js";
import { entityOf, LOADS_REMEMBERED, readState, stateFields } from "../state/state-fields.js";
import {
  GRACE_TTL_MS,
  LIVE_TTL_MS,
  TICKET_TTL_MS,
  UPLOAD_TTL_MS,
  USED_TICKET_TTL_MS,
} from "../state/ttl.js";
import { servedVersions, sortListed } from "../state/versions.js";
import { encodeStoredManifest } from "../stored-manifest.js";
import type {
  LeaseReply,
  LeaseRequest,
  ListedVersion,
  PublishEntry,
  PublishReply,
  PublishRequest,
  ReplicaReply,
  ReplicaRequest,
  SchemaState,
  SchemaStore,
  Subscriber,
  Ticket,
  VersionName,
  VersionState,
} from "../store.js";
import { awaitReplicas } from "./await-replicas.js";
import type { ChunkLane } from "./chunk-lane.js";
import type { Argument, RedisConnection } from "./redis-connection.js";
import { isNoPermission } from "./redis-errors.js";
import type { RedisKeys } from "./redis-keys.js";
import type { RedisSubscription } from "./redis-subscription.js";
import * as reply from "./replies.js";
import {
  acquireLeaseScript,
  failLeaseScript,
  releaseLeaseScript,
  renewLeaseScript,
} from "./scripts/lease.js";
import { publishScript } from "./scripts/publish.js";
import { putChunkScript } from "./scripts/put-chunk.js";
import { invalidateScript, restoreSourceScript } from "./scripts/source.js";
import { ticketScript } from "./scripts/ticket.js";
import { heartbeatScript, purgeScript, sweepScript } from "./scripts/versions.js";

/** So many small commands are in flight at once, at most. */
const BATCH = 256;
/** From this size on a segment is worth a connection of its own, in bytes. */
const LARGE_SEGMENT = 4 * 1024 * 1024;

export class RedisSchemaStore implements SchemaStore {
  readonly #redis: RedisConnection;
  readonly #subscription: RedisSubscription;
  readonly #lane: ChunkLane;
  readonly #keys: RedisKeys;
  #mayHeartbeat = true;

  constructor(
    redis: RedisConnection,
    subscription: RedisSubscription,
    lane: ChunkLane,
    keys: RedisKeys,
  ) {
    this.#redis = redis;
    this.#subscription = subscription;
    this.#lane = lane;
    this.#keys = keys;
  }

  async check(versions: readonly VersionName[]): Promise<SchemaState> {
    const fields = stateFields(versions);
    const values = await this.#redis.command("HMGET", [this.#keys.state, ...fields]);
    return readState(reply.fieldValues(fields, values), versions);
  }

  async issueTicket(
    nonce: string,
    versions: readonly VersionName[],
    loading: readonly VersionName[] = [],
  ): Promise<{ ticket: Ticket; state: SchemaState }> {
    const fields = stateFields(versions);
    const [seq, values] = reply.list(
      await this.#redis.script(
        ticketScript,
        [this.#keys.state, this.#keys.ticket(nonce)],
        [TICKET_TTL_MS, LOADS_REMEMBERED, loading.length, ...loading, ...fields],
      ),
    );
    return {
      ticket: { nonce, seq: reply.number(seq) },
      state: readState(reply.fieldValues(fields, values), versions),
    };
  }

  async putChunk(segmentId: string, index: number, bytes: Uint8Array): Promise<void> {
    const keys = [this.#keys.segment(segmentId), this.#keys.segments];
    await this.#redis.script(putChunkScript, keys, [
      segmentId,
      index,
      reply.asBuffer(bytes),
      UPLOAD_TTL_MS,
    ]);
  }

  async chunkSizes(segmentId: string, chunks: number): Promise<readonly number[]> {
    const key = this.#keys.segment(segmentId);
    const sizes: number[] = [];
    for (let start = 0; start < chunks; start += BATCH) {
      const indexes = Array.from({ length: Math.min(BATCH, chunks - start) }, (_, i) => start + i);
      const batch = indexes.map((index) => this.#redis.command("HSTRLEN", [key, index]));
      for (const size of await Promise.all(batch)) sizes.push(reply.number(size));
    }
    return sizes;
  }

  async getChunk(
    segmentId: string,
    index: number,
    into?: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const key = this.#keys.segment(segmentId);
    const isLarge = into !== undefined && into.buffer.byteLength >= LARGE_SEGMENT;
    if (isLarge && (await this.#lane.read(key, index, into))) return into;
    return reply.bytes(await this.#redis.command("HGET", [key, index]));
  }

  async publish(request: PublishRequest): Promise<PublishReply> {
    const leases = request.entries
      .filter((entry) => entry.leaseToken !== undefined)
      .map((entry) => this.#keys.lease(entry.version));
    const segments = request.entries.flatMap(({ manifest, next }) =>
      [...manifest.segments, ...(next?.segments ?? [])].map(({ id }) => this.#keys.segment(id)),
    );
    const keys = [this.#keys.state, this.#keys.ticket(request.ticket), ...leases, ...segments];
    const args = [request.epoch, GRACE_TTL_MS, USED_TICKET_TTL_MS];
    const answer = await this.#redis.scriptOnce(publishScript, keys, [
      ...args,
      ...request.entries.flatMap(entryArguments),
    ]);
    return reply.publishReply(answer);
  }

  async awaitReplicas(request: ReplicaRequest): Promise<ReplicaReply> {
    const { versions, ...wish } = request;
    const fields = stateFields(versions);
    const { source, label } = this.#redis;
    const wait = { source, label, key: this.#keys.state, fields, ...wish };
    const { values, replicas } = await awaitReplicas(wait);
    return { state: readState(reply.fieldValues(fields, values), versions), replicas };
  }

  acquireLease(request: LeaseRequest): Promise<LeaseReply> {
    return this.replaceLease(request, "");
  }

  async replaceLease(request: LeaseRequest, watchedValue: string): Promise<LeaseReply> {
    const { version, token, ttlMs, need } = request;
    const detail =
      need.kind === "repair" ? need.manifestId : need.kind === "refresh" ? need.olderThanMs : "";
    return reply.leaseReply(
      await this.#redis.script(
        acquireLeaseScript,
        [this.#keys.state, this.#keys.lease(version)],
        [version, token, ttlMs, need.kind, detail, watchedValue],
      ),
    );
  }

  async renewLease(version: VersionName, token: string, ttlMs: number): Promise<boolean> {
    const keys = [this.#keys.lease(version)];
    return (await this.#redis.script(renewLeaseScript, keys, [token, ttlMs])) === 1;
  }

  async releaseLease(version: VersionName, token: string): Promise<void> {
    await this.#redis.script(releaseLeaseScript, [this.#keys.lease(version)], [token]);
  }

  async failLease(
    version: VersionName,
    token: string,
    code: ErrorCode,
    backoffMs: number,
  ): Promise<void> {
    const keys = [this.#keys.lease(version)];
    await this.#redis.script(failLeaseScript, keys, [token, code, backoffMs]);
  }

  async invalidate(entities: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const sources = reply.list(
      await this.#redis.scriptOnce(invalidateScript, [this.#keys.state], entities),
    );
    return new Map(entities.map((entity, index) => [entity, reply.number(sources[index])]));
  }

  async restoreSource(entity: string, atLeast: number): Promise<void> {
    await this.#redis.script(restoreSourceScript, [this.#keys.state], [entity, atLeast]);
  }

  async versions(entity: string): Promise<readonly ListedVersion[]> {
    const names = reply.list(await this.#redis.command("HKEYS", [this.#keys.state]));
    const versions = servedVersions(names.map(String)).filter(
      (version) => entityOf(version) === entity,
    );
    const state = await this.check(versions);
    const live = await this.#liveVersions();
    return sortListed(
      [...state.versions].map(([version, versionState]: [VersionName, VersionState]) => ({
        version,
        state: versionState,
        live: live.filter((name) => name === version).length,
      })),
    );
  }

  /** The version of each process that said lately that it uses one. */
  async #liveVersions(): Promise<readonly string[]> {
    const [seconds] = reply.list(await this.#redis.command("TIME", []));
    const since = Number(String(seconds)) * 1000 - LIVE_TTL_MS;
    const range = [this.#keys.live, since, "+inf"];
    const members = reply.list(await this.#redis.command("ZRANGEBYSCORE", range));
    return members.map((member) => String(member).split(" ")[0] ?? "");
  }

  async purge(version: VersionName): Promise<boolean> {
    const keys = [this.#keys.state];
    return (await this.#redis.scriptOnce(purgeScript, keys, [version, GRACE_TTL_MS])) === 1;
  }

  async sweep(): Promise<number> {
    const keys = [this.#keys.state, this.#keys.segments];
    return reply.number(await this.#redis.script(sweepScript, keys, [GRACE_TTL_MS]));
  }

  async heartbeat(processId: string, versions: readonly VersionName[]): Promise<void> {
    if (!this.#mayHeartbeat || versions.length === 0) return;
    try {
      const args = [processId, LIVE_TTL_MS, ...versions];
      await this.#redis.script(heartbeatScript, [this.#keys.live], args);
    } catch (error) {
      if (!isNoPermission(error)) throw error;
      this.#mayHeartbeat = false;
    }
  }

  async leave(processId: string, versions: readonly VersionName[]): Promise<void> {
    if (!this.#mayHeartbeat || versions.length === 0) return;
    try {
      const members = versions.map((version) => `${version} ${processId}`);
      await this.#redis.command("ZREM", [this.#keys.live, ...members]);
    } catch (error) {
      if (!isNoPermission(error)) throw error;
    }
  }

  subscribe(subscriber: Subscriber): Promise<() => void> {
    return this.#subscription.add(this.#keys.revisions, subscriber);
  }
}

function entryArguments(entry: PublishEntry): readonly Argument[] {
  return [
    entry.version,
    entry.mode,
    encodeStoredManifest(entry.manifest),
    entry.builtOn ?? "",
    entry.source,
    entry.raiseSource ? "1" : "0",
    entry.leaseToken ?? "",
    entry.next === undefined ? "" : encodeStoredManifest(entry.next),
  ];
}
