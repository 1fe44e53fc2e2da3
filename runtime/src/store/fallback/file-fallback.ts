/**
 * The fallback as plain files in a directory that the processes of one machine share. A file appears whole, by
 * renaming, or not at all, and everything that is read is checked; nothing waits for the disk in the process's
 * own thread. Per schema there is a folder with a file for each segment, and one for each set of versions that
 * a process has open, which says what was served of them.
 */
import { randomBytes } from "node:crypto";
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join, resolve } from "node:path";
import { CachedCollectionsError } from "../../errors.js";
import { messageOf } from "../message-of.js";
import type { FallbackSchema, FallbackStore, KeptState, VersionName } from "../store.js";
import { GRACE_TTL_MS, KEPT_TTL_MS } from "../state/ttl.js";
import { withFileLock } from "./file-lock.js";
import { decodeKeptState, encodeKeptState, isLater, keptName } from "./kept-state.js";

export interface FallbackOptions {
  /** A directory on a local file system, made when it is missing. Everything in it can be deleted at any time. */
  readonly path: string;
  /** What was confirmed longer ago than this, in milliseconds, is not served. By default any age is. */
  readonly maxAgeMs?: number;
}

export class FileFallback implements FallbackStore {
  readonly maxAgeMs: number | undefined;
  readonly #directory: string;
  readonly #prefix: string;

  /** `prefix`: the name space of the store that it stands in for. */
  constructor({ path, maxAgeMs }: FallbackOptions, prefix: string) {
    this.maxAgeMs = maxAgeMs;
    this.#directory = resolve(path);
    this.#prefix = prefix;
  }

  schema(packageName: string, chunkBytes: number): FallbackSchema {
    return new FileFallbackSchema(this.folder(packageName), packageName, chunkBytes);
  }

  /** Another layout is another folder, so that versions of this library never meet. */
  folder(packageName: string): string {
    const name = `fallback-1 ${encodeURIComponent(this.#prefix)} ${packageName}`;
    return join(this.#directory, name);
  }
}

class FileFallbackSchema implements FallbackSchema {
  readonly #folder: string;
  readonly #subject: string;
  readonly #chunkBytes: number;

  constructor(folder: string, subject: string, chunkBytes: number) {
    this.#folder = folder;
    this.#subject = subject;
    this.#chunkBytes = chunkBytes;
  }

  find(versions: readonly VersionName[]): Promise<KeptState> {
    return this.#explained(async () => {
      const value = await this.#read(keptName(versions));
      if (value === undefined) throw new Error(await this.#whatIsThere(versions));
      const state = decodeKeptState(value);
      if (state !== undefined) return state;
      await this.discard();
      throw new Error("what is kept is damaged");
    });
  }

  chunkSizes(segmentId: string, chunks: number): Promise<readonly number[]> {
    return this.#explained(async () => {
      const size = await sizeOf(this.#path(segmentName(segmentId)));
      return Array.from({ length: chunks }, (_, index) =>
        Math.max(0, Math.min(this.#chunkBytes, size - index * this.#chunkBytes)),
      );
    });
  }

  getChunk(segmentId: string, index: number): Promise<Uint8Array | undefined> {
    return this.#explained(async () => {
      const file = await unlessMissing(open(this.#path(segmentName(segmentId))));
      if (file === undefined) return undefined;
      try {
        const bytes = Buffer.allocUnsafe(this.#chunkBytes);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, index * bytes.length);
        return bytesRead === 0 ? undefined : bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    });
  }

  putSegment(segmentId: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    return this.#explained(async () => {
      const path = this.#path(segmentName(segmentId));
      // Another process forgets what is old and not named: it is going to be named.
      if ((await sizeOf(path)) === bytes.length) await utimes(path, new Date(), new Date());
      else await this.#write(segmentName(segmentId), bytes, signal);
    });
  }

  keep(state: KeptState, isStepBack: boolean, signal: AbortSignal): Promise<void> {
    return this.#explained(() =>
      withFileLock(this.#path("lock"), signal, async () => {
        const name = keptName([...state.heads.keys()]);
        const before = await this.#read(name);
        const kept = before && decodeKeptState(before);
        if (kept !== undefined && !isStepBack && isLater(kept, state)) return;
        await this.#write(name, encodeKeptState(state));
        await this.#forgetOld();
      }),
    );
  }

  discard(): Promise<void> {
    return this.#explained(() => rm(this.#folder, { recursive: true, force: true }));
  }

  /** States of builds that have not run for long, segments that no state names, what a killed process left. */
  async #forgetOld(): Promise<void> {
    const named = new Set<string>();
    const names = await readdir(this.#folder);
    for (const name of names.filter(isStateName)) {
      const value = await this.#read(name);
      const state = value && decodeKeptState(value);
      const isOld = state === undefined || Date.now() - state.confirmedAtMs > KEPT_TTL_MS;
      if (isOld) await unlink(this.#path(name)).catch(() => undefined);
      else for (const { segments } of state.heads.values()) addNames(named, segments);
    }
    for (const name of names.filter((each) => !isStateName(each) && !named.has(each))) {
      const { mtimeMs } = (await stat(this.#path(name)).catch(() => undefined)) ?? {};
      const isOld = mtimeMs !== undefined && Date.now() - mtimeMs > GRACE_TTL_MS;
      if (isOld) await unlink(this.#path(name)).catch(() => undefined);
    }
  }

  async #whatIsThere(versions: readonly VersionName[]): Promise<string> {
    const others = new Set<string>();
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names.filter(isStateName)) {
      const value = await this.#read(name);
      const state = value && decodeKeptState(value);
      for (const version of state?.heads.keys() ?? []) others.add(version);
    }
    const wanted = `nothing is kept of ${versions.join(", ")}`;
    return others.size === 0 ? `${wanted} yet` : `${wanted}, only of ${[...others].join(", ")}`;
  }

  #read(name: string): Promise<Buffer | undefined> {
    return unlessMissing(readFile(this.#path(name)));
  }

  async #write(name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const temporary = this.#path(`${name}.${randomBytes(8).toString("hex")}`);
    try {
      await writeFile(temporary, bytes, { signal });
      await rename(temporary, this.#path(name));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const why = messageOf(error);
      const message = `the fallback on this machine, ${this.#folder}, cannot be used: ${why}`;
      throw new CachedCollectionsError("ERR_FALLBACK", this.#subject, message, { cause: error });
    }
  }
}

const segmentName = (id: string): string => `segment-${id}`;

function isStateName(name: string): boolean {
  return /^state-[0-9a-f]{32}$/.test(name);
}

function addNames(names: Set<string>, segments: readonly { readonly id: string }[]): void {
  for (const { id } of segments) names.add(segmentName(id));
}

/** 0 when it is not there. */
async function sizeOf(path: string): Promise<number> {
  return (await unlessMissing(stat(path)))?.size ?? 0;
}

/** Undefined when the file is not there. */
async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
