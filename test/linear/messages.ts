/** What a process of a history is told, and what it answers. Times are of the machine's monotonic clock, in ms. */
import type { AtLeast } from "cached-collections";

/** How often each process asks the store. */
export const INTERVAL_MS = 150;

export type Order =
  /** Opens the data set on this store; what was open is closed. */
  | {
      readonly do: "open";
      readonly url: string;
      readonly prefix: string;
      readonly database: string;
      /** The longest that a load of it waits for rows; how long each waits is drawn. */
      readonly loadMs: number;
      readonly seed: number;
      /** Whether it has a loader. */
      readonly loads: boolean;
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

/** Where a revision of the cities stands. */
export interface Place {
  readonly epoch: string;
  readonly revision: number;
  /** Of its manifest. */
  readonly id: string;
}

/** A snapshot that a process came to serve. */
export interface Step extends Seen, Place {
  /** When it was first read. */
  readonly at: number;
}

/** A `went-back` of the cities. */
export type Back = Readonly<Record<"from" | "to", Omit<Place, "id">>>;

/** What a process served, in order. */
export interface Service {
  readonly steps: readonly Step[];
  readonly backs: readonly Back[];
}

export interface Answer extends Service {
  readonly id: number;
  readonly done: Done;
  /** How often it read. Of `close`, as are `steps` and `backs`. */
  readonly reads: number;
  /** Reads that threw, and snapshots whose collections were of different loads. */
  readonly faults: readonly string[];
}
