/**
 * A segment in memory: its bytes, where its records begin, and its index arrays laid over the bytes without a
 * copy. Immutable; everything in it lies in shared memory or is a number, so that other threads can be given
 * the same segment without checking it again.
 */
import { BadRecordError } from "../codec/bad-record.js";
import { Reader } from "../codec/reader.js";
import type { EntityDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { KeyReader } from "./key-message.js";
import type { Normal } from "./scalar.js";
import type { SlotTable } from "./slots.js";

/** One view's arrays; those that its kind does not have are empty. */
export interface SegmentView {
  /** Finds a group's number, or a unique record's ordinal. */
  readonly slots: SlotTable;
  /** Group g is `ordinals` from `starts[g]` to `starts[g + 1]`. */
  readonly starts: Uint32Array;
  readonly ordinals: Uint32Array;
  /** Beside `ordinals`, for a group over a list: which element of the record's list is the group's key. */
  readonly elements: Uint32Array;
  /** Whether entries beyond the view's limit were left out. */
  readonly cut: boolean;
}

/** What a checked segment consists of. */
export interface SegmentLayout {
  readonly bytes: Uint8Array;
  readonly records: number;
  readonly removed: number;
  /** Where the length of each record stands. */
  readonly offsets: Uint32Array;
  /** Where the length of each removed key stands. */
  readonly removedOffsets: Uint32Array;
  readonly seed: number;
  readonly keys: SlotTable;
  readonly views: readonly SegmentView[];
}

export class Segment<R extends object> {
  readonly layout: SegmentLayout;
  readonly records: number;
  /** The first record that did not decode when it was read, as an error. */
  badRecord: CachedCollectionsError | undefined;
  readonly #definition: EntityDefinition<R, never>;
  readonly #offsets: Uint32Array;
  readonly #reader: Reader;
  readonly #keys: KeyReader;

  /** The layout has been checked: `openSegment` makes segments from bytes that have not. */
  constructor(definition: EntityDefinition<R, never>, layout: SegmentLayout) {
    this.layout = layout;
    this.records = layout.records;
    this.#definition = definition;
    this.#offsets = layout.offsets;
    this.#reader = new Reader(layout.bytes);
    this.#keys = new KeyReader(definition);
  }

  /** Decodes a record, a new object each time. Throws ERR_BAD_RECORD when its bytes are no record. */
  decode(ordinal: number): R {
    const reader = this.#reader;
    reader.pos = this.#offsets[ordinal] as number;
    try {
      return this.#definition.decode(reader, reader.end());
    } catch (error) {
      this.badRecord ??= this.#badRecord(ordinal, error);
      throw this.#badRecord(ordinal, error);
    }
  }

  /**
   * The normal values of a record's key, without decoding the rest of it. Throws ERR_BAD_RECORD. That is no read of
   * the record: it sets no `badRecord`.
   */
  keyOf(ordinal: number): readonly Normal[] {
    const reader = this.#reader;
    reader.pos = this.#offsets[ordinal] as number;
    try {
      return this.#keys.read(reader, reader.end());
    } catch (error) {
      throw this.#badRecord(ordinal, error);
    }
  }

  /** The normal values of a key that the segment takes away. Throws BadRecordError. */
  removedKey(index: number): readonly Normal[] {
    const reader = this.#reader;
    reader.pos = this.layout.removedOffsets[index] as number;
    return this.#keys.read(reader, reader.end());
  }

  /** Whether a record has the same bytes as one of another segment. */
  sameBytes(ordinal: number, other: Segment<R>, otherOrdinal: number): boolean {
    const mine = this.#offsets[ordinal] as number;
    const theirs = other.#offsets[otherOrdinal] as number;
    const { bytes } = this.layout;
    const { bytes: otherBytes } = other.layout;
    // It begins with the lengths: where they differ it stops, where they agree both records end at `end`.
    const end = mine + this.#fieldSize(ordinal);
    for (let i = mine, j = theirs; i < end; i++, j++) {
      if (bytes[i] !== otherBytes[j]) return false;
    }
    return true;
  }

  /** The length of a record and its message. */
  #fieldSize(ordinal: number): number {
    const reader = this.#reader;
    const start = this.#offsets[ordinal] as number;
    reader.pos = start;
    return reader.end() - start;
  }

  #badRecord(ordinal: number, error: unknown): CachedCollectionsError {
    const why =
      error instanceof BadRecordError || error instanceof RangeError ? `: ${error.message}` : "";
    return new CachedCollectionsError(
      "ERR_BAD_RECORD",
      `${this.#definition.package}.${this.#definition.entity}`,
      `record ${ordinal} of ${this.records} does not decode${why}; push the collection again`,
      { cause: error },
    );
  }
}
