/**
 * How many records differ between two snapshots of a mapping. Only records that did not stay in their place are
 * looked at, those of new segments: by their bytes with the record that was in that place, else by their key.
 * Keys are decoded for it, records are not.
 */
import { hashOfValues } from "../bytes/index-columns.js";
import { sameKey, type Normal } from "../bytes/scalar.js";
import type { Steps } from "../bytes/steps.js";
import type { IndexField } from "../definition.js";
import { NO_ENTRY } from "./delta-keys.js";
import { livesAgain } from "./own-records.js";
import { findInBase, isDead, type Part, type Parts, type Place } from "./parts.js";
import type { Records } from "./records.js";

export interface ChangeCounts {
  readonly added: number;
  /** The same key, other content. */
  readonly changed: number;
  readonly removed: number;
}

/** So many records are looked at without a pause. */
const STRIDE = 256;

/** Throws ERR_BAD_RECORD for a key that does not decode. */
export function* countChanges<R extends object>(
  from: Parts<R>,
  to: Parts<R>,
  key: readonly IndexField<R>[],
): Steps<ChangeCounts> {
  const former = new Former(from, key);
  let [placed, same, changed] = [0, 0, 0];
  for (const { records, dead } of to.list) {
    const before = from.list.find((part) => part.records.segment === records.segment);
    if (before !== undefined && !livesAgain(before.dead, dead)) continue;
    for (let ordinal = 0; ordinal < records.segment.records; ordinal++) {
      if (ordinal % STRIDE === STRIDE - 1) yield;
      if (isDead(dead, ordinal) || (before !== undefined && !isDead(before.dead, ordinal)))
        continue;
      placed++;
      const was = former.of(records, ordinal);
      if (was === "same") same++;
      else if (was === "other") changed++;
    }
  }
  const stayed = to.size - placed;
  return { added: placed - same - changed, changed, removed: from.size - stayed - same - changed };
}

/** What the earlier snapshot has under the key of a record. */
class Former<R extends object> {
  readonly #parts: Parts<R>;
  readonly #key: readonly IndexField<R>[];
  /** How far the last record moved in the base; its neighbours moved as far, mostly. */
  #shift = 0;

  constructor(parts: Parts<R>, key: readonly IndexField<R>[]) {
    this.#parts = parts;
    this.#key = key;
  }

  of({ segment }: Records<R>, ordinal: number): "same" | "other" | undefined {
    const { records, dead } = this.#parts.base;
    const near = ordinal + this.#shift;
    const isNear = near >= 0 && near < records.segment.records && !isDead(dead, near);
    if (isNear && records.segment.sameBytes(near, segment, ordinal)) return "same";
    const key = segment.keyOf(ordinal);
    if (isNear && sameKey(records.segment.keyOf(near), key)) return "other";
    const place = this.#find(key);
    if (place === undefined) return undefined;
    if (place.records === records) this.#shift = place.ordinal - ordinal;
    const isSame = place.records.segment.sameBytes(place.ordinal, segment, ordinal);
    return isSame ? "same" : "other";
  }

  /** The live record of a key. */
  #find(key: readonly Normal[]): Place<R> | undefined {
    const { base, list, deltaKeys, seed } = this.#parts;
    const has = ({ records: { segment } }: Part<R>, at: number): boolean =>
      at < segment.records && sameKey(segment.keyOf(at), key);
    const hash = hashOfValues(this.#key, key, seed);
    const inBase = findInBase(base, hash, (at) => has(base, at));
    if (inBase !== undefined) return { records: base.records, ordinal: inBase };
    const entry = deltaKeys.find(hash, (part, at) => has(list[part] as Part<R>, at));
    if (entry === NO_ENTRY) return undefined;
    const { records } = list[deltaKeys.partOf(entry)] as Part<R>;
    return { records, ordinal: deltaKeys.ordinalOf(entry) };
  }
}
