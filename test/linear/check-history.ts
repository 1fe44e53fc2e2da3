/** What must be true of a history of pushes, patches, pulls and reads, whatever broke meanwhile. */
import {
  INTERVAL_MS,
  type Back,
  type Done,
  type Place,
  type Seen,
  type Service,
  type Step,
} from "./messages.js";

/** One thing that a process did. */
export interface Act extends Done {
  readonly process: number;
  readonly kind: "push" | "patch" | "pull" | "invalidate";
  /** The version of the database when it was told to. */
  readonly version: number;
  /** Of a pull: the push or patch that it waited for. */
  readonly atLeast?: Act | undefined;
}

/** What a store lost, between two times of the clock of all processes, in ms. */
export interface Loss {
  /** Everything; or, as the master died, what its replica had not got by then. */
  readonly kind: "flush" | "failover";
  readonly from: number;
  readonly to: number;
}

export interface History {
  readonly acts: readonly Act[];
  /** By process. */
  readonly services: readonly Service[];
  /** In order. */
  readonly losses: readonly Loss[];
  /**
   * The manifests of cities in the order in which they were published, for each master, the first one first. What
   * one got as a replica is what its line begins with.
   */
  readonly lines: readonly (readonly string[])[];
  /** How often all processes together read. */
  readonly reads: number;
}

/** What is wrong with it, one line each. */
export function problemsOf(history: History): string[] {
  return [
    ...stalePulls(history),
    ...unmetPulls(history),
    ...stepsBack(history),
    ...neverPublished(history),
    ...ambiguous(history),
    ...outOfOrder(history),
  ];
}

/** `pull()` never returns content older than a push or patch that ended before it began, unless that was lost. */
function stalePulls(history: History): string[] {
  const writes = history.acts.filter(
    ({ kind, error }) => error === undefined && (kind === "push" || kind === "patch"),
  );
  return history.acts.flatMap((pull) => {
    const { seen } = pull;
    // One that waits for a push may be content with what is served already.
    if (pull.kind !== "pull" || seen === undefined || pull.atLeast !== undefined) return [];
    return writes
      .filter((write) => write.ended < pull.began && !shows(seen, write))
      .filter((write) => !isLost(history, write, pull.ended))
      .map((write) => `${describe(pull)} saw ${JSON.stringify(seen)} after ${describe(write)}`);
  });
}

/** Whether the store may have lost it by then. A failover loses only what the new master had not got. */
function isLost({ losses, lines }: History, { began, pushed }: Act, by: number): boolean {
  const failovers = losses.filter(({ kind }) => kind === "failover");
  return losses.some((loss) => {
    if (loss.from > by || loss.to < began) return false;
    const kept = lines[failovers.indexOf(loss) + 1] ?? [];
    const all = pushed !== undefined && "collections" in pushed ? pushed.collections : { pushed };
    return loss.kind === "flush" || !Object.values(all).some((one) => kept.includes(idOf(one)));
  });
}

function idOf(pushed: unknown): string {
  return String((pushed as { readonly manifestId?: string } | undefined)?.manifestId);
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

/**
 * Readers go forward, in content as in place, but once for each failover: then what they served may be lost. A place
 * that was, or could have been, served before is not believed before a second look agrees, and `went-back` tells.
 * A flush is no reason: whatever is published afterwards was loaded afterwards, and its epoch was never seen.
 */
function stepsBack({ services, losses }: History): string[] {
  return services.flatMap(({ steps, backs }, process) => {
    const failovers = losses.filter(({ kind }) => kind === "failover");
    const told = [...backs];
    const problems = steps.flatMap((step, index) => {
      const before = steps[index - 1];
      if (before === undefined) return [];
      const isBack = liesBack(before, step, steps.slice(0, index));
      if (!isBack && !isOlder(step, before)) return [];
      const went = `process ${process} went from ${show(before)} to ${show(step)}`;
      const loss = failovers[0] && failovers[0].from <= step.at ? failovers.shift() : undefined;
      const found = loss === undefined ? [`${went}: nothing was lost`] : [];
      if (isBack && loss !== undefined && step.at - loss.from < SECOND_LOOK_MS)
        found.push(`${went} ${(step.at - loss.from).toFixed(1)} ms after the loss: at once`);
      const event = told.findIndex((back) => tellsOf(back, before, step));
      if (isBack && event < 0) found.push(`${went}: no went-back`);
      if (isBack && event >= 0) told.splice(event, 1);
      return found;
    });
    return [...problems, ...told.map((back) => `process ${process}: no step of ${tell(back)}`)];
  });
}

/** What counts as one interval, as in the follower: timers are jittered and coarse. */
const SECOND_LOOK_MS = 0.9 * INTERVAL_MS;

/** The same epoch and not higher, or an epoch that was left. */
function liesBack(before: Place, to: Place, past: readonly Place[]): boolean {
  if (to.id === before.id) return false;
  if (to.epoch === before.epoch) return to.revision <= before.revision;
  return past.some(({ epoch }) => epoch === to.epoch);
}

function tellsOf({ from, to }: Back, before: Place, after: Place): boolean {
  const isAt = (told: Back["from"], place: Place): boolean =>
    told.epoch === place.epoch && told.revision === place.revision;
  return isAt(from, before) && isAt(to, after);
}

/** What is served was published. */
function neverPublished({ services, lines }: History): string[] {
  const published = new Set(lines.flat());
  return services
    .flatMap(({ steps }) => steps)
    .filter(({ id }) => !published.has(id))
    .map((step) => `${show(step)} was never published`);
}

/** A manifest is the same for all who serve it. */
function ambiguous({ services }: History): string[] {
  const known = new Map<string, Step>();
  return services.flatMap(({ steps }) =>
    steps.flatMap((step) => {
      const first = known.get(step.id) ?? step;
      known.set(step.id, first);
      return show(first) === show(step) ? [] : [`${show(first)} is also ${show(step)}`];
    }),
  );
}

/**
 * No row that is published is older than one that was published before on the same master, also after a flush; and
 * revisions count up within an epoch.
 */
function outOfOrder({ services, lines }: History): string[] {
  const known = new Map(services.flatMap(({ steps }) => steps).map((step) => [step.id, step]));
  return lines.flatMap((line) => {
    const served = [...new Set(line)].flatMap((id) => known.get(id) ?? []);
    return served.flatMap((step, index) => {
      const before = served[index - 1];
      if (before === undefined) return [];
      const isNumbered = step.epoch !== before.epoch || step.revision > before.revision;
      if (isNumbered && !isOlder(step, before)) return [];
      return [`${show(step)} was published after ${show(before)}`];
    });
  });
}

function isOlder(step: Seen, before: Seen): boolean {
  return step.patched < before.patched || step.loaded < before.loaded;
}

function show({ epoch, revision, id, patched, loaded }: Step): string {
  const place = `${epoch.slice(0, 4)}/${revision} (${id.slice(0, 4)})`;
  return `${place} patched ${patched}, loaded ${loaded}`;
}

function tell({ from, to }: Back): string {
  return `went-back ${from.epoch.slice(0, 4)}/${from.revision} to ${to.epoch.slice(0, 4)}/${to.revision}`;
}

function describe({ kind, process, version, began, ended }: Act): string {
  return `${kind} of version ${version} by process ${process} (${began.toFixed(1)} to ${ended.toFixed(1)})`;
}
