/**
 * Which segments a revision consists of after a small change: the change as a delta over what is published,
 * the newest deltas merged into one when eight are of one size, or a base of everything when deltas have
 * become too many for it.
 */
import { checkUnique } from "../../bytes/check-unique.js";
import { runsShort } from "../../bytes/limited-views.js";
import { layOn, LivePart, liveParts } from "../../bytes/live-parts.js";
import { mergeIntoBase, mergeIntoDelta } from "../../bytes/merge-parts.js";
import type { BuiltSegment } from "../../bytes/segment-builder.js";
import { inSlices } from "../../bytes/steps.js";
import type { AnyEntityDefinition } from "../../definition.js";
import { nameBuilt, type Layers, type NamedSegment, type Origin } from "./built-revision.js";
import type { HeldRevision } from "../follow/held-revision.js";
import { mergeable, spanOf } from "./patch-spans.js";

/** A published revision, and what is live in its segments. */
export interface Published {
  readonly revision: HeldRevision;
  /** Newest first. */
  readonly parts: readonly LivePart[];
}

/** Looks at what is published. */
export function lookInto(definition: AnyEntityDefinition, revision: HeldRevision): Published {
  return { revision, parts: livePartsOf(definition, revision) };
}

/** What is live in it, which its snapshot has found out; newest first. A copy: newer segments kill in it. */
function livePartsOf(definition: AnyEntityDefinition, { core }: HeldRevision): readonly LivePart[] {
  return core.parts.list
    .map(
      ({ records: { segment }, dead, live }) => new LivePart(definition, { segment, dead, live }),
    )
    .reverse();
}

/** How many deltas of one size become one. */
const MERGED_AT = 8;
/** The share of its base beyond which deltas become a new base. */
const MOST_OF_BASE = 1 / 5;
/** The same for a patch while a load is under way, which could not tell it from older ones in a base. */
const MOST_DURING_LOADS = 1;

/** What was built, on its way to lie over a revision. */
export interface Built {
  readonly segment: BuiltSegment;
  readonly origin: Origin;
  /** Tickets of loads under way: patches are not merged with what is older than they. */
  readonly loads: readonly number[];
}

/** What was built over a revision, as a stack with it; remembers what it merges. */
export class LayersOver {
  readonly #definition: AnyEntityDefinition;
  readonly #over: HeldRevision;
  readonly #built: Built;
  readonly #signal: AbortSignal;
  #stack: Promise<Stack> | undefined;
  #layers: Promise<Layers> | undefined;
  #whole: Promise<Layers> | undefined;

  constructor(
    definition: AnyEntityDefinition,
    over: HeldRevision,
    built: Built,
    signal: AbortSignal,
  ) {
    this.#definition = definition;
    this.#over = over;
    this.#built = built;
    this.#signal = signal;
  }

  /** Over the segments that it was built over. Throws ERR_DUPLICATE_KEY for unique views. */
  layers(): Promise<Layers> {
    this.#layers ??= this.#decide();
    return this.#layers;
  }

  /** A base of everything, which needs nothing that is in the store. */
  whole(): Promise<Layers> {
    this.#whole ??= this.#opened().then((stack) => baseOf(this.#definition, stack, this.#signal));
    return this.#whole;
  }

  async #decide(): Promise<Layers> {
    const stack = await this.#opened();
    const { segments, parts } = stack;
    const { loads } = this.#built;
    const deltas = segments.slice(0, -1).map(({ part }) => part);
    const base = parts.at(-1)?.segment.records ?? 0;
    const most = base * (loads.length === 0 ? MOST_OF_BASE : MOST_DURING_LOADS);
    const isHeavy = sumOfWeights(deltas) > most;
    const needsBase = isHeavy || (await inSlices(runsShort(this.#definition, parts), this.#signal));
    if (needsBase) return this.whole();
    const merged = mergedCount(deltas.slice(0, mergeable(deltas, loads)).map(weightOf));
    const newest = merged < 2 ? segments[0] : await this.#mergeNewest(stack, merged);
    if (newest === undefined) throw new RangeError("there is a delta");
    const below = segments.slice(Math.max(1, merged));
    return { segments: [newest, ...below], news: [newest], records: liveIn(parts) };
  }

  async #mergeNewest({ segments, parts }: Stack, count: number): Promise<NamedSegment> {
    const steps = mergeIntoDelta(this.#definition, parts.slice(0, count));
    const built = await inSlices(steps, this.#signal);
    const origin = originOf("delta", segments.slice(0, count));
    return nameBuilt(this.#definition, built, origin, this.#signal);
  }

  #opened(): Promise<Stack> {
    this.#stack ??= this.#open();
    return this.#stack;
  }

  async #open(): Promise<Stack> {
    const definition = this.#definition;
    const below = namedSegments(this.#over);
    const { segment, origin } = this.#built;
    const parts = livePartsOf(definition, this.#over);
    if (segment.records + segment.removed === 0) return { segments: below, parts };
    const own = await nameBuilt(definition, segment, origin, this.#signal);
    const all = await inSlices(layOn(definition, own.segment, parts), this.#signal);
    await inSlices(checkUnique(definition, all), this.#signal);
    return { segments: [own, ...below], parts: all };
  }
}

/** Patches, newest first, laid over what was loaded. Throws ERR_DUPLICATE_KEY for unique views. */
export async function layOverLoaded(
  definition: AnyEntityDefinition,
  patches: readonly NamedSegment[],
  loaded: Layers,
  { anew, signal }: { readonly anew: boolean; readonly signal: AbortSignal },
): Promise<Layers> {
  const segments = [...patches, ...loaded.segments];
  const opened = segments.map(({ segment }) => segment);
  const parts = await inSlices(liveParts(definition, opened), signal);
  for (let index = 0; index < patches.length; index++)
    await inSlices(checkUnique(definition, parts.slice(index)), signal);
  const stack = { segments, parts };
  if (anew || (await inSlices(runsShort(definition, parts), signal))) {
    return baseOf(definition, stack, signal);
  }
  return { segments, news: loaded.news, records: liveIn(parts) };
}

/** Newest first. */
interface Stack {
  readonly segments: readonly NamedSegment[];
  readonly parts: readonly LivePart[];
}

async function baseOf(
  definition: AnyEntityDefinition,
  { segments, parts }: Stack,
  signal: AbortSignal,
): Promise<Layers> {
  const built = await inSlices(mergeIntoBase(definition, parts), signal);
  const base = await nameBuilt(definition, built, originOf("base", segments), signal);
  return { segments: [base], news: [base], records: built.records };
}

/** Of segments that become one. */
function originOf(kind: "base" | "delta", segments: readonly NamedSegment[]): Origin {
  const patched = spanOf(segments.map(({ part }) => part));
  return patched === undefined ? { kind } : { kind, patched };
}

/** The segments of a revision, newest first. */
export function namedSegments({ manifest, segments }: HeldRevision): readonly NamedSegment[] {
  return manifest.segments.flatMap((part) => {
    const segment = segments.get(part.id);
    return segment === undefined ? [] : [{ part, segment }];
  });
}

function weightOf({ records, removed }: NamedSegment["part"]): number {
  return records + removed;
}

function sumOfWeights(parts: readonly NamedSegment["part"][]): number {
  return parts.reduce((sum, part) => sum + weightOf(part), 0);
}

/** Whether so many differences of loaded rows are too many for one more delta over what is published. */
export function isTooMuch({ revision }: Published, weight: number): boolean {
  const { segments } = revision.manifest;
  const most = (segments.at(-1)?.records ?? 0) * MOST_OF_BASE;
  return weight > 0 && weight + sumOfWeights(segments.slice(0, -1)) > most;
}

/** How many are live over all parts. */
export function liveIn(parts: readonly LivePart[]): number {
  return parts.reduce((sum, { live }) => sum + live, 0);
}

/**
 * How many of the newest deltas become one, given their weights: as soon as eight of one class (a factor of
 * eight) are among the newest that are no larger. Below two: none.
 */
export function mergedCount(weights: readonly number[]): number {
  const classes = weights.map((weight) => Math.floor(Math.log2(Math.max(1, weight)) / 3));
  for (let most = 0; most <= Math.max(0, ...classes); most++) {
    const larger = classes.findIndex((each) => each > most);
    const newest = larger < 0 ? classes : classes.slice(0, larger);
    if (newest.filter((each) => each === most).length >= MERGED_AT) return newest.length;
  }
  return 0;
}
