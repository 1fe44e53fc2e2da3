/**
 * Carries decoded records over to the segments that replace theirs: a record with the same bytes stays the same
 * object. Only the record that was live passes its object on. Work is proportional to the records in use of
 * segments that go, and to what deltas changed in those that stay; nothing is decoded. It goes on in steps while
 * readers use the old snapshot, so what they decode meanwhile is noted and carried over at the end.
 */
import { hashOfValues } from "../bytes/index-columns.js";
import type { Steps } from "../bytes/steps.js";
import type { IndexField } from "../definition.js";
import { isDead, nextBeyond, wordsOf, type Part, type Parts, type Place } from "./parts.js";
import type { Records } from "./records.js";

/** So few are carried over without a pause. */
const STRIDE = 256;

/** A part of the old snapshot. */
interface Source<R extends object> {
  readonly part: Part<R>;
  /** The same in the new one. */
  readonly kept: Part<R> | undefined;
  /** What comes into use of it; undefined where everything lives on in its place. */
  readonly log: number[] | undefined;
}

export class CarryOver<R extends object> {
  readonly #to: Parts<R>;
  readonly #key: readonly IndexField<R>[];
  readonly #sources: readonly Source<R>[];
  /** How far the last record moved in the new base; its neighbours moved as far, mostly. */
  #shift = 0;

  /** `key` is empty for a sequence. Call `end` when done. */
  constructor(from: Parts<R>, to: Parts<R>, key: readonly IndexField<R>[]) {
    this.#to = to;
    this.#key = key;
    this.#sources = from.list.map((part) => {
      const kept = to.list.find(({ records }) => records === part.records);
      const isAsItWas = kept !== undefined && kept.dead === part.dead;
      return { part, kept, log: isAsItWas ? undefined : part.records.watch() };
    });
  }

  /** All records in use now. */
  *all(): Steps<void> {
    for (const { part, kept, log } of this.#sources) {
      if (kept === undefined) yield* this.#allOf(part);
      else if (log !== undefined) yield* this.#diedSince(part, kept);
    }
  }

  /** Those that came into use since. */
  *latest(): Steps<void> {
    for (const { part, kept, log = [] } of this.#sources) {
      for (let i = 0; i < log.length; i++) {
        const ordinal = log[i] as number;
        const livesOn = kept !== undefined && !isDead(kept.dead, ordinal);
        if (!livesOn) this.#carryInUse(part, ordinal);
        if (i % STRIDE === STRIDE - 1) yield;
      }
      log.length = 0;
    }
  }

  end(): void {
    for (const { part, log } of this.#sources) if (log !== undefined) part.records.forget(log);
  }

  *#allOf(part: Part<R>): Steps<void> {
    let seen = 0;
    for (const [ordinal, record] of part.records.inUse()) {
      this.#carry(part, ordinal, record);
      seen++;
      if (seen % STRIDE === 0) yield;
    }
  }

  *#diedSince(before: Part<R>, now: Part<R>): Steps<void> {
    const dead = wordsOf(now.dead ?? new Uint8Array(0));
    const former = wordsOf(before.dead ?? new Uint8Array(dead.byteLength));
    let word = nextBeyond(dead, former, 0);
    while (word < dead.length) {
      const died = (dead[word] as number) & ~(former[word] as number);
      for (let bit = 0; bit < 32; bit++)
        if (((died >>> bit) & 1) !== 0) this.#carryInUse(before, word * 32 + bit);
      yield;
      word = nextBeyond(dead, former, word + 1);
    }
  }

  #carryInUse(part: Part<R>, ordinal: number): void {
    const record = part.records.peek(ordinal);
    if (record !== undefined) this.#carry(part, ordinal, record);
  }

  #carry(part: Part<R>, ordinal: number, record: R): void {
    if (isDead(part.dead, ordinal)) return;
    const place =
      this.#key.length === 0
        ? this.#samePlace(part.records, ordinal)
        : this.#findSame(part.records, ordinal);
    place?.records.adopt(place.ordinal, record, part.records.keeps(ordinal));
  }

  /** Equal bytes have equal keys, so comparing bytes settles both questions. */
  #findSame(records: Records<R>, ordinal: number): Place<R> | undefined {
    const near = this.#findNear(records, ordinal);
    if (near !== undefined) return near;
    const key = records.segment.keyOf(ordinal);
    const hash = hashOfValues(this.#key, key, this.#to.seed);
    const place = this.#to.findSame(hash, records.segment, ordinal);
    if (place?.records === this.#to.base.records) this.#shift = place.ordinal - ordinal;
    return place;
  }

  #findNear({ segment }: Records<R>, ordinal: number): Place<R> | undefined {
    const { records, dead } = this.#to.base;
    const near = ordinal + this.#shift;
    if (near < 0 || near >= records.segment.records || isDead(dead, near)) return undefined;
    return records.segment.sameBytes(near, segment, ordinal)
      ? { records, ordinal: near }
      : undefined;
  }

  /**
   * A sequence has no keys: a record stays itself at the same distance from the beginning, or else from the end
   * where no other one does.
   */
  #samePlace({ segment }: Records<R>, ordinal: number): Place<R> | undefined {
    const { records } = this.#to.base;
    const size = records.segment.records;
    const isSame = (place: number, of: number): boolean =>
      place >= 0 && place < size && records.segment.sameBytes(place, segment, of);
    if (isSame(ordinal, ordinal)) return { records, ordinal };
    const fromEnd = ordinal + size - segment.records;
    if (!isSame(fromEnd, ordinal)) return undefined;
    const isTaken = fromEnd < segment.records && isSame(fromEnd, fromEnd);
    return isTaken ? undefined : { records, ordinal: fromEnd };
  }
}
