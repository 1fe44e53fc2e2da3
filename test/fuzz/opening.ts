/** What the targets that take segments have in common: how an input is read, and which refusals are good ones. */
import { openSegment } from "../../runtime/src/bytes/open-segment.js";
import type { Segment } from "../../runtime/src/bytes/segment.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { CachedCollectionsError } from "../../runtime/src/errors.js";
import { SUBJECTS, type Subject } from "./subjects.js";

/** What came of an input; a refusal with its reason, so that a search can tell new ones from known ones. */
export type Outcome = "read" | "a bad record" | `refused: ${string}`;

export const INFO = { revision: 1, epoch: "e", manifestId: "m" };

/** What bytes of a segment may be refused with, when they are opened or laid over others. */
export const REFUSALS: readonly string[] = ["ERR_BAD_SEGMENT", "ERR_FORMAT", "ERR_BAD_RECORD"];

export interface Chosen {
  readonly subject: Subject;
  readonly bytes: Uint8Array;
  /** Whether it lies over a base. */
  readonly isDelta: boolean;
}

/** Bits of the byte that chooses, above the number of the entity. */
export const GOOD_HEADER = 0x20;
export const TRUE_SIZE = 0x40;
export const IS_DELTA = 0x80;

/**
 * A byte chooses entity, base or delta, and whether the header is made to say the true size, or is a good one
 * altogether, so that what follows it is looked at.
 */
export function chosen(choice: number, given: Uint8Array): Chosen {
  const subject = SUBJECTS[(choice & 0x1f) % SUBJECTS.length] as Subject;
  const bytes = Uint8Array.from(given);
  if ((choice & GOOD_HEADER) !== 0) {
    const good = (choice & IS_DELTA) !== 0 ? subject.delta : subject.base;
    bytes.set(good.subarray(0, Math.min(bytes.length, 2 + (good[1] ?? 0))));
  }
  if ((choice & TRUE_SIZE) !== 0) sayTrueSize(bytes);
  return {
    subject,
    bytes,
    isDelta: (choice & IS_DELTA) !== 0 && subject.definition.key.length > 0,
  };
}

export function open({ definition }: Subject, bytes: Uint8Array): Segment<object> {
  return atOnce(openSegment(definition, bytes));
}

/** The size is the last thing in a header, so that what follows is looked at. */
function sayTrueSize(bytes: Uint8Array): void {
  const sizeAt = 2 + (bytes[1] ?? 0) - 4;
  if (sizeAt < 2 || sizeAt + 4 > bytes.length) return;
  new DataView(bytes.buffer).setUint32(sizeAt, bytes.length, true);
}

/** The outcome of an error with one of these codes; throws any other. */
export function refusedBy(error: unknown, codes: readonly string[]): Outcome {
  if (!(error instanceof CachedCollectionsError) || !codes.includes(error.code)) throw error;
  // Quoted text and numbers are the input's.
  return `refused: ${error.message.replaceAll(/"(?:[^"\\]|\\.)*"|\d+/g, "#")}`;
}
