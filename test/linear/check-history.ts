/** What must be true of a history of pushes, patches, pulls and reads, whatever broke meanwhile. */
import type { Done, Step } from "./messages.js";

/** One thing that a process did. */
export interface Act extends Done {
  readonly process: number;
  readonly kind: "push" | "patch" | "pull" | "invalidate";
  /** The version of the database when it was told to. */
  readonly version: number;
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
  return [...stalePulls(history), ...stepsBack(history)];
}

/** `pull()` never returns content older than a push or patch that ended before it began. */
function stalePulls({ acts, losses }: History): string[] {
  const writes = acts.filter(
    ({ kind, error }) => error === undefined && (kind === "push" || kind === "patch"),
  );
  return acts.flatMap((pull) => {
    const { seen } = pull;
    if (pull.kind !== "pull" || seen === undefined) return [];
    return writes
      .filter((write) => write.ended < pull.began && !lostBetween(losses, write.began, pull.ended))
      .filter(
        ({ kind, version }) =>
          (kind === "push" ? Math.min(seen.loaded, seen.patched) : seen.patched) < version,
      )
      .map((write) => `${describe(pull)} saw ${JSON.stringify(seen)} after ${describe(write)}`);
  });
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

const show = ({ patched, loaded }: Step): string => `patched ${patched}, loaded ${loaded}`;

function describe({ kind, process, version, began, ended }: Act): string {
  return `${kind} of version ${version} by process ${process} (${began.toFixed(1)} to ${ended.toFixed(1)})`;
}
