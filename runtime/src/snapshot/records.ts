/**
 * The decoded records of a segment, remembered by ordinal: the same object each time, for all successive
 * snapshots that have it. The first ones stand in a Map; from a sixteenth of the segment on further ones go into
 * an array in pieces. Nothing moves from the one to the other, so no read pays for that. Records that were let go
 * are found again as long as they are alive.
 */
import type { Segment } from "../bytes/segment.js";
import type { Steps } from "../bytes/steps.js";
import type { RecordMemory, RemembersRecords } from "./record-memory.js";

const PIECE_BITS = 10;
const PIECE_MASK = (1 << PIECE_BITS) - 1;
/** The share of a segment's records from which on an array costs less than a Map. */
const DENSE_SHARE = 1 / 16;

export class Records<R extends object> implements RemembersRecords {
  readonly segment: Segment<R>;
  /** Bounds how many are kept. */
  readonly memory: RecordMemory;
  /** How many are kept alive. */
  kept = 0;
  readonly #few: Map<number, R> = new Map();
  readonly #most: number;
  /** Those of a snapshot that was never served are gone with it. */
  readonly #logs: Set<WeakRef<number[]>> = new Set();
  #pieces: (Piece<R> | undefined)[] | undefined;
  /** Records go from the last to the first, because loops read the other way: this one went last. */
  #hand = 0;
  readonly #letGo: Map<number, WeakRef<R>> = new Map();

  constructor(segment: Segment<R>, memory: RecordMemory) {
    this.segment = segment;
    this.memory = memory;
    this.#most = segment.records * DENSE_SHARE;
    memory.addSegment(this);
  }

  /** The record at an ordinal, decoded at its first use. Throws ERR_BAD_RECORD. */
  get(ordinal: number): R {
    const known = this.#find(ordinal);
    if (known !== undefined) return known;
    const record = this.#findLetGo(ordinal) ?? this.#decode(ordinal);
    this.#remember(ordinal, record);
    this.memory.added();
    return record;
  }

  /** The record if it is in use already. */
  peek(ordinal: number): R | undefined {
    return this.#find(ordinal) ?? this.#findLetGo(ordinal);
  }

  /** Whether it keeps this record alive. */
  keeps(ordinal: number): boolean {
    return this.#find(ordinal) !== undefined;
  }

  /**
   * Takes over an object that other records have of the same bytes, while nobody reads these yet. What they keep
   * alive is not one more in memory: they are on their way out.
   */
  adopt(ordinal: number, record: R, isKept: boolean): void {
    const known = this.#find(ordinal);
    if (known === record) return;
    if (known !== undefined) return this.#replace(ordinal, record);
    this.#remember(ordinal, record);
    if (!isKept) this.memory.added();
  }

  /** All records in use, in no particular order; those that come or go meanwhile may come twice. */
  *inUse(): Generator<readonly [ordinal: number, record: R], undefined, undefined> {
    yield* this.#few;
    for (const [index, piece] of (this.#pieces ?? []).entries()) {
      for (const [offset, record] of (piece ?? []).entries()) {
        if (record !== undefined) yield [(index << PIECE_BITS) + offset, record];
      }
    }
    for (const [ordinal, reference] of this.#letGo) {
      const record = reference.deref();
      if (record !== undefined) yield [ordinal, record];
    }
  }

  /** From now on the ordinals of records that come into use are noted, until `forget` or nobody has the log. */
  watch(): number[] {
    const log: number[] = [];
    this.#logs.add(new WeakRef(log));
    return log;
  }

  forget(log: number[]): void {
    for (const each of this.#logs) if (each.deref() === log) this.#logs.delete(each);
  }

  letSomeGo(most: number): void {
    const pieces = this.#pieces ?? [];
    while (this.#hand > 0) {
      const index = (this.#hand - 1) >>> PIECE_BITS;
      const piece = pieces[index];
      if (piece !== undefined) return this.#letGoOf(piece, index, most);
      this.#hand = index << PIECE_BITS;
    }
    this.#hand = pieces.length << PIECE_BITS;
    this.#letFewGo(Math.min(most, 1 << PIECE_BITS));
  }

  *forgetGone(): Steps<number> {
    let seen = 0;
    for (const [ordinal, reference] of this.#letGo) {
      if (reference.deref() === undefined) this.#letGo.delete(ordinal);
      if (++seen % 256 === 0) yield;
    }
    return this.#letGo.size;
  }

  #decode(ordinal: number): R {
    this.memory.decoded++;
    return this.segment.decode(ordinal);
  }

  #find(ordinal: number): R | undefined {
    const pieces = this.#pieces;
    if (pieces === undefined) return this.#few.get(ordinal);
    const record = pieces[ordinal >>> PIECE_BITS]?.[ordinal & PIECE_MASK];
    return record ?? this.#few.get(ordinal);
  }

  #findLetGo(ordinal: number): R | undefined {
    return this.#letGo.size === 0 ? undefined : this.#letGo.get(ordinal)?.deref();
  }

  #letGoOf(piece: Piece<R>, index: number, most: number): void {
    const first = index << PIECE_BITS;
    for (let left = most; left > 0 && this.#hand > first; this.#hand--) {
      const offset = (this.#hand - 1) & PIECE_MASK;
      const record = piece[offset];
      if (record === undefined) continue;
      piece[offset] = undefined;
      this.#keepWeakly(first + offset, record);
      left--;
    }
    const isOver = this.#hand === first && piece.every((record) => record === undefined);
    if (isOver) (this.#pieces ?? [])[index] = undefined;
  }

  /** The oldest ones. */
  #letFewGo(most: number): void {
    let left = most;
    for (const [ordinal, record] of this.#few) {
      if (left-- === 0) return;
      this.#few.delete(ordinal);
      this.#keepWeakly(ordinal, record);
    }
  }

  #keepWeakly(ordinal: number, record: R): void {
    this.kept--;
    this.#letGo.set(ordinal, new WeakRef(record));
  }

  #note(ordinal: number): void {
    for (const each of this.#logs) {
      const log = each.deref();
      if (log === undefined) this.#logs.delete(each);
      else log.push(ordinal);
    }
  }

  #remember(ordinal: number, record: R): void {
    if (this.#logs.size > 0) this.#note(ordinal);
    this.kept++;
    if (this.#letGo.size > 0) this.#letGo.delete(ordinal);
    if (this.#pieces === undefined && this.#few.size < this.#most) {
      this.#few.set(ordinal, record);
      return;
    }
    this.#pieces ??= new Array<Piece<R> | undefined>(
      Math.ceil(this.segment.records / (1 << PIECE_BITS)),
    ).fill(undefined);
    const index = ordinal >>> PIECE_BITS;
    const piece = (this.#pieces[index] ??= emptyPiece<R>(
      this.segment.records - ordinal + (ordinal & PIECE_MASK),
    ));
    piece[ordinal & PIECE_MASK] = record;
  }

  #replace(ordinal: number, record: R): void {
    const piece = this.#pieces?.[ordinal >>> PIECE_BITS];
    if (piece === undefined || this.#few.has(ordinal)) this.#few.set(ordinal, record);
    else piece[ordinal & PIECE_MASK] = record;
  }
}

/** A thousand records in the order of their ordinals. */
type Piece<R> = (R | undefined)[];

/** A piece for this many records or more. */
function emptyPiece<R>(records: number): Piece<R> {
  return new Array<R | undefined>(Math.min(records, 1 << PIECE_BITS)).fill(undefined);
}
