/**
 * Carries decoded records over to the segments that replace theirs: a record with the same bytes stays the same
 * object. Only the record that was live passes its object on, and one that is in use already is never replaced.
 * Work is proportional to the records in use of segments that go, and to what deltas changed in those that
 * stay; nothing is decoded. It goes on in steps while readers use the old snapshot, so what they decode
 * meanwhile is noted and carried over at the end.
 */
import { hashOfValues } from "../bytes/index-columns.js";
import type { Steps } from "../bytes/steps.js";
import type { IndexField } from "../definition.js";
import { isDead, type Dead, type Part, type Parts, type Place } from "./parts.js";
import type { Records } from "./records.js";

/** So few are carried over without a pause, so that none comes in between. */
const LAST_FEW = 256;

export class CarryOver<R extends object> {
  readonly #from: Parts<R>;
  readonly #to: Parts<R>;
  readonly #key: readonly IndexField<R>[];
  /** What comes into use of each part. */
  readonly #logs: readonly number[][];
  /** How far the last record moved in the new base; its neighbours moved as far, mostly. */
  #shift = 0;

  /** `key` is empty for a sequence. Call `end` when done. */
  constructor(from: Parts<R>, to: Parts<R>, key: readonly IndexField<R>[]) {
    this.#from = from;
    this.#to = to;
    this.#key = key;
    this.#logs = from.list.map((part) => (this.#isKept(part) ? [] : part.records.watch()));
  }

  /** All records in use now. */
  *all(): Steps<void> {
    for (const part of this.#from.list) {
      const kept = this.#to.list.find(({ records }) => records === part.records);
      if (kept === undefined) yield* this.#allOf(part);
      else if (kept.dead !== part.dead) yield* this.#diedSince(part, kept);
    }
  }

  /** Those that came into use since; when it returns there are no others. */
  *latest(): Steps<void> {
    for (const [index, log] of this.#logs.entries()) {
      const part = this.#from.list[index] as Part<R>;
      for (let i = 0; i < log.length; i++) {
        const ordinal = log[i] as number;
        this.#carry(part, ordinal, part.records.get(ordinal));
        if (i % LAST_FEW === 0 && log.length - i > LAST_FEW) yield;
      }
    }
  }

  end(): void {
    for (const [index, log] of this.#logs.entries()) this.#from.list[index]?.records.forget(log);
  }

  /** Whether the part is in the new snapshot as it was in the old one. */
  #isKept({ records, dead }: Part<R>): boolean {
    return this.#to.list.some((part) => part.records === records && part.dead === dead);
  }

  *#allOf(part: Part<R>): Steps<void> {
    let seen = 0;
    for (const [ordinal, record] of part.records.inUse()) {
      this.#carry(part, ordinal, record);
      seen++;
      if (seen % LAST_FEW === 0) yield;
    }
  }

  *#diedSince(before: Part<R>, now: Part<R>): Steps<void> {
    const dead = now.dead ?? new Uint8Array(0);
    const dying = before.dead ?? new Uint8Array(dead.length);
    const [words, former] = [wordsOf(dead), wordsOf(dying)];
    for (let word = 0; word <= words.length; word++) {
      if (word % 8192 === 0) yield;
      // The last one is the bytes behind the last whole word.
      if (word < words.length && words[word] === former[word]) continue;
      for (let byte = word * 4; byte < Math.min(word * 4 + 4, dead.length); byte++)
        this.#carryByte(before, byte, (dead[byte] as number) & ~(dying[byte] as number));
    }
  }

  /** Those of eight records whose bit is set. */
  #carryByte(part: Part<R>, byte: number, bits: number): void {
    for (let bit = 0; bits >>> bit !== 0; bit++) {
      if (((bits >>> bit) & 1) === 0) continue;
      const ordinal = byte * 8 + bit;
      const record = part.records.peek(ordinal);
      if (record !== undefined) this.#carry(part, ordinal, record);
    }
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

  /** A sequence has no keys: a record stays itself at the same distance from the beginning or the end. */
  #samePlace(from: Records<R>, ordinal: number): Place<R> | undefined {
    const { records } = this.#to.base;
    const size = records.segment.records;
    const fromEnd = ordinal + size - from.segment.records;
    const place = [ordinal, fromEnd].find(
      (place) =>
        place >= 0 && place < size && records.segment.sameBytes(place, from.segment, ordinal),
    );
    return place === undefined ? undefined : { records, ordinal: place };
  }
}

/** A bitmap four bytes at a time, without the bytes behind the last whole word. */
function wordsOf(dead: Dead): Int32Array {
  return new Int32Array(dead.buffer, dead.byteOffset, dead.length >>> 2);
}
