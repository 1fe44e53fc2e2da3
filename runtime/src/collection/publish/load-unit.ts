/**
 * What is loaded together: one collection with its loader, or a data set with its loaders or its one loader.
 * A load fills one builder for each version; nothing of it leaves this process before all of it is complete.
 */
import { RowComparison } from "../../bytes/row-comparison.js";
import { SegmentBuilder } from "../../bytes/segment-builder.js";
import type { BuiltSegment } from "../../bytes/segment-builder.js";
import { inSlices, type Steps } from "../../bytes/steps.js";
import { CachedCollectionsError } from "../../errors.js";
import type { SnapshotCore } from "../../snapshot/snapshot-core.js";
import { feed, loaderFailed } from "./feed.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import { isTooMuch, type Published } from "./layers.js";
import type { LoadContext, Timing } from "../options.js";
import { ReferenceKeys } from "./reference-keys.js";
import { unlessAborted } from "../timing.js";

/** Cores by version: those that a snapshot for `validate` is made of. */
export type Cores = ReadonlyMap<FollowedVersion, SnapshotCore<object>>;

/** Whatever a loader gives; `feed` finds out. */
export type AnyLoader = (context: LoadContext) => unknown;
/** One loader for all, given one function for each name. */
export type AnyDatasetLoader = (
  into: Readonly<Record<string, (rows: unknown) => Promise<void>>>,
  context: LoadContext,
) => unknown;

export interface LoadMember {
  /** The name within its data set; the entity's for a single collection. */
  readonly name: string;
  readonly followed: FollowedVersion;
  /** Undefined when it has none of its own. */
  readonly load: AnyLoader | undefined;
}

export interface LoadUnit {
  /** `geo.City`, or `geo` for a data set. */
  readonly subject: string;
  readonly members: readonly LoadMember[];
  /** Loads all members at once. */
  readonly loadAll: AnyDatasetLoader | undefined;
  readonly timing: Timing;
  /** Given a core of every member; `previous` is undefined unless all of them are published. */
  readonly validate?: (next: Cores, previous: Cores | undefined) => void | Promise<void>;
}

/** The members that can be loaded. */
export function loadable(unit: LoadUnit): readonly LoadMember[] {
  if (unit.loadAll !== undefined) return unit.members;
  return unit.members.filter(({ load }) => load !== undefined);
}

/** The members that a data set's loaders leave out; none where there is no loader at all. */
export function leftOut(unit: LoadUnit): readonly LoadMember[] {
  const loaded = loadable(unit);
  return loaded.length === 0 ? [] : unit.members.filter((member) => !loaded.includes(member));
}

/** Rows of one version, encoded, with the keys that they refer to. */
export interface Loaded {
  readonly member: LoadMember;
  /** All rows, or what differs from the revision that they were compared with. */
  readonly built: BuiltSegment;
  readonly hasAll: boolean;
  readonly over: Published | undefined;
  /** How many keys of that revision it takes away. */
  readonly removed: number;
  readonly references: ReferenceKeys;
}

/** What rows of a version are compared with. */
export interface Before {
  /** What is published; undefined when nothing is, when it is damaged, and for a sequence. */
  readonly over: Published | undefined;
  /** The hash seed to build with, so that the same rows give the same bytes as before. */
  readonly seed: number | undefined;
}

/**
 * Runs the loaders of these members and builds their segments: of what changed, where something is published
 * to compare with. Rejects with ERR_LOADER, ERR_INVALID_RECORD, ERR_DUPLICATE_KEY, with ERR_BAD_RECORD for
 * what is published, or with the signal's reason.
 */
export async function load(
  unit: LoadUnit,
  members: readonly LoadMember[],
  before: ReadonlyMap<FollowedVersion, Before>,
  context: LoadContext,
): Promise<readonly Loaded[]> {
  const sinks = members.map((member) => new Sink(member, before.get(member.followed)));
  if (unit.loadAll === undefined) await loadEach(sinks, context);
  else await loadAtOnce(unit.subject, unit.loadAll, sinks, context);
  const loaded: Loaded[] = [];
  for (const sink of sinks) loaded.push(await sink.finish(context.signal));
  return loaded;
}

const NOTHING: Before = { over: undefined, seed: undefined };

/** Takes one version's rows. */
class Sink {
  readonly member: LoadMember;
  readonly builder: SegmentBuilder<object, object>;
  readonly references: ReferenceKeys;
  fed = false;
  readonly #over: Published | undefined;
  readonly #comparison: RowComparison | undefined;
  #rows = 0;

  constructor(member: LoadMember, { over, seed }: Before = NOTHING) {
    const { definition } = member.followed;
    this.member = member;
    this.builder = new SegmentBuilder(definition, {
      isDelta: over !== undefined,
      ...(seed === undefined ? {} : { seed }),
    });
    this.references = new ReferenceKeys(definition);
    this.#over = over;
    if (over !== undefined)
      this.#comparison = new RowComparison(definition, over.parts, this.builder);
  }

  async finish(signal: AbortSignal): Promise<Loaded> {
    const { member, builder, references } = this;
    const over = this.#over;
    const removed = this.#comparison?.missing ?? 0;
    const hasAll = over === undefined || isTooMuch(over, builder.records + removed);
    const steps = hasAll ? this.#completed() : this.#comparison?.removeOthers();
    if (steps !== undefined) await inSlices(steps, signal);
    const built = await inSlices(builder.finish(), signal);
    return { member, built, hasAll, over, removed, references };
  }

  /** A delta would be merged with all below it at once: a base of the same is built right away. */
  *#completed(): Steps<void> {
    if (this.#comparison === undefined) return;
    yield* this.#comparison.keepSame();
    this.builder.becomeBase();
  }

  async feed(rows: unknown, signal: AbortSignal): Promise<void> {
    this.fed = true;
    await feed(this.member.followed.subject, rows, (row) => this.#take(row), signal);
  }

  #take(row: unknown): void {
    if (typeof row !== "object" || row === null) {
      throw new CachedCollectionsError(
        "ERR_INVALID_RECORD",
        this.member.followed.subject,
        `row ${this.#rows + 1} is ${row === null ? "null" : `a ${typeof row}`}, not an object`,
      );
    }
    const comparison = this.#comparison;
    const record = comparison === undefined ? this.builder.add(row) : comparison.take(row);
    this.#rows++;
    if (record !== undefined) this.references.note(record);
  }
}

async function loadEach(sinks: readonly Sink[], context: LoadContext): Promise<void> {
  for (const sink of sinks) {
    const { load, followed } = sink.member;
    await sink.feed(
      call(followed.subject, () => load?.(context)),
      context.signal,
    );
  }
}

async function loadAtOnce(
  subject: string,
  loadAll: AnyDatasetLoader,
  sinks: readonly Sink[],
  context: LoadContext,
): Promise<void> {
  const feeding: Promise<void>[] = [];
  const into = Object.fromEntries(
    sinks.map((sink) => {
      const take = (rows: unknown): Promise<void> => {
        const fed = sink.feed(rows, context.signal);
        feeding.push(fed);
        // Its failure reaches the push below, whether or not the loader awaits it.
        fed.catch(() => undefined);
        return fed;
      };
      return [sink.member.name, take] as const;
    }),
  );
  const [ended] = await Promise.allSettled([
    unlessAborted(
      (async (): Promise<unknown> => call(subject, () => loadAll(into, context)))(),
      context.signal,
    ),
  ]);
  // The first refused row says more than what the loader made of it.
  await Promise.all(feeding);
  context.signal.throwIfAborted();
  if (ended.status === "rejected") throw loaderFailed(subject, ended.reason);
  for (const { fed, member } of sinks) {
    if (fed) continue;
    const message = `the loader did not hand over ${member.name}: call into.${member.name}(rows), with no rows if there are none`;
    throw new CachedCollectionsError("ERR_LOADER", subject, message);
  }
}

/** Calls the user's function; what it throws at once is the loader's failure. */
function call(subject: string, loader: () => unknown): unknown {
  try {
    return loader();
  } catch (error) {
    throw loaderFailed(subject, error);
  }
}
