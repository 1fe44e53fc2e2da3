/** What a reader process tells the demo, over the channel between parent and child. */

/** Sent when the reader can answer, and again each time it serves another revision. */
export interface ReaderReport {
  readonly revision: number;
  readonly records: number;
  /** Over many reads and views: equal digests mean equal answers. */
  readonly digest: string;
  /** When the revision became visible, in milliseconds since 1970. */
  readonly visibleAtMs: number;
  /** From opening the store to being able to answer. */
  readonly readyInMs: number;
  /** Resident memory of the whole process after a garbage collection, in bytes. */
  readonly rssBytes: number;
  /** The same before the store was opened: Node.js and the code. */
  readonly emptyRssBytes: number;
}
