/** What the programs of these tests report to the tests that run them. */

/** How many objects of each kind are alive. */
export type Alive = Readonly<Record<string, number>>;

export interface RevisionsReport {
  /** The last revision that was followed. */
  readonly followed: number;
  /** How many buffers were made for segments. */
  readonly made: number;
  /** While one old snapshot is held, and once it was given up. */
  readonly withHeld: Alive;
  readonly withoutHeld: Alive;
  /** Whether the one that was held answered in the end as it did on its first day. */
  readonly heldAnswers: boolean;
  /** Heap and buffers, in bytes, every hundred revisions. */
  readonly heapBytes: readonly number[];
  /** Once collections and stores were closed. */
  readonly afterStores: Alive;
  /** What is left of collections that were closed, while their store stays open. */
  readonly reopened: Alive;
}

export interface DecodedReport {
  /** How many decoded records were alive after all of them were read once, and twice. */
  readonly alive: readonly number[];
  /** Whether what somebody holds stayed the same objects. */
  readonly held: {
    readonly afterReading: { readonly records: boolean; readonly arrays: boolean };
    readonly afterDelta: boolean;
    readonly afterBase: boolean;
  };
  /** How many were alive when nothing was held any more and all were read again. */
  readonly afterHolding: number;
}
