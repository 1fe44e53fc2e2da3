/**
 * Compares loaded rows with the published ones, one pass over both: what is published as it is goes no
 * further, what changed or is new stays in the builder of a delta, and what did not come is removed. Rows are
 * compared by their bytes with the record after the last match, which is nearly always the right one when they
 * come in key order; others with the record that has their key. Only what changed is decoded.
 */
import type { AnyEntityDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { describeKey } from "./describe-key.js";
import { hashOfKey } from "./index-columns.js";
import { keyOfRecord, Marks, type LivePart } from "./live-parts.js";
import type { Normal } from "./scalar.js";
import type { SegmentBuilder } from "./segment-builder.js";
import type { Steps } from "./steps.js";

type AnyBuilder = SegmentBuilder<object, object>;

/** A published segment, and which of its records came again, changed or not. */
interface Met {
  readonly part: LivePart;
  readonly met: Marks;
  /** How many. */
  count: number;
  /** Those that a load brought changed; undefined while there is none. */
  changed: Marks | undefined;
}

export interface ComparisonOptions {
  /** Also what is published as it is goes into the delta. */
  readonly keepsAll?: boolean;
}

export class RowComparison {
  readonly #definition: AnyEntityDefinition;
  readonly #builder: AnyBuilder;
  readonly #keepsAll: boolean;
  /** Oldest first: most rows are in the base. */
  readonly #parts: readonly Met[];
  /** Of the base: the live record after the last match. */
  #next: number;
  /** Whether the record before that was the right one: rows in another order are not worth a guess. */
  #isInOrder = true;

  /** `parts` are the published ones, newest first; `builder` is that of the delta. */
  constructor(
    definition: AnyEntityDefinition,
    parts: readonly LivePart[],
    builder: AnyBuilder,
    { keepsAll = false }: ComparisonOptions = {},
  ) {
    this.#definition = definition;
    this.#builder = builder;
    this.#keepsAll = keepsAll;
    this.#parts = [...parts].reverse().map((part) => ({
      part,
      met: new Marks(part.segment.records),
      count: 0,
      changed: undefined,
    }));
    this.#next = this.#parts[0]?.part.nextLive(0) ?? 0;
  }

  /**
   * Takes a row. Returns it as a record if it is not published like this. Throws ERR_INVALID_RECORD,
   * ERR_DUPLICATE_KEY, and ERR_BAD_RECORD when what is published does not decode.
   */
  take(row: object): object | undefined {
    const builder = this.#builder;
    builder.write(row);
    if (!this.#keepsAll && (this.#isNext() || this.#isUnderItsKey(row))) {
      builder.dropWritten();
      return undefined;
    }
    const record = builder.decodeWritten(row);
    const found = this.#find(keyOfRecord(this.#definition, record));
    if (found !== undefined) {
      this.#meet(found.among, found.ordinal, () => record);
      if (!this.#keepsAll) markChanged(found.among, found.ordinal);
    }
    builder.keepWritten(record);
    return record;
  }

  /** How many published records did not come. */
  get missing(): number {
    return this.#parts.reduce((sum, { part, count }) => sum + part.live - count, 0);
  }

  /** What is published as it came goes into the builder too, which then has all rows. */
  *keepSame(): Steps<void> {
    for (const { part, met, changed } of this.#parts) {
      const { segment } = part;
      for (let at = 0; at < segment.records; at++) {
        if (at % 64 === 0) yield;
        if (!met.has(at) || changed?.has(at) === true) continue;
        this.#builder.copy(part.messageOf(at), segment.decode(at));
      }
    }
  }

  /** What is published and did not come is removed by the delta. */
  *removeOthers(): Steps<void> {
    for (const { part, met, count } of this.#parts) {
      if (count === part.live) continue;
      const { records } = part.segment;
      for (let at = part.nextLive(0); at < records; at = part.nextLive(at + 1)) {
        if (!met.has(at)) this.#builder.removeValues(part.keyOf(at));
        if (at % 1024 === 0) yield;
      }
    }
  }

  /** Removes one key, if a record has it. */
  remove(values: readonly Normal[]): void {
    if (this.#keepsAll || this.#find(values) !== undefined) this.#builder.removeValues(values);
  }

  #isNext(): boolean {
    const [base] = this.#parts;
    const at = this.#next;
    if (!this.#isInOrder || base === undefined || at >= base.part.segment.records) return false;
    if (base.met.has(at) || !this.#isWritten(base.part, at)) return false;
    base.met.add(at);
    base.count++;
    this.#next = base.part.nextLive(at + 1);
    return true;
  }

  /** Whether the row written last is published as it is, by the key that the row says it has. */
  #isUnderItsKey(row: object): boolean {
    for (const among of this.#parts) {
      const { part } = among;
      const hash = hashOfKey(this.#definition.key, row, part.segment.layout.seed);
      if (hash === undefined) return false;
      const ordinal = part.probe(
        hash,
        (ordinal) => part.isLive(ordinal) && this.#isWritten(part, ordinal),
      );
      if (ordinal < 0) continue;
      this.#meet(among, ordinal, () => this.#builder.decodeWritten(row));
      return true;
    }
    return false;
  }

  /** Throws ERR_DUPLICATE_KEY when it came before. */
  #meet(among: Met, ordinal: number, record: () => object): void {
    const { part, met } = among;
    if (met.has(ordinal)) throw this.#duplicate(record());
    met.add(ordinal);
    among.count++;
    if (part !== this.#parts[0]?.part) return;
    this.#isInOrder = ordinal === this.#next;
    this.#next = part.nextLive(ordinal + 1);
  }

  #find(values: readonly Normal[]): { readonly among: Met; readonly ordinal: number } | undefined {
    for (const among of this.#parts) {
      const ordinal = among.part.find(values);
      if (ordinal >= 0 && among.part.isLive(ordinal)) return { among, ordinal };
    }
    return undefined;
  }

  #isWritten({ data, segment }: LivePart, ordinal: number): boolean {
    return this.#builder.isWritten(data, (segment.layout.offsets[ordinal] as number) - 1);
  }

  #duplicate(record: object): CachedCollectionsError {
    const { package: packageName, entity, key } = this.#definition;
    this.#builder.dropWritten();
    return new CachedCollectionsError(
      "ERR_DUPLICATE_KEY",
      `${packageName}.${entity}`,
      `two rows have the key ${describeKey(key, record)}; each key may come once`,
    );
  }
}

function markChanged(among: Met, ordinal: number): void {
  among.changed ??= new Marks(among.part.segment.records);
  among.changed.add(ordinal);
}
