/**
 * Whose objects the records of a snapshot are. Successive snapshots share them, but a record that was dead in
 * between may have been given out before as another object than the one that its key has now, and whoever holds
 * the earlier snapshot keeps that. So a part in which something lives again, after a step back, gets records of
 * its own over the same bytes; what is in use is carried over to them as to a new segment.
 */
import { nextBeyond, Parts, wordsOf, type Dead, type Part } from "./parts.js";
import { Records } from "./records.js";

/** The parts as they are, or with new records where something lives that is dead in the snapshot before. */
export function withOwnRecords<R extends object>(parts: Parts<R>, previous: Parts<R>): Parts<R> {
  const list = parts.list.map((part): Part<R> => {
    const { records, dead, live } = part;
    const before = previous.list.find((each) => each.records === records);
    if (before === undefined || !livesAgain(before.dead, dead)) return part;
    return { records: new Records(records.segment, records.memory), dead, live };
  });
  const isSame = list.every((part, index) => part === parts.list[index]);
  return isSame ? parts : new Parts(list, parts.deltaKeys);
}

/** Whether anything does that was dead. Not in steps: ten million records take a third of a millisecond. */
export function livesAgain(before: Dead | undefined, now: Dead | undefined): boolean {
  if (before === undefined || before === now) return false;
  if (now === undefined) return true;
  const were = wordsOf(before);
  return nextBeyond(were, wordsOf(now), 0) < were.length;
}
