/**
 * The decoded records of a segment, remembered by ordinal: the same object each time, for every snapshot that
 * has the segment. The first ones stand in a Map; from a sixteenth of the segment on further ones go into an
 * array in pieces. Nothing moves from the one to the other, so no read pays for that.
 */
import type { Segment } from "../bytes/segment.js";

const PIECE_BITS = 10;
const PIECE_MASK = (1 << PIECE_BITS) - 1;
/** The share of a segment's records from which on an array costs less than a Map. */
const DENSE_SHARE = 1 / 16;

export class Records<R extends object> {
  readonly segment: Segment<R>;
  readonly #few: Map<number, R> = new Map();
  readonly #most: number;
  readonly #logs: Set<number[]> = new Set();
  #pieces: ((R | undefined)[] | undefined)[] | undefined;

  constructor(segment: Segment<R>) {
    this.segment = segment;
    this.#most = segment.records * DENSE_SHARE;
  }

  /** The record at an ordinal, decoded at its first use. Throws ERR_BAD_RECORD. */
  get(ordinal: number): R {
    const known = this.peek(ordinal);
    if (known !== undefined) return known;
    const record = this.segment.decode(ordinal);
    this.#remember(ordinal, record);
    return record;
  }

  /** The record if it is in use already. */
  peek(ordinal: number): R | undefined {
    const pieces = this.#pieces;
    if (pieces === undefined) return this.#few.get(ordinal);
    const record = pieces[ordinal >>> PIECE_BITS]?.[ordinal & PIECE_MASK];
    return record ?? this.#few.get(ordinal);
  }

  /** Takes over an object decoded from the same bytes elsewhere. One that is in use already stays. */
  adopt(ordinal: number, record: R): void {
    if (this.peek(ordinal) === undefined) this.#remember(ordinal, record);
  }

  /** All records in use, in no particular order. */
  *inUse(): Generator<readonly [ordinal: number, record: R], undefined, undefined> {
    yield* this.#few;
    for (const [index, piece] of (this.#pieces ?? []).entries()) {
      for (const [offset, record] of (piece ?? []).entries()) {
        if (record !== undefined) yield [(index << PIECE_BITS) + offset, record];
      }
    }
  }

  /** From now on the ordinals of records that come into use are noted, until `forget`. */
  watch(): number[] {
    const log: number[] = [];
    this.#logs.add(log);
    return log;
  }

  forget(log: number[]): void {
    this.#logs.delete(log);
  }

  #remember(ordinal: number, record: R): void {
    for (const log of this.#logs) log.push(ordinal);
    if (this.#pieces === undefined && this.#few.size < this.#most) {
      this.#few.set(ordinal, record);
      return;
    }
    this.#pieces ??= new Array<(R | undefined)[] | undefined>(
      Math.ceil(this.segment.records / (1 << PIECE_BITS)),
    ).fill(undefined);
    const index = ordinal >>> PIECE_BITS;
    const piece = (this.#pieces[index] ??= emptyPiece<R>(
      this.segment.records - ordinal + (ordinal & PIECE_MASK),
    ));
    piece[ordinal & PIECE_MASK] = record;
  }
}

/** A piece for this many records or more. */
function emptyPiece<R>(records: number): (R | undefined)[] {
  return new Array<R | undefined>(Math.min(records, 1 << PIECE_BITS)).fill(undefined);
}

const recordsBySegment = new WeakMap<object, unknown>();

/** The records of a segment: one memory for all snapshots that share it. */
export function recordsOf<R extends object>(segment: Segment<R>): Records<R> {
  const known = recordsBySegment.get(segment) as Records<R> | undefined;
  if (known !== undefined) return known;
  const records = new Records(segment);
  recordsBySegment.set(segment, records);
  return records;
}
