/**
 * The fallback in a directory that the processes of one machine share: a database file of its own, so that it
 * can be thrown away when it is damaged, whatever else is in the directory. Every call is one short transaction
 * in a turn of its own, so that keeping a large state does not hold up the process.
 */
import { CachedCollectionsError } from "../../errors.js";
import type { FallbackSchema, FallbackStore, KeptState, VersionName } from "../store.js";
import { messageOf } from "../message-of.js";
import {
  decodeKeptState,
  encodeKeptState,
  isLater,
  keptName,
  versionsOfKept,
} from "../state/kept-state.js";
import { isShort } from "../state/segments.js";
import { GRACE_TTL_MS, KEPT_TTL_MS, UPLOAD_TTL_MS } from "../state/ttl.js";
import { EmbeddedFile, type OpenFile } from "./embedded-file.js";
import { EmbeddedTransaction } from "./embedded-transaction.js";
import { isDamaged } from "./libsql.js";
import { sweepExpired } from "./sweep-expired.js";
import { FALLBACK_FILE } from "./tables.js";

export interface FallbackOptions {
  /** A directory on a local file system, made when it is missing. Everything in it can be deleted at any time. */
  readonly path: string;
  /** What was confirmed longer ago than this, in milliseconds, is not served. By default any age is. */
  readonly maxAgeMs?: number;
}

export class EmbeddedFallback implements FallbackStore {
  readonly maxAgeMs: number | undefined;
  readonly #file: EmbeddedFile;
  readonly #prefix: string;

  /** `prefix`: the name space of the store that it stands in for. */
  constructor({ path, maxAgeMs }: FallbackOptions, prefix: string) {
    this.maxAgeMs = maxAgeMs;
    this.#prefix = prefix;
    this.#file = new EmbeddedFile(path, `fallback ${path}`, FALLBACK_FILE);
  }

  schema(packageName: string): FallbackSchema {
    return new EmbeddedFallbackSchema(`${this.#prefix} ${packageName}`, packageName, this.#file);
  }

  close(error: CachedCollectionsError): void {
    this.#file.close(error);
  }
}

class EmbeddedFallbackSchema implements FallbackSchema {
  readonly #space: string;
  readonly #subject: string;
  readonly #file: EmbeddedFile;

  constructor(space: string, subject: string, file: EmbeddedFile) {
    this.#space = space;
    this.#subject = subject;
    this.#file = file;
  }

  async find(versions: readonly VersionName[]): Promise<KeptState> {
    const look = (tx: EmbeddedTransaction): Look => ({
      value: tx.field(keptName(versions)),
      names: tx.fieldNames(),
    });
    const { value, names } = await this.#run("BEGIN", look).catch((error: unknown) => {
      if (isDamagedFile(error)) this.#file.remove();
      throw error;
    });
    if (value === undefined) throw this.#error(whatIsThere(versions, names));
    const state = decodeKeptState(value);
    if (state !== undefined) return state;
    await this.discard();
    throw this.#error("what is kept is damaged");
  }

  chunkSizes(segmentId: string, chunks: number): Promise<readonly number[]> {
    return this.#run("BEGIN", (tx) =>
      Array.from({ length: chunks }, (_, index) => tx.chunkSize(segmentId, index)),
    );
  }

  getChunk(segmentId: string, index: number): Promise<Uint8Array | undefined> {
    return this.#run("BEGIN", (tx) => tx.chunk(segmentId, index));
  }

  putChunk(segmentId: string, index: number, bytes: Uint8Array): Promise<void> {
    return this.#write((tx) => {
      if (tx.segment(segmentId)?.kept === true) return;
      tx.putChunk(segmentId, index, bytes, UPLOAD_TTL_MS);
      tx.setSegmentTtl(segmentId, UPLOAD_TTL_MS);
    });
  }

  keep(state: KeptState, isStepBack: boolean): Promise<void> {
    return this.#write((tx) => {
      const name = keptName(state.heads.keys());
      const before = tx.field(name);
      const kept = before && decodeKeptState(before);
      if (kept !== undefined && !isStepBack && isLater(kept, state)) return;
      const named = [...state.heads.values()].flatMap(({ segments }) => segments);
      // Somebody found the fallback damaged and threw it away meanwhile: it is kept at the next occasion.
      if (named.some((segment) => isShort(tx, segment))) return;
      tx.setField(name, encodeKeptState(state));
      settle(tx);
    });
  }

  async discard(): Promise<void> {
    try {
      await this.#run("BEGIN IMMEDIATE", (tx) => {
        for (const name of tx.fieldNames()) tx.deleteField(name);
        for (const id of tx.segmentIds()) tx.setSegmentTtl(id, 0);
      });
    } catch (error) {
      if (!isDamagedFile(error)) throw error;
      this.#file.remove();
    }
  }

  /** A file that is no database any more is replaced by a new one. */
  async #write(change: (tx: EmbeddedTransaction) => void): Promise<void> {
    try {
      await this.#run("BEGIN IMMEDIATE", change);
    } catch (error) {
      if (!isDamagedFile(error)) throw error;
      this.#file.remove();
      await this.#run("BEGIN IMMEDIATE", change);
    }
  }

  async #run<T>(
    begin: "BEGIN" | "BEGIN IMMEDIATE",
    work: (tx: EmbeddedTransaction) => T,
  ): Promise<T> {
    const inFile = ({ statements }: OpenFile): T => {
      if (begin === "BEGIN IMMEDIATE") sweepExpired(statements);
      return work(new EmbeddedTransaction(this.#space, statements));
    };
    try {
      return await this.#file.transact(begin, inFile);
    } catch (error) {
      throw this.#error(messageOf(error), error);
    }
  }

  #error(why: string, cause?: unknown): CachedCollectionsError {
    const message = `the fallback on this machine cannot be used: ${why}`;
    return new CachedCollectionsError("ERR_FALLBACK", this.#subject, message, { cause });
  }
}

interface Look {
  readonly value: Buffer | undefined;
  readonly names: readonly string[];
}

/** States of builds that have not run for long are forgotten, and segments that none names any more end. */
function settle(tx: EmbeddedTransaction): void {
  const named = new Set<string>();
  for (const [name, value] of tx.fields()) {
    const state = decodeKeptState(value);
    if (state === undefined || tx.nowMs - state.confirmedAtMs > KEPT_TTL_MS) {
      tx.deleteField(name);
      continue;
    }
    for (const { segments } of state.heads.values()) for (const { id } of segments) named.add(id);
  }
  for (const id of tx.segmentIds()) {
    const { kept } = tx.segment(id) ?? {};
    if (named.has(id) && kept === false) tx.setSegmentTtl(id, undefined);
    if (!named.has(id) && kept === true) tx.setSegmentTtl(id, GRACE_TTL_MS);
  }
}

function whatIsThere(versions: readonly VersionName[], names: readonly string[]): string {
  const others = names.flatMap((name) => versionsOfKept(name) ?? []);
  const wanted = `nothing is kept of ${versions.join(", ")}`;
  return others.length === 0
    ? `${wanted} yet`
    : `${wanted}, only of ${[...new Set(others)].join(", ")}`;
}

function isDamagedFile(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isDamaged(cause)) return true;
  }
  return false;
}
