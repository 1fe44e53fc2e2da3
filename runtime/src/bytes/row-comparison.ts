/**
 * Compares loaded rows with the published ones, one pass over both: what is published as it is goes no
 * further, what changed or is new stays in the builder of a delta, and what did not come is removed. Rows in
 * key order are compared with the record after the last match, which is nearly always the right one; others
 * are looked up by key.
 */
import type { AnyEntityDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { describeKey } from "./describe-key.js";
import { keyOfRecord, Marks, type LivePart } from "./live-parts.js";
import type { Normal } from "./scalar.js";
import type { SegmentBuilder } from "./segment-builder.js";
import type { Steps } from "./steps.js";

type AnyBuilder = SegmentBuilder<object, object>;

export interface ComparisonOptions {
  /** Give every row back as a record; by default for an entity with references, which are checked on it. */
  readonly decodesAll?: boolean;
}

export class RowComparison {
  readonly #definition: AnyEntityDefinition;
  readonly #builder: AnyBuilder;
  /** Oldest first: most rows are in the base. */
  readonly #parts: readonly { readonly part: LivePart; readonly met: Marks }[];
  readonly #decodesAll: boolean;
  /** Of the base: the live record after the last match. */
  #next = 0;

  /** `parts` are the published ones, newest first; `builder` is that of the delta. */
  constructor(
    definition: AnyEntityDefinition,
    parts: readonly LivePart[],
    builder: AnyBuilder,
    { decodesAll = definition.references.length > 0 }: ComparisonOptions = {},
  ) {
    this.#definition = definition;
    this.#builder = builder;
    this.#parts = [...parts]
      .reverse()
      .map((part) => ({ part, met: new Marks(part.segment.records) }));
    this.#decodesAll = decodesAll;
    this.#next = this.#parts[0]?.part.nextLive(0) ?? 0;
  }

  /**
   * Takes a row. Returns it as a record if it was decoded. Throws
   * ERR_INVALID_RECORD, ERR_DUPLICATE_KEY, and ERR_BAD_RECORD when what is published does not decode.
   */
  take(row: object): object | undefined {
    const builder = this.#builder;
    builder.write(row);
    if (this.#isNext()) {
      const record = this.#decodesAll ? builder.decodeWritten(row) : undefined;
      builder.dropWritten();
      return record;
    }
    const record = builder.decodeWritten(row);
    if (this.#isPublished(record)) builder.dropWritten();
    else builder.keepWritten(record);
    return record;
  }

  /** What is published and did not come is removed by the delta. */
  *removeOthers(): Steps<void> {
    for (const { part, met } of this.#parts) {
      const { records } = part.segment;
      for (let at = part.nextLive(0); at < records; at = part.nextLive(at + 1)) {
        if (!met.has(at)) this.#builder.removeValues(part.keyOf(at));
        if (at % 1024 === 0) yield;
      }
    }
  }

  /** Removes one key, if a record has it. */
  remove(values: readonly Normal[]): void {
    if (this.#find(values, () => false) !== undefined) this.#builder.removeValues(values);
  }

  #isNext(): boolean {
    const [base] = this.#parts;
    const at = this.#next;
    if (base === undefined || at >= base.part.segment.records || base.met.has(at)) return false;
    if (!this.#isWritten(base.part, at)) return false;
    base.met.add(at);
    this.#next = base.part.nextLive(at + 1);
    return true;
  }

  /** Whether the row written last is published with the same bytes. */
  #isPublished(record: object): boolean {
    let same: number | undefined;
    const found = this.#find(keyOfRecord(this.#definition, record), (part, ordinal) => {
      if (!this.#isWritten(part, ordinal)) return false;
      same = ordinal;
      return true;
    });
    if (found === undefined) return false;
    const { part, met, ordinal } = found;
    if (met.has(ordinal)) throw this.#duplicate(record);
    met.add(ordinal);
    if (part === this.#parts[0]?.part) this.#next = part.nextLive(ordinal + 1);
    return same === ordinal;
  }

  #find(
    values: readonly Normal[],
    isSame: (part: LivePart, ordinal: number) => boolean,
  ): { readonly part: LivePart; readonly met: Marks; readonly ordinal: number } | undefined {
    for (const { part, met } of this.#parts) {
      const ordinal = part.find(values, (ordinal) => isSame(part, ordinal));
      if (ordinal >= 0 && part.isLive(ordinal)) return { part, met, ordinal };
    }
    return undefined;
  }

  #isWritten({ segment }: LivePart, ordinal: number): boolean {
    const { bytes, offsets } = segment.layout;
    return this.#builder.isWritten(bytes, (offsets[ordinal] as number) - 1);
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
