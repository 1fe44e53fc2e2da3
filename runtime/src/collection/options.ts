/**
 * What a user may say about a collection or a data set, and the checks of it. Durations are in milliseconds.
 * Defaults stand here once; the documentation of each option is what users see in their editor.
 */
import { CachedCollectionsError } from "../errors.js";
import { MOST_DECODED } from "../snapshot/record-memory.js";
import { LONGEST_MS } from "./timing.js";

/** Rows as a loader gives them, one after another; they are encoded as they come and not kept. */
export type Rows<I> = readonly I[] | Iterable<I> | AsyncIterable<I>;

/**
 * Why rows are asked for: `push` was called; `first`: nothing is published yet; `invalidate`: the database was
 * said to have changed; `refresh`: `refreshEveryMs` has passed; `repair`: what is published is damaged.
 */
export type LoadReason = "push" | "first" | "invalidate" | "refresh" | "repair";

/** What a loader is told. */
export interface LoadContext {
  /** Aborted after `loadTimeoutMs`, and when the collection closes. */
  readonly signal: AbortSignal;
  readonly reason: LoadReason;
}

/**
 * Gives all rows of a collection: an array, an iterable, an async iterable, or a promise of one of them.
 * Rows in key order (`ORDER BY` the key) are the cheapest to publish.
 */
export type Loader<I> = (context: LoadContext) => Rows<I> | Promise<Rows<I>>;

/** A change of some records. */
export interface Patch<K, I> {
  /** Records to add, or to put in the place of those with their keys. */
  readonly upsert?: Rows<I> | undefined;
  /** Keys of records to remove; those that no record has are left out. */
  readonly remove?: Rows<K> | undefined;
}

/** What a patch's function is told. */
export interface PatchContext {
  /** Aborted after `loadTimeoutMs`, and when the collection closes. */
  readonly signal: AbortSignal;
}

/**
 * A patch, or a function that gives one (rows alone are those to upsert). The function runs again when another
 * publication came in between: read the records anew in it, then concurrent writers of a key cannot undo each
 * other.
 */
export type PatchSource<K, I> =
  Patch<K, I> | ((context: PatchContext) => Patch<K, I> | Rows<I> | Promise<Patch<K, I> | Rows<I>>);

/** The key of a collection in a data set's snapshot; never of a sequence, which has none. */
type KeyIn<S, Name> = Name extends keyof S
  ? S[Name] extends { getOrThrow(key: infer K): unknown }
    ? K
    : never
  : never;

/** A change of some records of several collections, by their names in the data set. */
export type DatasetPatch<S, Inputs> = {
  readonly [Name in keyof Inputs as [KeyIn<S, Name>] extends [never] ? never : Name]?:
    Patch<KeyIn<S, Name>, Inputs[Name]> | undefined;
};

/** The same, or a function that gives it, as for one collection. */
export type DatasetPatchSource<S, Inputs> =
  | DatasetPatch<S, Inputs>
  | ((context: PatchContext) => DatasetPatch<S, Inputs> | Promise<DatasetPatch<S, Inputs>>);

/** How the one loader of a data set hands its rows over, by collection; several calls for one append. */
export type Into<Inputs> = {
  readonly [Name in keyof Inputs]: (
    rows: Rows<Inputs[Name]> | Promise<Rows<Inputs[Name]>>,
  ) => Promise<void>;
};

/** Loads a whole data set, within one transaction for instance; each collection must be handed over. */
export type DatasetLoader<Inputs> = (
  into: Into<Inputs>,
  context: LoadContext,
) => Promise<void> | void;

interface CommonOptions<S> {
  /**
   * Load again this long after the last publication, in one process of the fleet; rows that are the same
   * publish nothing. Never by default.
   */
  readonly refreshEveryMs?: number | undefined;
  /**
   * How often the store is asked for something newer: the bound of how long this process may be behind when
   * notifications are lost. Jittered by a tenth. Default 10,000. Collections of one schema share the smallest.
   */
  readonly checkIntervalMs?: number | undefined;
  /**
   * Fetch every new revision at once. By default only what was read within the last ten check intervals is (or
   * has a listener for `reload`); what nobody reads stays behind, `stale`, until it is read again, and that
   * read still answers from the revision it has. A data set is fetched as a whole. Default false.
   */
  readonly eager?: boolean | undefined;
  /** The longest a load may take, publication included. Default 600,000. */
  readonly loadTimeoutMs?: number | undefined;
  /**
   * How many decoded records are kept, of each collection of a data set. Beyond that, records that were not
   * used lately are let go between turns of the event loop, and decoded again when they are asked for (about
   * half a microsecond each). Whoever holds a record or a view's array still gets the same object. Among
   * handles of one collection the smallest counts. Default 2,000,000; a record of seven fields takes about 180
   * bytes.
   */
  readonly maxDecodedRecords?: number | undefined;
  /**
   * Looks at what is about to be published, beside what is published now (undefined when nothing is). Throw
   * to refuse: the push fails with ERR_GUARD_REFUSED and what was served stays served.
   */
  readonly validate?: ((next: S, previous: S | undefined) => void | Promise<void>) | undefined;
}

/** Options of a collection; all are optional. `I` is a loader's row, `S` its snapshot. */
export interface CollectionOptions<I, S = unknown> extends CommonOptions<S> {
  /** Where rows come from. Without it this process only reads. */
  readonly load?: Loader<I> | undefined;
}

/** Options of a data set. `Inputs` is the row of each collection by its name, `S` the data set's snapshot. */
export interface DatasetOptions<Inputs, S = unknown> extends CommonOptions<S> {
  /** A loader for each collection, run one after another; or one function for all of them. */
  readonly load?:
    | { readonly [Name in keyof Inputs]?: Loader<Inputs[Name]> | undefined }
    | DatasetLoader<Inputs>
    | undefined;
}

/** Options with their defaults. */
export interface Timing {
  readonly refreshEveryMs: number | undefined;
  readonly checkIntervalMs: number;
  readonly eager: boolean;
  readonly loadTimeoutMs: number;
}

/** The options' durations, checked: positive, finite. Throws ERR_INVALID_ARGUMENT. */
export function timingOf(subject: string, options: CommonOptions<never>): Timing {
  const { refreshEveryMs, checkIntervalMs = 10_000, loadTimeoutMs = 600_000 } = options;
  const { eager = false } = options;
  if (refreshEveryMs !== undefined) checkDuration(subject, "refreshEveryMs", refreshEveryMs);
  checkDuration(subject, "checkIntervalMs", checkIntervalMs);
  checkDuration(subject, "loadTimeoutMs", loadTimeoutMs);
  return { refreshEveryMs, checkIntervalMs, eager, loadTimeoutMs };
}

/** The option, checked: a whole number from 1 on, or Infinity. Throws ERR_INVALID_ARGUMENT. */
export function mostDecodedOf(subject: string, options: CommonOptions<never>): number {
  const { maxDecodedRecords = MOST_DECODED } = options;
  const isWhole = Number.isInteger(maxDecodedRecords) || maxDecodedRecords === Infinity;
  if (isWhole && maxDecodedRecords >= 1) return maxDecodedRecords;
  throw new CachedCollectionsError(
    "ERR_INVALID_ARGUMENT",
    subject,
    `maxDecodedRecords is ${String(maxDecodedRecords)}; give a whole number from 1 on`,
  );
}

/** Throws ERR_INVALID_ARGUMENT unless it is a number of milliseconds that a timer can wait. */
export function checkDuration(subject: string, name: string, value: number, least = 1): void {
  if (typeof value === "number" && value >= least && value <= LONGEST_MS) return;
  throw new CachedCollectionsError(
    "ERR_INVALID_ARGUMENT",
    subject,
    `${name} is ${String(value)}; give milliseconds from ${least} to ${LONGEST_MS}`,
  );
}
