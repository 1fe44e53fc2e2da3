/**
 * What a case is: one number of ours beside others' out of the same rounds, and what is asked of it. Targets are
 * those of the project's plan; a case that falls short says so. Less is better in every unit.
 */
import { fileURLToPath } from "node:url";

/** A measuring process: a compiled file, what it is told, and the numbers it prints when it ends. */
export interface Child {
  readonly file: string;
  readonly args: readonly string[];
}

/** One number out of one measuring process. */
export interface Source {
  readonly label: string;
  readonly child: Child;
  readonly number: string;
}

export interface Ours extends Source {
  /** The most it may be, in the case's unit. */
  readonly limit?: number | undefined;
}

export interface Rival extends Source {
  /** What the comparison must give; absent where the number is shown for comparison only. */
  readonly target?: Target | undefined;
}

/** A number that was measured elsewhere; the case says whether we are ahead of it. */
export interface Given {
  readonly label: string;
  /** In the case's unit. */
  readonly given: number;
}

export interface Target {
  /** `faster`: rival / ours, at least; `share`: ours / rival, at most; `over`: ours - rival, at most, in the unit. */
  readonly kind: "faster" | "share" | "over";
  readonly limit: number;
}

export type Unit = "ms" | "ns" | "MB" | "kB" | "bytes";

export interface Case {
  /** What `npm run bench -- <regex>` matches; begins with the name of its group. */
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly ours: Ours;
  readonly rivals: readonly (Rival | Given)[];
  /** Fills Redis for the measuring processes, once before all rounds. */
  readonly fixture?: Child;
  /** Needs no Redis at all. */
  readonly isAlone?: true;
}

/** The measuring process beside the file that says so: `childOf(import.meta.url, "./load.js")`. */
export function childOf(from: string, file: string, ...args: readonly string[]): Child {
  return { file: fileURLToPath(new URL(file, from)), args };
}

/** Numbers of one measuring process, `of("encoding alone", "encodeMs", share(1.5))`. */
export function numbersOf(child: Child): (label: string, number: string, target?: Target) => Rival {
  return (label, number, target) => ({ label, child, number, target });
}

/** Cases of a table: their names begin with `name`, their titles with `title`. */
export function inTable(name: string, title: string, cases: readonly Case[]): readonly Case[] {
  const placed = (one: Case): Case => {
    return { ...one, name: `${name}-${one.name}`, title: `${title}: ${one.title}` };
  };
  return cases.map(placed);
}

export const faster = (limit: number): Target => ({ kind: "faster", limit });
export const share = (limit: number): Target => ({ kind: "share", limit });
export const over = (limit: number): Target => ({ kind: "over", limit });
