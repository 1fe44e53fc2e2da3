/**
 * Whose objects the records of a snapshot are. Successive snapshots share them, but a record that was dead in
 * between may have been given out before as another object than the one that its key has now, and whoever holds
 * the earlier snapshot keeps that. So a part in which something lives again, after a step back, gets records of
 * its own over the same bytes; what is in use is carried over to them as to a new segment.
 */
import type { Steps } from "../bytes/steps.js";
import { Parts, wordsOf, type Dead, type Part } from "./parts.js";
import { Records } from "./records.js";

/** The parts as they are, or with new records where something lives that is dead in the snapshot before. */
export function* withOwnRecords<R extends object>(
  parts: Parts<R>,
  previous: Parts<R>,
): Steps<Parts<R>> {
  const list: Part<R>[] = [];
  for (const part of parts.list) {
    const { segment, memory } = part.records;
    const before = previous.list.find(({ records }) => records === part.records);
    const livesAgain = before !== undefined && (yield* isAnyRevived(before.dead, part.dead));
    list.push(livesAgain ? { ...part, records: new Records(segment, memory) } : part);
  }
  const isSame = list.every((part, index) => part === parts.list[index]);
  return isSame ? parts : new Parts(list, parts.deltaKeys);
}

function* isAnyRevived(before: Dead | undefined, now: Dead | undefined): Steps<boolean> {
  if (before === undefined || before === now) return false;
  if (now === undefined) return true;
  const [were, are] = [wordsOf(before), wordsOf(now)];
  for (let word = 0; word < were.length; word++) {
    if (((were[word] as number) & ~(are[word] as number)) !== 0) return true;
    if (word % 8192 === 0) yield;
  }
  return false;
}
