/** What a process of a history is told, and what it answers. Times are of the machine's monotonic clock, in ms. */
import type { AtLeast } from "cached-collections";

export type Order =
  /** Opens the data set on this store; what was open is closed. */
  | {
      readonly do: "open";
      readonly url: string;
      readonly prefix: string;
      readonly database: string;
    }
  | { readonly do: "push" | "patch" | "invalidate" | "close" }
  /** For what another process was answered, or whatever is newest. */
  | { readonly do: "pull"; readonly atLeast: AtLeast | undefined };

/** The version of the database that rows in a snapshot were read from. */
export interface Seen {
  /** City 1, which patches change too. */
  readonly patched: number;
  /** All else: only loads change it. */
  readonly loaded: number;
}

export interface Done {
  readonly began: number;
  readonly ended: number;
  /** The code with which it failed. */
  readonly error?: string;
  /** After a pull: what it resolved to. */
  readonly seen?: Seen;
  /** What a push or a patch answered. */
  readonly pushed?: AtLeast;
}

/** A snapshot that a process came to serve. */
export interface Step extends Seen {
  /** Of the cities. */
  readonly revision: number;
  readonly at: number;
  /** Told of going back since the step before. */
  readonly wentBack: boolean;
}

export interface Answer {
  readonly id: number;
  readonly done: Done;
  /** Of `close`: every snapshot it served, in order. */
  readonly steps: readonly Step[];
  /** Reads that threw, and snapshots whose collections were of different loads. */
  readonly faults: readonly string[];
}
