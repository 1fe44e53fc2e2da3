/** The result of a run: as `--json` writes it, as documents show it. */
import { basename, dirname } from "node:path";
import type { Case, Child, Given, Ours, Rival, Source, Target, Unit } from "./case.js";
import type { Machine } from "./machine.js";
import type { Numbers } from "./measure/child.js";
import { median } from "./measure/median.js";

export interface Results {
  /** Of this file's form; rises when a reader must change. */
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  readonly machine: Machine;
  readonly rows: number;
  readonly rounds: number;
  readonly cases: readonly CaseResult[];
}

export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly ours: Measured & { readonly limit?: { readonly most: number; readonly met: boolean } };
  readonly rivals: readonly Compared[];
}

/** One number over all rounds, in the case's unit. */
export interface Measured {
  readonly label: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Compared extends Measured {
  /** The rival's median over ours. */
  readonly ratio: number;
  readonly target?: Target & { readonly met: boolean };
  /** Measured elsewhere, not in this run. */
  readonly isGiven?: true;
}

/** All rounds' numbers of each measuring process, by `childName`. */
export type Samples = ReadonlyMap<string, readonly Numbers[]>;

/** Names a measuring process, with what it is told. */
export function childName({ file, args }: Child): string {
  return [`${basename(dirname(file))}/${basename(file, ".js")}`, ...args].join(" ");
}

/** Summarises the rounds of one case. */
export function caseResult(of: Case, samples: Samples): CaseResult {
  const { name, title, unit } = of;
  const ours = measured(of.ours, unit, samples);
  const rivals = of.rivals.map((rival) =>
    "given" in rival ? givenBeside(rival, ours) : compared(rival, ours, unit, samples),
  );
  return { name, title, unit, ours: { ...ours, ...limited(of.ours, ours) }, rivals };
}

/** Which targets of a case were missed, each in a few words. */
export function missedTargets({ name, ours, rivals }: CaseResult): string[] {
  const against = rivals.filter(({ target }) => target?.met === false);
  return [
    ...(ours.limit?.met === false ? [name] : []),
    ...against.map(({ label }) => `${name} (against ${label})`),
  ];
}

/** Which cases are behind a number that was measured elsewhere. */
export function behindGiven(results: readonly CaseResult[]): string[] {
  const behind = results.filter(({ rivals }) =>
    rivals.some(({ isGiven, ratio }) => isGiven === true && ratio < 1),
  );
  return behind.map(({ name }) => name);
}

const DIVISORS: Readonly<Record<Unit, number>> = { ms: 1, ns: 1, bytes: 1, kB: 1e3, MB: 1e6 };

function measured({ label, child, number }: Source, unit: Unit, samples: Samples): Measured {
  const name = childName(child);
  const values = (samples.get(name) ?? []).map((numbers) => {
    const value = numbers[number];
    if (value === undefined) throw new Error(`${name} did not measure ${number}`);
    return round(value / DIVISORS[unit]);
  });
  if (values.length === 0) throw new Error(`${name} was not run`);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return { label, median: round(median(values)), min, max };
}

function limited({ limit }: Ours, { median }: Measured): Pick<CaseResult["ours"], "limit"> {
  return limit === undefined ? {} : { limit: { most: limit, met: median <= limit } };
}

function compared(rival: Rival, ours: Measured, unit: Unit, samples: Samples): Compared {
  const theirs = measured(rival, unit, samples);
  const ratio = ratioOf(theirs.median, ours.median);
  if (rival.target === undefined) return { ...theirs, ratio };
  const met = isMet(rival.target, ours.median, theirs.median);
  return { ...theirs, ratio, target: { ...rival.target, met } };
}

function givenBeside({ label, given }: Given, ours: Measured): Compared {
  const ratio = ratioOf(given, ours.median);
  return { label, median: given, min: given, max: given, ratio, isGiven: true };
}

function isMet({ kind, limit }: Target, ours: number, theirs: number): boolean {
  if (kind === "over") return ours - theirs <= limit;
  return kind === "faster" ? theirs / ours >= limit : ours / theirs <= limit;
}

function ratioOf(theirs: number, ours: number): number {
  return ours === 0 ? 0 : round(theirs / ours);
}

/** Four significant digits: more would be noise. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
