/**
 * One check of a schema: one look at the store, then everything it names is brought into memory, and what
 * belongs together is installed in one synchronous step. Bytes that turn out bad are looked at once more (the
 * head may have moved on meanwhile, or the fault lay on the way) before they count as damaged.
 */
import { inSlices } from "../../bytes/steps.js";
import { CachedCollectionsError } from "../../errors.js";
import type { RecordChanges } from "../events.js";
import type { SchemaState, SchemaStore, VersionName } from "../../store/store.js";
import { changesBetween } from "./changes-between.js";
import type { CheckFacts, Considered, FollowedVersion } from "./followed-version.js";
import { assemble, laidAnew, missingBytes, type HeldRevision } from "./held-revision.js";
import { blockedBy } from "./together.js";
import { wantedOf, type Owner } from "./wanted.js";
import { now, withDeadline } from "../timing.js";

/** What a check draws on. */
export interface CheckSources {
  readonly schema: SchemaStore;
  readonly intervalMs: number;
  readonly urgent: boolean;
  readonly followed: () => readonly FollowedVersion[];
  readonly owners: () => Iterable<Owner>;
  /** Called at the next read of a version that was left behind because nobody reads it. */
  readonly whenRead: () => void;
  /** Entities' sources as this process knows them, from what the store says. */
  readonly sourcesOf: (state: SchemaState) => ReadonlyMap<string, number>;
  /** Revisions that this process pushed itself, by manifest id. */
  readonly pushed: ReadonlyMap<string, HeldRevision>;
  /** Waits before a fetch of so many bytes, so that a fleet does not ask at once. */
  readonly spread: (bytes: number) => Promise<void>;
  /** Called when everything is installed, before anybody is told. */
  readonly installed: () => void;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface CheckReport {
  readonly sentAt: number;
  /** Versions whose newest revision could not be loaded, with those that must wait for them. */
  readonly failures: ReadonlyMap<VersionName, CachedCollectionsError>;
  /** Whether a version went back. */
  readonly isStepBack: boolean;
  /** Versions that wait for a second check to agree before they go back, with those that must wait for them. */
  readonly held: ReadonlySet<VersionName>;
}

/** Far below the grace that stores give to segments which nothing names any more. */
const FETCH_DEADLINE_MS = 120_000;

/** How often a check follows a head that moves while it fetches. */
const ATTEMPTS = 5;

/** Checks and installs. Rejects with the store's errors and the signal's; bad bytes are in the report. */
export async function runCheck(sources: CheckSources): Promise<CheckReport> {
  const { schema, intervalMs, urgent, signal } = sources;
  const ready = new Map(sources.pushed);
  const suspected = new Map<VersionName, string>();
  for (let attempt = 1; ; attempt++) {
    const followed = sources.followed();
    const check: CheckFacts = { sentAt: now(), intervalMs, urgent };
    const state = await schema.check(followed.map(({ version }) => version));
    // What was closed meanwhile stays as it is.
    signal.throwIfAborted();
    const entitySources = sources.sourcesOf(state);
    const considered = followed.map((each) =>
      each.consider(state, entitySources.get(each.definition.entity) ?? 0, check),
    );
    const waiting = blockedBy(considered, new Map());
    const wanted = wantedOf(considered, sources.owners(), check, (id) => ready.has(id));
    for (const { followed } of considered) {
      followed.whenRead = wanted.has(followed) ? undefined : sources.whenRead;
    }
    const moving = considered.filter(
      ({ followed }) => wanted.has(followed) && !waiting.has(followed),
    );
    await spreadBackground(sources, moving, ready);
    const failures = await bringIn(sources, moving, ready);
    signal.throwIfAborted();
    const again = [...failures.keys()].filter(
      ({ version, seen }) => suspected.get(version) !== seen.head?.id,
    );
    if (again.length === 0 || attempt === ATTEMPTS) {
      return finish(sources, considered, ready, failures, check);
    }
    for (const { version, seen } of again) suspected.set(version, seen.head?.id ?? "");
  }
}

type Failures = ReadonlyMap<FollowedVersion, CachedCollectionsError>;

async function spreadBackground(
  { urgent, spread }: CheckSources,
  considered: readonly Considered[],
  ready: ReadonlyMap<string, HeldRevision>,
): Promise<void> {
  let bytes = 0;
  for (const { followed, target } of considered) {
    if (target === undefined || ready.has(target.id)) continue;
    if (followed.served === undefined) return;
    bytes += missingBytes(followed.definition, target, (id) => followed.findSegment(id));
  }
  if (!urgent && bytes > 0) await spread(bytes);
}

/** Assembles every target that is not ready yet; returns those whose bytes are bad. */
async function bringIn(
  { schema, signal }: CheckSources,
  considered: readonly Considered[],
  ready: Map<string, HeldRevision>,
): Promise<Failures> {
  const failures = new Map<FollowedVersion, CachedCollectionsError>();
  for (const { followed, target } of considered) {
    if (target === undefined || ready.has(target.id)) continue;
    const { definition, subject, memory } = followed;
    const find = followed.findSegment.bind(followed);
    const previous = followed.served?.core;
    try {
      const limit = { subject, what: "fetching a revision", ms: FETCH_DEADLINE_MS, signal };
      const revision = await withDeadline(limit, (limited) =>
        assemble({ schema, definition, find, previous, memory, signal: limited }, target),
      );
      ready.set(target.id, revision);
    } catch (error) {
      if (!isDamage(error)) throw error;
      failures.set(followed, error);
    }
  }
  return failures;
}

/** Whether the error says that bytes in the store are bad, not that the store is. */
export function isDamage(error: unknown): error is CachedCollectionsError {
  return (
    error instanceof CachedCollectionsError &&
    ["ERR_BAD_SEGMENT", "ERR_BAD_MANIFEST", "ERR_BAD_RECORD", "ERR_TOO_LARGE"].includes(error.code)
  );
}

async function finish(
  sources: CheckSources,
  considered: readonly Considered[],
  ready: ReadonlyMap<string, HeldRevision>,
  damaged: Failures,
  check: CheckFacts,
): Promise<CheckReport> {
  for (const [followed, error] of damaged) {
    followed.noteDamage(followed.seen.head?.id ?? "", error, check.intervalMs);
  }
  const blocked = blockedBy(considered, damaged);
  const moves = considered.flatMap(({ followed, target }) => {
    const revision = target && ready.get(target.id);
    return revision === undefined || blocked.has(followed) ? [] : [{ followed, revision }];
  });
  const isStepBack = tellMoves(await installLatest(sources, moves, check), check.sentAt);
  const failures = new Map<VersionName, CachedCollectionsError>();
  const held = new Set<VersionName>();
  for (const { followed } of considered) {
    const error = followed.failure ?? blocked.get(followed);
    if (error !== undefined) failures.set(followed.version, error);
    else if (blocked.has(followed)) held.add(followed.version);
  }
  return { sentAt: check.sentAt, failures, isStepBack, held };
}

/** A version and what it serves from now on. */
export interface Move {
  readonly followed: FollowedVersion;
  revision: HeldRevision;
  /** Counted only if anybody wants to know, against `countedFrom`, which was served then. */
  changes?: RecordChanges | undefined;
  countedFrom?: HeldRevision | undefined;
}

/** To be awaited before `installAll`: counts what changes, and takes over what came into use meanwhile. */
export async function prepareMoves(moves: readonly Move[], signal: AbortSignal): Promise<void> {
  for (const move of moves) await countMove(move, signal);
  for (const { revision } of moves) await inSlices(revision.core.catchUp(), signal);
}

/** Counts what changes, for those that listen; again only if something else is served since. */
async function countMove(move: Move, signal: AbortSignal): Promise<void> {
  const { followed, revision, countedFrom } = move;
  const { served } = followed;
  if (served === countedFrom || !followed.hears("reload")) return;
  move.changes = await inSlices(changesBetween(served, revision), signal);
  move.countedFrom = served;
}

/**
 * Readers went on while other revisions were fetched, or this one was uploaded; something else may be served
 * since. All take over from what is served when they are installed.
 */
async function installLatest(
  { signal, installed }: CheckSources,
  moves: readonly Move[],
  check: CheckFacts,
): Promise<readonly Moved[]> {
  await prepareMoves(moves, signal);
  const isLate = ({ followed, revision }: Move): boolean =>
    !revision.core.follows(followed.served?.core);
  for (let late = moves.find(isLate); late !== undefined; late = moves.find(isLate)) {
    const { definition, memory, served } = late.followed;
    const over = { definition, memory, previous: served?.core, signal };
    await countMove(late, signal);
    late.revision = await laidAnew(late.revision, over);
  }
  signal.throwIfAborted();
  const moved = installAll(moves, check);
  installed();
  return moved;
}

/** A move that was made. */
interface Moved extends Move {
  readonly before: HeldRevision | undefined;
  /** Whether it was a step back. */
  readonly back: boolean;
}

/** In one step. Then `tellMoves`: whoever listens sees all collections of the new state. */
export function installAll(
  moves: readonly Move[],
  { sentAt, intervalMs }: Pick<CheckFacts, "sentAt" | "intervalMs">,
): readonly Moved[] {
  return moves.map((move) => {
    const { followed, revision } = move;
    const before = followed.served;
    revision.core.show();
    return { ...move, before, back: followed.install(revision, sentAt, intervalMs) };
  });
}

/** The events of moves that a check begun at `sentAt` made. Returns whether a version went back. */
export function tellMoves(moves: readonly Moved[], sentAt: number): boolean {
  for (const { followed, revision, changes, before, back } of moves) {
    const { epoch, revision: number } = revision.manifest;
    const entity = followed.subject;
    if (back && before !== undefined) {
      const from = { epoch: before.manifest.epoch, revision: before.manifest.revision };
      followed.emit("went-back", { entity, from, to: { epoch, revision: number } });
    }
    followed.emit("reload", {
      entity,
      revision: number,
      previousRevision: before?.manifest.revision,
      records: revision.core.size,
      previousRecords: before?.core.size ?? 0,
      changes,
      fetchedBytes: revision.fetchedBytes,
      durationMs: now() - sentAt,
      isFallback: false,
    });
  }
  return moves.some(({ back }) => back);
}
