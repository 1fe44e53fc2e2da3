/**
 * Bytes that are no record of their entity. Internal: whoever asked for the record catches whatever a
 * decoder throws (this, or a RangeError of protobufjs) and throws ERR_BAD_RECORD with entity and position.
 */
import type { Reader } from "./reader.js";

/** Says which part of a record's bytes cannot be read. */
export class BadRecordError extends Error {
  override readonly name: string = "BadRecordError";
}

/** Refuses a message whose last field reached past its end. */
export function checkEnd(reader: Reader, end: number): void {
  if (reader.pos !== end)
    throw new BadRecordError(`a field ends ${reader.pos - end} bytes too late`);
}

/** Refuses a message that lacks a field which every encoder writes. */
export function missing(field: string): never {
  throw new BadRecordError(`field ${field} is missing`);
}
