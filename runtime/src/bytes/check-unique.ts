/**
 * Unique views that refuse duplicates, over several segments: each segment's builder has refused those within
 * it; what is left is a record of the newest one and a live record of an older one.
 */
import type { AnyEntityDefinition, IndexField, UniqueDefinition } from "../definition.js";
import { CachedCollectionsError } from "../errors.js";
import { describeKey } from "./describe-key.js";
import { hashOfValues } from "./index-columns.js";
import type { LivePart } from "./live-parts.js";
import { normalOf, sameKey, type Normal } from "./scalar.js";
import { homeSlot, nextSlot, type SlotTable } from "./slots.js";
import type { Steps } from "./steps.js";

type StrictView = UniqueDefinition<object> & { readonly index: number };

/** `parts` are all of a revision, newest first. Throws ERR_DUPLICATE_KEY. */
export function* checkUnique(
  definition: AnyEntityDefinition,
  [newest, ...older]: readonly LivePart[],
): Steps<void> {
  if (newest === undefined) return;
  const views: StrictView[] = definition.views.flatMap((view, index) =>
    view.view === "unique" && view.duplicates === "error" ? [{ ...view, index }] : [],
  );
  if (views.length === 0) return;
  for (let ordinal = 0; ordinal < newest.segment.records; ordinal++) {
    yield;
    const record = newest.segment.decode(ordinal);
    for (const view of views) {
      const other = holderOf(view, record, older);
      if (other !== undefined) throw duplicate(definition, view, record, other);
    }
  }
}

/** The live record that has this record's place in the view. */
function holderOf(
  view: StrictView,
  record: object,
  parts: readonly LivePart[],
): object | undefined {
  if (view.where?.(record) === false) return undefined;
  const values = valuesOf(view.by, record);
  if (values === undefined) return undefined;
  for (const part of parts) {
    const arrays = part.segment.layout.views[view.index];
    if (arrays === undefined) continue;
    const hash = hashOfValues(view.by, values, part.segment.layout.seed);
    for (const ordinal of candidates(arrays.slots, hash)) {
      if (!part.isLive(ordinal)) continue;
      const other = part.segment.decode(ordinal);
      if (sameKey(values, valuesOf(view.by, other))) return other;
    }
  }
  return undefined;
}

function valuesOf(by: readonly IndexField<object>[], record: object): Normal[] | undefined {
  const values: Normal[] = [];
  for (const field of by) {
    const value = normalOf(field.kind, field.read(record));
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** The numbers that a table may have filed under a hash. */
function* candidates({ words, bits }: SlotTable, hash: number): Generator<number, void, undefined> {
  if (words.length === 0) return;
  const mask = 2 ** bits - 1;
  let slot = homeSlot(hash, words.length);
  for (let word = words[slot]; word !== 0; word = words[slot]) {
    const filed = word as number;
    if (((filed ^ (hash << bits)) & ~mask) === 0) yield (filed & mask) - 1;
    slot = nextSlot(slot, words.length);
  }
}

function duplicate(
  { package: packageName, entity, key }: AnyEntityDefinition,
  view: StrictView,
  record: object,
  other: object,
): CachedCollectionsError {
  return new CachedCollectionsError(
    "ERR_DUPLICATE_KEY",
    `${packageName}.${entity}`,
    `unique view ${view.name}: ${describeKey(key, other)} and ${describeKey(key, record)} both have ` +
      `${describeKey(view.by, record)}; make the rows differ, or give the view duplicates: first or last`,
  );
}
