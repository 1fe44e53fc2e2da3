/**
 * Which segments a revision consists of after a small change: the change as a delta over what is published,
 * the newest deltas merged into one when eight are of one size, or a base of everything when deltas have
 * become too many for it.
 */
import { checkUnique } from "../../bytes/check-unique.js";
import { runsShort } from "../../bytes/limited-views.js";
import { liveParts, type LivePart } from "../../bytes/live-parts.js";
import type { SegmentKind } from "../../bytes/manifest.js";
import { mergeIntoBase, mergeIntoDelta } from "../../bytes/merge-parts.js";
import type { BuiltSegment } from "../../bytes/segment-builder.js";
import { inSlices } from "../../bytes/steps.js";
import type { AnyEntityDefinition } from "../../definition.js";
import { nameBuilt, type Layers, type NamedSegment } from "./built-revision.js";
import type { HeldRevision } from "../follow/held-revision.js";

/** A published revision, and what is live in its segments. */
export interface Published {
  readonly revision: HeldRevision;
  /** Newest first. */
  readonly parts: readonly LivePart[];
}

/** Looks at what is published; throws ERR_BAD_RECORD when that does not decode. */
export async function lookInto(
  definition: AnyEntityDefinition,
  revision: HeldRevision,
  signal: AbortSignal,
): Promise<Published> {
  const steps = liveParts(definition, [...revision.segments.values()]);
  return { revision, parts: await inSlices(steps, signal) };
}

/** How many deltas of one size become one. */
const MERGED_AT = 8;
/** The share of its base beyond which deltas become a new base. */
const MOST_OF_BASE = 1 / 5;

/** What was built over a revision, as a stack with it; remembers what it merges. */
export class LayersOver {
  readonly #definition: AnyEntityDefinition;
  readonly #over: HeldRevision;
  readonly #built: BuiltSegment;
  readonly #kind: SegmentKind;
  readonly #signal: AbortSignal;
  #stack: Promise<Stack> | undefined;
  #layers: Promise<Layers> | undefined;
  #whole: Promise<Layers> | undefined;

  constructor(
    definition: AnyEntityDefinition,
    over: HeldRevision,
    delta: { readonly built: BuiltSegment; readonly kind: SegmentKind },
    signal: AbortSignal,
  ) {
    this.#definition = definition;
    this.#over = over;
    this.#built = delta.built;
    this.#kind = delta.kind;
    this.#signal = signal;
  }

  /** Over the segments that it was built over. Throws ERR_DUPLICATE_KEY for unique views. */
  layers(): Promise<Layers> {
    this.#layers ??= this.#decide();
    return this.#layers;
  }

  /** A base of everything, which needs nothing that is in the store. */
  whole(): Promise<Layers> {
    this.#whole ??= this.#merge();
    return this.#whole;
  }

  async #decide(): Promise<Layers> {
    const { segments, parts } = await this.#opened();
    const base = parts.at(-1)?.segment.records ?? 0;
    const deltas = segments.slice(0, -1);
    const weight = deltas.reduce((sum, { part }) => sum + weightOf(part), 0);
    const isHeavy = weight > base * MOST_OF_BASE;
    const needsBase = isHeavy || (await inSlices(runsShort(this.#definition, parts), this.#signal));
    if (needsBase) return this.whole();
    const merged = mergedCount(deltas.map(({ part }) => weightOf(part)));
    const newest = merged < 2 ? segments[0] : await this.#mergeNewest(parts.slice(0, merged));
    if (newest === undefined) throw new RangeError("there is a delta");
    const below = segments.slice(Math.max(1, merged));
    return { segments: [newest, ...below], news: [newest], records: liveIn(parts) };
  }

  async #merge(): Promise<Layers> {
    const { parts } = await this.#opened();
    const built = await inSlices(mergeIntoBase(this.#definition, parts), this.#signal);
    const base = await nameBuilt(this.#definition, built, "base", this.#signal);
    return { segments: [base], news: [base], records: built.records };
  }

  async #mergeNewest(parts: readonly LivePart[]): Promise<NamedSegment> {
    const built = await inSlices(mergeIntoDelta(this.#definition, parts), this.#signal);
    return nameBuilt(this.#definition, built, "delta", this.#signal);
  }

  #opened(): Promise<Stack> {
    this.#stack ??= this.#open();
    return this.#stack;
  }

  async #open(): Promise<Stack> {
    const definition = this.#definition;
    const below = namedSegments(this.#over);
    const isEmpty = this.#built.records + this.#built.removed === 0;
    const segments = isEmpty
      ? below
      : [await nameBuilt(definition, this.#built, this.#kind, this.#signal), ...below];
    const opened = segments.map(({ segment }) => segment);
    const parts = await inSlices(liveParts(definition, opened), this.#signal);
    await inSlices(checkUnique(definition, parts), this.#signal);
    return { segments, parts };
  }
}

/** Newest first. */
interface Stack {
  readonly segments: readonly NamedSegment[];
  readonly parts: readonly LivePart[];
}

function namedSegments({ manifest, segments }: HeldRevision): readonly NamedSegment[] {
  return manifest.segments.flatMap((part) => {
    const segment = segments.get(part.id);
    return segment === undefined ? [] : [{ part, segment }];
  });
}

function weightOf({ records, removed }: NamedSegment["part"]): number {
  return records + removed;
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
