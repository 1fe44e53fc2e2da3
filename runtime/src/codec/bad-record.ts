/**
 * Bytes that are no record of their entity. Internal: whoever asked for the record catches whatever a
 * decoder throws (this, or a RangeError of protobufjs) and throws ERR_BAD_RECORD with entity and position.
 */

/** Says which part of a record's bytes cannot be read. */
export class BadRecordError extends Error {
  override readonly name: string = "BadRecordError";
}

/** Refuses a message that lacks a field which every encoder writes. */
export function missing(field: string): never {
  throw new BadRecordError(`field ${field} is missing`);
}
