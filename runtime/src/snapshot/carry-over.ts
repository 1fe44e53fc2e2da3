/**
 * Carries decoded records over to a segment that replaces theirs: a record with the same bytes stays the same
 * object. Work is proportional to the records in use; nothing is decoded. It goes on in steps while readers
 * use the old segment, so what they decode meanwhile is noted and carried over at the end.
 */
import { homeSlot, nextSlot } from "../bytes/slots.js";
import type { Steps } from "../bytes/steps.js";
import type { IndexField } from "../definition.js";
import { keyOf } from "./key-shape.js";
import type { KeyTable } from "./key-table.js";
import type { Records } from "./records.js";

/** So few are carried over without a pause, so that none comes in between. */
const LAST_FEW = 256;

export class CarryOver<R extends object> {
  readonly #from: Records<R>;
  readonly #to: Records<R>;
  readonly #key: readonly IndexField<R>[];
  readonly #table: KeyTable<R> | undefined;
  readonly #log: number[];

  /** `table` is that of `to`, and undefined for a sequence. Call `end` when done. */
  constructor(
    from: Records<R>,
    to: Records<R>,
    key: readonly IndexField<R>[],
    table: KeyTable<R> | undefined,
  ) {
    this.#from = from;
    this.#to = to;
    this.#key = key;
    this.#table = table;
    this.#log = from.watch();
  }

  /** All records in use now. */
  *all(): Steps<void> {
    if (this.#from === this.#to) return;
    let seen = 0;
    for (const [ordinal, record] of this.#from.inUse()) {
      this.#carry(ordinal, record);
      seen++;
      if (seen % LAST_FEW === 0) yield;
    }
  }

  /** Those that came into use since; when it returns there are no others. */
  *latest(): Steps<void> {
    if (this.#from === this.#to) return;
    for (let i = 0; i < this.#log.length; i++) {
      const ordinal = this.#log[i] as number;
      this.#carry(ordinal, this.#from.get(ordinal));
      if (i % LAST_FEW === 0 && this.#log.length - i > LAST_FEW) yield;
    }
  }

  end(): void {
    this.#from.forget(this.#log);
  }

  #carry(ordinal: number, record: R): void {
    const place =
      this.#table === undefined ? this.#samePlace(ordinal) : this.#find(ordinal, record);
    if (place !== undefined) this.#to.adopt(place, record);
  }

  /** Equal bytes have equal keys, so comparing bytes settles both questions. */
  #find(ordinal: number, record: R): number | undefined {
    const { words, bits } = this.#to.segment.layout.keys;
    if (words.length === 0 || this.#table === undefined) return undefined;
    const hash = this.#table.hashOfKey(keyOf(this.#key, record));
    const wanted = hash << bits;
    for (let slot = homeSlot(hash, words.length); ; slot = nextSlot(slot, words.length)) {
      const word = words[slot] as number;
      if (word === 0) return undefined;
      const candidate = (word & ((1 << bits) - 1)) - 1;
      if ((word ^ wanted) >>> bits === 0 && this.#same(candidate, ordinal)) return candidate;
    }
  }

  /** A sequence has no keys: a record stays itself at the same distance from the beginning or the end. */
  #samePlace(ordinal: number): number | undefined {
    const size = this.#to.segment.records;
    const fromEnd = ordinal + size - this.#from.segment.records;
    return [ordinal, fromEnd].find(
      (place) => place >= 0 && place < size && this.#same(place, ordinal),
    );
  }

  #same(place: number, ordinal: number): boolean {
    return this.#to.segment.sameBytes(place, this.#from.segment, ordinal);
  }
}
