/**
 * Hostile segments among good ones, as they come to a follower one revision after the other: laid over what it
 * has, replaced, taken back. What it then shows must be what a process shows that saw none of that.
 */
import { isDeepStrictEqual } from "node:util";
import type { Segment } from "../../runtime/src/bytes/segment.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { RecordMemory } from "../../runtime/src/snapshot/record-memory.js";
import { partsOver, shareParts } from "../../runtime/src/snapshot/shared-parts.js";
import {
  coreOver,
  createCore,
  type SnapshotCore,
} from "../../runtime/src/snapshot/snapshot-core.js";
import { chosen, INFO, open, REFUSALS, refusedBy, type Outcome } from "./opening.js";
import { contentOf, readAll } from "./read-all.js";
import type { Subject } from "./subjects.js";

type Core = SnapshotCore<object>;
/** Newest first. */
type Stack = readonly Segment<object>[];

const STEPS = 3;
/** Bits of the second byte, above those that choose the stacks. */
const READS_NOTHING_BETWEEN = 0x40;
const IS_SHORT_OF_MEMORY = 0x80;

/** The second byte chooses which revisions come after each other, two bits for each. */
export function runStack(input: Uint8Array): Outcome {
  const way = input[1] ?? 0;
  const { subject, bytes, isDelta } = chosen(input[0] ?? 0, input.subarray(2));
  let stacks: readonly Stack[];
  try {
    stacks = stacksWith(subject, open(subject, bytes), isDelta);
  } catch (error) {
    return refusedBy(error, REFUSALS);
  }
  let shown: Core | undefined;
  let outcome: Outcome = "read";
  for (let step = 0; step < STEPS; step++) {
    const stack = stacks[(way >>> (2 * step)) & 3] ?? [];
    const next = laid(subject, stack, shown);
    if (typeof next === "string") outcome = next;
    else if (look(next, subject, stack, way)) outcome = "a bad record";
    if (typeof next !== "string") shown = next;
  }
  return outcome;
}

/** Four revisions, of which the hostile segment is in some. */
function stacksWith(
  subject: Subject,
  hostile: Segment<object>,
  isDelta: boolean,
): readonly Stack[] {
  const base = open(subject, subject.base);
  if (subject.definition.key.length === 0) return [[hostile], [base], [hostile], [base]];
  const delta = open(subject, subject.delta);
  return isDelta
    ? [[base], [hostile, base], [delta, hostile, base], [hostile, delta, base]]
    : [[hostile], [delta, hostile], [base], [delta, base]];
}

/** The snapshot, over the one that was shown before; or why there is none, which nobody may see differently. */
function laid({ definition }: Subject, stack: Stack, shown: Core | undefined): Core | Outcome {
  try {
    const core = atOnce(createCore(definition, INFO, stack, shown));
    core.show();
    return core;
  } catch (error) {
    return refusedBy(error, REFUSALS);
  }
}

/** Compares it with those of others, and reads it; returns whether a record did not decode. */
function look(core: Core, subject: Subject, stack: Stack, way: number): boolean {
  const { definition } = subject;
  const cold = laid(subject, stack, undefined);
  if (typeof cold === "string") throw new Error(`refused from cold, and not after others: ${cold}`);
  const content = contentOf(cold, definition);
  if (!isDeepStrictEqual(contentOf(elsewhere(core), definition), content))
    throw new Error("another thread shows something else");
  if ((way & READS_NOTHING_BETWEEN) !== 0) return false;
  if (!isDeepStrictEqual(contentOf(core, definition), content))
    throw new Error("something else after others than from cold");
  const isBad = readAll(core, definition);
  if ((way & IS_SHORT_OF_MEMORY) !== 0) letGo(core);
  return isBad;
}

/** As a thread sees it that was given its parts. */
function elsewhere({ definition, parts }: Core): Core {
  const memory = new RecordMemory();
  const theirs = partsOver(definition, shareParts(parts), () => undefined, memory, undefined);
  return atOnce(coreOver(definition, INFO, theirs));
}

function letGo(core: Core): void {
  for (const { records } of core.parts.list) records.letSomeGo(2);
  atOnce(core.letArraysGo());
}
