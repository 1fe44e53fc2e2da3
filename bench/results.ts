/** The result of a run as `--json` writes it and as `bench/render.ts` reads it. */
import type { Case, Rival, Source, Target } from "./cases.js";
import type { Machine } from "./machine.js";

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
  readonly unit: Case["unit"];
  readonly ours: Measured;
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
}

/** All rounds' numbers of each measuring process, by its name. */
export type Samples = ReadonlyMap<string, readonly Readonly<Record<string, number>>[]>;

/** Summarises the rounds of one case. */
export function caseResult(of: Case, samples: Samples): CaseResult {
  const { name, title, unit } = of;
  const ours = measured(of.ours, unit, samples);
  const rivals = of.rivals.map((rival) => compared(rival, ours, measured(rival, unit, samples)));
  return { name, title, unit, ours, rivals };
}

function measured(
  { label, child, number }: Source,
  unit: Case["unit"],
  samples: Samples,
): Measured {
  const values = (samples.get(child) ?? []).map((numbers) => {
    const value = numbers[number];
    if (value === undefined) throw new Error(`${child} did not measure ${number}`);
    return round(unit === "MB" ? value / 1e6 : value);
  });
  const sorted = values.sort((a, b) => a - b);
  const [min, median, max] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  if (min === undefined || median === undefined || max === undefined) {
    throw new Error(`${child} was not run`);
  }
  return { label, median, min, max };
}

function compared(rival: Rival, ours: Measured, theirs: Measured): Compared {
  const ratio = round(theirs.median / ours.median);
  if (rival.target === undefined) return { ...theirs, ratio };
  const { kind, limit } = rival.target;
  const met = kind === "faster" ? ratio >= limit : ours.median / theirs.median <= limit;
  return { ...theirs, ratio, target: { kind, limit, met } };
}

/** Four significant digits: more would be noise. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
