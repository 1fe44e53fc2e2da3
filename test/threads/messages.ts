/** What a thread of the tests is started with, told to do, and reports. */
import { createHash } from "node:crypto";
import type { GeoSnapshot } from "../../generated/geo.js";

export interface ThreadSettings {
  /** The name of the shared store; without one the thread opens a store of its own and shares that. */
  readonly name?: string;
  /** Ends by itself when it is ready, leaving everything open. */
  readonly leaves?: boolean;
  /** Starts a thread of its own, which attaches to the same store and reports in its place. */
  readonly passesOn?: boolean;
}

/** What a thread that shares a store of its own says when it is ready. */
export interface Sharing {
  readonly name: string;
}

export interface Command {
  readonly id: number;
  readonly do: "ready" | "pull" | "report" | "collect";
}

export interface Report {
  readonly id: number;
  /** 0 when it has nothing. */
  readonly revision: number;
  readonly status: string;
  /** Of everything that can be read; undefined when there is nothing. */
  readonly digest: string | undefined;
  readonly country: string | undefined;
  /** How often one collection was seen new and another old. */
  readonly mixed: number;
  /** Whether the record of city 1 is still the object that it was at first. */
  readonly sameCity: boolean;
  /** Buffers that are this thread's own, in bytes. */
  readonly ownBytes: number;
  /** How many pieces of shared memory with cities it was given, and how many of them it has let go. */
  readonly given: number;
  readonly letGo: number;
  /** The code with which the command failed. */
  readonly error?: string;
}

/** Everything that a snapshot answers, in its order. */
export function digestOf({ country, region, city }: GeoSnapshot): string {
  const hash = createHash("sha256");
  const add = (value: unknown): void => void hash.update(JSON.stringify(value) ?? "undefined");
  for (const part of [country, region, city]) for (const record of part.values()) add(record);
  for (const key of city.byRegion.keys()) add([key, city.byRegion.get(key).map(({ id }) => id)]);
  for (const { id } of city.byPopulation) add(id);
  for (const { code } of country.byName) add(code);
  for (let id = 0; id < 50; id++) add(city.get(id)?.name);
  return hash.digest("hex");
}
