/**
 * The last good revisions on this machine: kept in the background after checks, and brought into memory when
 * the store cannot be reached at the start. Neither ever holds up a check, a read or a push.
 */
import { CHUNK_BYTES } from "../../bytes/segment-assembly.js";
import { CachedCollectionsError } from "../../errors.js";
import type {
  FallbackSchema,
  FallbackStore,
  KeptState,
  StoredManifest,
} from "../../store/store.js";
import { now } from "../timing.js";
import { isDamage } from "./check.js";
import type { FollowedVersion } from "./followed-version.js";
import { assemble, type HeldRevision } from "./held-revision.js";

/** A revision that was kept, for a version that serves nothing. */
export interface KeptRevision {
  readonly followed: FollowedVersion;
  readonly revision: HeldRevision;
}

export interface KeptRevisions {
  readonly revisions: readonly KeptRevision[];
  /** When the store confirmed them last, in milliseconds of the monotonic clock; -Infinity when unknown. */
  readonly confirmedAt: number;
  readonly loadedInMs: number;
}

/** How often the time of the last confirmation is written down while nothing changes. */
const NOTE_EVERY_MS = 60_000;
/** The wall clock may have been set meanwhile: what was confirmed further in the future has no known age. */
const CLOCK_SLACK_MS = 60_000;

export class Fallback {
  readonly #schema: FallbackSchema;
  readonly #maxAgeMs: number | undefined;
  readonly #subject: string;
  readonly #signal: AbortSignal;
  #keeping: Promise<void> | undefined;
  #keptIds = "";
  #keptAt = -Infinity;
  #isStepBack = false;

  constructor(store: FallbackStore, packageName: string, signal: AbortSignal) {
    this.#schema = store.schema(packageName, CHUNK_BYTES);
    this.#maxAgeMs = store.maxAgeMs;
    this.#subject = packageName;
    this.#signal = signal;
  }

  /**
   * Brings what was kept of these versions into memory, for those that serve nothing. Rejects with
   * ERR_FALLBACK when nothing usable is there; what is damaged is thrown away.
   */
  async load(followed: readonly FollowedVersion[]): Promise<KeptRevisions> {
    const startedAt = now();
    const state = await this.#schema.find(followed.map(({ version }) => version));
    const ageMs = ageOf(state);
    if (this.#maxAgeMs !== undefined && ageMs > this.#maxAgeMs) {
      throw this.#unusable(
        `it was confirmed ${ageMs} ms ago, fallback.maxAgeMs is ${this.#maxAgeMs}`,
      );
    }
    if (followed.some(({ served, version }) => isOther(served, state.heads.get(version)))) {
      throw this.#unusable("it is of another moment than the collections that are served already");
    }
    const revisions: KeptRevision[] = [];
    for (const each of followed) {
      const stored = state.heads.get(each.version);
      if (each.served !== undefined || stored === undefined) continue;
      revisions.push({ followed: each, revision: await this.#assemble(each, stored) });
    }
    return { revisions, confirmedAt: now() - ageMs, loadedInMs: now() - startedAt };
  }

  /**
   * After a check that went well: keeps what is served, when all of it came from the store. A step back of the
   * store may replace a later state. Rejects with ERR_FALLBACK; tries again a minute later.
   */
  async keep(followed: readonly FollowedVersion[], isStepBack: boolean): Promise<void> {
    this.#isStepBack ||= isStepBack;
    const isComplete = followed.length > 0 && followed.every(({ ageMs }) => ageMs < Infinity);
    if (this.#keeping !== undefined || !isComplete) return;
    const served = followed.flatMap(({ version, served }) =>
      served === undefined ? [] : [[version, served] as const],
    );
    const ids = served.map(([, { stored }]) => stored.id).join(" ");
    if (ids === this.#keptIds && now() - this.#keptAt < NOTE_EVERY_MS) return;
    const ageMs = Math.max(...followed.map((each) => each.ageMs));
    const heads = new Map(served.map(([version, { stored }]) => [version, stored]));
    const state: KeptState = { heads, confirmedAtMs: Math.round(Date.now() - ageMs) };
    this.#keptIds = ids;
    this.#keptAt = now();
    this.#keeping = this.#keepAll(
      served.map(([, revision]) => revision),
      state,
    );
    try {
      await this.#keeping;
    } finally {
      this.#keeping = undefined;
    }
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.#keeping?.catch(() => undefined);
  }

  async #keepAll(served: readonly HeldRevision[], state: KeptState): Promise<void> {
    for (const { segments } of served) {
      for (const [id, { layout }] of segments) {
        await this.#schema.putSegment(id, layout.bytes, this.#signal);
      }
    }
    // One that comes meanwhile is for the next state.
    const isStepBack = this.#isStepBack;
    this.#isStepBack = false;
    try {
      await this.#schema.keep(state, isStepBack, this.#signal);
    } catch (error) {
      this.#isStepBack ||= isStepBack;
      throw error;
    }
  }

  async #assemble(
    { definition, memory }: FollowedVersion,
    stored: StoredManifest,
  ): Promise<HeldRevision> {
    const schema = this.#schema;
    const signal = this.#signal;
    const sources = {
      schema,
      definition,
      find: () => undefined,
      previous: undefined,
      memory,
      signal,
    };
    try {
      return await assemble(sources, stored);
    } catch (error) {
      if (!isDamage(error)) throw error;
      await this.#schema.discard();
      throw this.#unusable(`what is kept is damaged: ${error.message}`, error);
    }
  }

  #unusable(why: string, cause?: unknown): CachedCollectionsError {
    const message = `the fallback on this machine cannot be used: ${why}`;
    return new CachedCollectionsError("ERR_FALLBACK", this.#subject, message, { cause });
  }
}

/** All of them, unless a check was faster. Returns whether it did. */
export function installKept({ revisions, confirmedAt, loadedInMs }: KeptRevisions): boolean {
  if (revisions.some(({ followed }) => followed.served !== undefined)) return false;
  for (const { followed, revision } of revisions) followed.installKept(revision, confirmedAt);
  for (const { followed, revision } of revisions) {
    followed.emit("reload", {
      entity: followed.subject,
      revision: revision.manifest.revision,
      previousRevision: undefined,
      records: revision.core.size,
      previousRecords: 0,
      changes: undefined,
      fetchedBytes: 0,
      durationMs: loadedInMs,
      isFallback: true,
    });
  }
  return revisions.length > 0;
}

function isOther(served: HeldRevision | undefined, kept: StoredManifest | undefined): boolean {
  return served !== undefined && served.stored.id !== kept?.id;
}

function ageOf({ confirmedAtMs }: KeptState): number {
  const ageMs = Date.now() - confirmedAtMs;
  return ageMs < -CLOCK_SLACK_MS ? Infinity : Math.max(0, ageMs);
}
