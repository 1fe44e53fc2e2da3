/** A run: the stretch of one part's index that belongs to a list. Several runs make up a list. */
import type { Segment } from "../bytes/segment.js";
import { isDead, type Dead, type Part } from "./parts.js";
import type { Records } from "./records.js";

export interface Run<R extends object> {
  readonly records: Records<R>;
  readonly dead: Dead | undefined;
  /** Undefined for all records in key order. */
  readonly ordinals: Uint32Array | undefined;
  /** From `start` up to but not including `end` of the index, dead records included. */
  readonly start: number;
  readonly end: number;
  /** How many of it are live, where that is known. */
  readonly live?: number;
}

/** All records of a part in key order. */
export function wholeRun<R extends object>({ records, dead, live }: Part<R>): Run<R> {
  return { records, dead, ordinals: undefined, start: 0, end: records.segment.records, live };
}

/** The whole index of a sorted view in a part. */
export function indexRun<R extends object>(part: Part<R>, ordinals: Uint32Array): Run<R> {
  const { records, dead, live } = part;
  const run = { records, dead, ordinals, start: 0, end: ordinals.length };
  // An index as long as the part has all its records.
  return ordinals.length === records.segment.records ? { ...run, live } : run;
}

/** A smaller stretch of the same index. */
export function partOf<R extends object>(run: Run<R>, start: number, end: number): Run<R> {
  const { records, dead, ordinals } = run;
  return { records, dead, ordinals, start, end };
}

export function ordinalIn<R extends object>(run: Run<R>, index: number): number {
  return run.ordinals === undefined ? index : (run.ordinals[index] as number);
}

export function isDeadIn<R extends object>(run: Run<R>, index: number): boolean {
  return run.dead !== undefined && isDead(run.dead, ordinalIn(run, index));
}

/** A record that is only compared: not remembered, since mostly nobody reads it. */
export function lookIn<R extends object>(run: Run<R>, index: number): R {
  const ordinal = ordinalIn(run, index);
  const { records } = run;
  const { segment }: { readonly segment: Segment<R> } = records;
  return records.peek(ordinal) ?? segment.decode(ordinal);
}

/** How many live records a run has; looks at one bit each, but for runs of all records. */
export function countLive<R extends object>(run: Run<R>): number {
  const { dead, ordinals, start, end, live: known } = run;
  let live = end - start;
  if (dead === undefined) return live;
  if (known !== undefined) return known;
  for (let i = start; i < end; i++) {
    const ordinal = ordinals === undefined ? i : (ordinals[i] as number);
    live -= ((dead[ordinal >>> 3] as number) >>> (ordinal & 7)) & 1;
  }
  return live;
}

/** The first live index of a run, or its end. */
export function firstLive<R extends object>(run: Run<R>): number {
  let index = run.start;
  while (index < run.end && isDeadIn(run, index)) index++;
  return index;
}

/** The last live index of a run, or one before its start. */
export function lastLive<R extends object>(run: Run<R>): number {
  let index = run.end - 1;
  while (index >= run.start && isDeadIn(run, index)) index--;
  return index;
}
