/** What must be true of a history of pushes, patches, pulls and reads, whatever broke meanwhile. */
import type { Done, Seen, Step } from "./messages.js";

/** One thing that a process did. */
export interface Act extends Done {
  readonly process: number;
  readonly kind: "push" | "patch" | "pull" | "invalidate";
  /** The version of the database when it was told to. */
  readonly version: number;
  /** Of a pull: the push or patch that it waited for. */
  readonly atLeast?: Act | undefined;
}

export interface History {
  readonly acts: readonly Act[];
  /** By process. */
  readonly steps: readonly (readonly Step[])[];
  /** When everything in the store was lost, in ms of the same clock. */
  readonly losses: readonly number[];
}

/** What is wrong with it, one line each. */
export function problemsOf(history: History): string[] {
  return [
    ...stalePulls(history),
    ...unmetPulls(history),
    ...stepsBack(history),
    ...outOfOrder(history),
  ];
}

/** `pull()` never returns content older than a push or patch that ended before it began. */
function stalePulls({ acts, losses }: History): string[] {
  const writes = acts.filter(
    ({ kind, error }) => error === undefined && (kind === "push" || kind === "patch"),
  );
  return acts.flatMap((pull) => {
    const { seen } = pull;
    // One that waits for a push may be content with what is served already.
    if (pull.kind !== "pull" || seen === undefined || pull.atLeast !== undefined) return [];
    return writes
      .filter((write) => write.ended < pull.began && !lostBetween(losses, write.began, pull.ended))
      .filter((write) => !shows(seen, write))
      .map((write) => `${describe(pull)} saw ${JSON.stringify(seen)} after ${describe(write)}`);
  });
}

/** `pull({ atLeast })` shows what it waited for, whatever was lost meanwhile, or rejects. */
function unmetPulls({ acts }: History): string[] {
  return acts.flatMap((pull) => {
    const { seen, atLeast } = pull;
    if (seen === undefined || atLeast === undefined || shows(seen, atLeast)) return [];
    return [`${describe(pull)} saw ${JSON.stringify(seen)}, waited for ${describe(atLeast)}`];
  });
}

function shows(seen: Seen, { kind, version }: Act): boolean {
  return (kind === "push" ? Math.min(seen.loaded, seen.patched) : seen.patched) >= version;
}

function lostBetween(losses: readonly number[], from: number, to: number): boolean {
  return losses.some((at) => at >= from && at <= to);
}

/** Content only goes forward, for patched and loaded rows alike, unless the process was told that it went back. */
function stepsBack({ steps, losses }: History): string[] {
  return steps.flatMap((own, process) =>
    own.flatMap((step, index) => {
      const before = own[index - 1];
      if (before === undefined || step.wentBack || lostBetween(losses, before.at, step.at))
        return [];
      const isBack = step.patched < before.patched || step.loaded < before.loaded;
      return isBack ? [`process ${process} went from ${show(before)} to ${show(step)}`] : [];
    }),
  );
}

/**
 * What is published never holds rows older than what was published before it, whoever saw it, and a revision is
 * the same for all. Numbers begin anew when everything was lost.
 */
function outOfOrder({ steps, losses }: History): string[] {
  if (losses.length > 0) return [];
  const all = steps.flat().toSorted((a, b) => a.revision - b.revision);
  return all.flatMap((step, index) => {
    const before = all[index - 1];
    if (before === undefined) return [];
    const isSame = step.patched === before.patched && step.loaded === before.loaded;
    const isOlder = step.patched < before.patched || step.loaded < before.loaded;
    if (!isOlder && (isSame || step.revision > before.revision)) return [];
    return [`revision ${before.revision} is ${show(before)}, ${step.revision} is ${show(step)}`];
  });
}

const show = ({ patched, loaded }: Step): string => `patched ${patched}, loaded ${loaded}`;

function describe({ kind, process, version, began, ended }: Act): string {
  return `${kind} of version ${version} by process ${process} (${began.toFixed(1)} to ${ended.toFixed(1)})`;
}
