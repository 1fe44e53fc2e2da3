/**
 * Hostile segments under a producer: what it builds over them is refused with a code that makes it start anew,
 * or is itself a good segment.
 */
import { isDeepStrictEqual } from "node:util";
import { checkUnique } from "../../runtime/src/bytes/check-unique.js";
import { runsShort } from "../../runtime/src/bytes/limited-views.js";
import { layOn, LivePart, liveParts } from "../../runtime/src/bytes/live-parts.js";
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import { mergeIntoBase, mergeIntoDelta } from "../../runtime/src/bytes/merge-parts.js";
import { RowComparison } from "../../runtime/src/bytes/row-comparison.js";
import { SegmentBuilder, type BuiltSegment } from "../../runtime/src/bytes/segment-builder.js";
import type { Segment } from "../../runtime/src/bytes/segment.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { createCore, type SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { chosen, INFO, open, REFUSALS, refusedBy, type Outcome } from "./opening.js";
import type { Subject } from "./subjects.js";
import { limitOf, within } from "./within.js";

type Core = SnapshotCore<object>;

const HEAP_BYTES = 1024 * 1024;
const BUFFER_BYTES = 128 * 1024;
/** A build takes pieces of a megabyte for rows and each view, from the last one when that gave them back: none that failed. */
const ABANDONED_BYTES = 16 * 1024 * 1024;

/** What producers do with what is published; the segment that comes of it, if one does. */
type Work = (core: Core, subject: Subject) => BuiltSegment | undefined;

export function runPublication(input: Uint8Array): Outcome {
  const { subject, bytes, isDelta } = chosen(input[0] ?? 0, input.subarray(1));
  const core = within(
    () => opened(subject, bytes, isDelta),
    () => limitOf(input, HEAP_BYTES, BUFFER_BYTES),
  );
  if (typeof core === "string") return core;
  let last: Outcome = "read";
  for (const work of subject.definition.key.length === 0 ? [] : WORKS) {
    const outcome = within(
      () => outcomeOfWork(work, core, subject),
      (of) => limitOf(input, HEAP_BYTES, of === "read" ? BUFFER_BYTES : ABANDONED_BYTES),
    );
    if (outcome !== "read") last = outcome;
  }
  return last;
}

function opened(subject: Subject, bytes: Uint8Array, isDelta: boolean): Core | Outcome {
  try {
    const hostile = open(subject, bytes);
    const segments = isDelta ? [hostile, open(subject, subject.base)] : [hostile];
    return atOnce(createCore(subject.definition, INFO, segments));
  } catch (error) {
    return refusedBy(error, REFUSALS);
  }
}

function outcomeOfWork(work: Work, core: Core, subject: Subject): Outcome {
  try {
    const built = work(core, subject);
    if (built !== undefined) open(subject, Uint8Array.from(built.bytes));
    return "read";
  } catch (error) {
    return refusedBy(error, ["ERR_BAD_RECORD", "ERR_DUPLICATE_KEY"]);
  }
}

const WORKS: readonly Work[] = [loadAnew, loadOver, patchOver, mergeAll, mergeDeltas, checkAll];

/** As a load does of which most rows changed: what is published as it came is copied. */
function loadAnew(core: Core, { definition, rows, base }: Subject): BuiltSegment {
  const { builder, comparison } = comparing(core, definition);
  for (const row of rows) comparison.take(row);
  atOnce(comparison.keepSame());
  builder.becomeBase();
  const built = atOnce(builder.finish());
  const [news, olds] = [built.bytes, base].map((bytes) => recordsIn(core, Uint8Array.from(bytes)));
  if (!isDeepStrictEqual(news, olds)) throw new Error("a load that is not its rows");
  return built;
}

function loadOver(core: Core, { definition, rows }: Subject): BuiltSegment {
  const { builder, comparison } = comparing(core, definition);
  for (const row of rows) comparison.take(row);
  atOnce(comparison.removeOthers());
  return atOnce(builder.finish());
}

function patchOver(core: Core, { definition, rows }: Subject): BuiltSegment {
  const { builder, comparison } = comparing(core, definition);
  for (const row of rows.slice(1)) comparison.take(row);
  const [first] = partsOf(core);
  if (first !== undefined && first.nextLive(0) < first.segment.records)
    comparison.remove(first.keyOf(first.nextLive(0)));
  return atOnce(builder.finish());
}

function mergeAll(core: Core): BuiltSegment {
  return atOnce(mergeIntoBase(core.definition, partsOf(core)));
}

/** One more delta, and all of them made one. */
function mergeDeltas(core: Core, subject: Subject): BuiltSegment {
  const delta = open(subject, subject.delta);
  const parts = atOnce(layOn(core.definition, delta, partsOf(core)));
  return atOnce(mergeIntoDelta(core.definition, parts.slice(0, -1)));
}

function checkAll(core: Core, subject: Subject): undefined {
  const { definition } = core;
  const segments = core.parts.list.map(({ records }) => records.segment).reverse();
  const parts = atOnce(liveParts(definition, segments));
  const all = atOnce(layOn(definition, open(subject, subject.delta), parts));
  atOnce(checkUnique(definition, all));
  atOnce(runsShort(definition, all));
}

function comparing(
  core: Core,
  definition: Subject["definition"],
): { builder: SegmentBuilder<object, object>; comparison: RowComparison } {
  const seed = core.parts.seed;
  const builder = new SegmentBuilder<object, object>(definition, { seed, isDelta: true });
  return { builder, comparison: new RowComparison(definition, partsOf(core), builder) };
}

/** Newest first, as producers have them of the snapshot that they show. */
function partsOf({ definition, parts }: Core): readonly LivePart[] {
  return parts.list
    .map(({ records, dead, live }) => {
      const segment: Segment<object> = records.segment;
      return new LivePart(definition, { segment, dead, live });
    })
    .reverse();
}

function recordsIn({ definition }: Core, bytes: Uint8Array): readonly object[] {
  const segment = atOnce(openSegment(definition, bytes));
  return Array.from({ length: segment.records }, (_, at) => segment.decode(at));
}
