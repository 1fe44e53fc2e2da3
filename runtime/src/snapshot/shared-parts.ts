/**
 * What a snapshot consists of, as threads of one process share it: segments that were checked once, bitmaps of
 * the dead and the table of the deltas' keys, all in shared memory. A thread that is given them computes and
 * copies nothing; its decoded records are its own.
 */
import { Segment, type SegmentLayout } from "../bytes/segment.js";
import type { EntityDefinition } from "../definition.js";
import { DeltaKeys, type DeltaKeyArrays } from "./delta-keys.js";
import { Parts, type Dead } from "./parts.js";
import type { RecordMemory } from "./record-memory.js";
import { Records } from "./records.js";

export interface SharedPart {
  readonly layout: SegmentLayout;
  readonly dead: Dead | undefined;
  readonly live: number;
}

/** Can be posted to another thread, which costs about a microsecond an array and copies no data. */
export interface SharedParts {
  /** The base, then deltas from old to new. */
  readonly list: readonly SharedPart[];
  readonly deltaKeys: DeltaKeyArrays;
}

export function shareParts(parts: Parts<object>): SharedParts {
  const list = parts.list.map(({ records, dead, live }) => ({
    layout: records.segment.layout,
    dead,
    live,
  }));
  return { list, deltaKeys: parts.deltaKeys.arrays };
}

/**
 * The same parts in this thread. `segmentAt` may know a segment already; the records of those that the snapshot
 * before has stay in use, `memory` bounds how many are kept of the others.
 */
export function partsOver<R extends object>(
  definition: EntityDefinition<R, never>,
  shared: SharedParts,
  segmentAt: (index: number) => Segment<R> | undefined,
  memory: RecordMemory,
  previous: Parts<R> | undefined,
): Parts<R> {
  const list = shared.list.map(({ layout, dead, live }, index) => {
    const segment = segmentAt(index) ?? new Segment(definition, layout);
    const records = previous?.recordsOf(segment) ?? new Records(segment, memory);
    return { records, dead, live };
  });
  return new Parts(list, new DeltaKeys(shared.deltaKeys));
}
