/** What `npm run bench -- growth` gives: as `--json` writes it, as the plot and the table show it. */
import type { Machine } from "../machine.js";

export interface GrowthResults {
  /** Of this file's form; rises when a reader must change. */
  readonly format: 1;
  readonly kind: "growth";
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly contestants: readonly Curve[];
}

export interface Curve {
  readonly label: string;
  readonly points: readonly Point[];
  /** Where it ended, and why; absent when it went through to the end. */
  readonly failure?: { readonly rows: number; readonly why: string };
}

/** Medians of the rounds. */
export interface Point extends Readonly<Record<Metric, number>> {
  readonly rows: number;
}

export type Metric = "loadMs" | "stallMs" | "memoryMB" | "getNs";

export const METRICS: Readonly<Record<Metric, { readonly title: string; readonly unit: string }>> =
  {
    loadMs: { title: "Cold load", unit: "ms" },
    stallMs: { title: "Longest stall of the event loop", unit: "ms" },
    memoryMB: { title: "Resident memory of the process", unit: "MB" },
    getNs: { title: "A hot get", unit: "ns" },
  };

export type ContestantName = "collection" | "protobuf" | "json";

/** Who is measured, and what they are called. */
export const CONTESTANTS: Readonly<Record<ContestantName, string>> = {
  collection: "cached-collections, three views",
  protobuf: "protobufjs + Map",
  json: "JSON.parse + Map",
};
