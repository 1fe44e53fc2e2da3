/**
 * `timestamp`: a moment in milliseconds, google.protobuf.Timestamp on the wire (timestamp.proto: seconds as
 * int64 = 1, nanos as int32 = 2 from 0 to 999,999,999; years 1 to 9999). Fractions of a millisecond that
 * another encoder wrote are cut off.
 */
import { types } from "node:util";
import type protobuf from "protobufjs/minimal.js";
import { BadRecordError } from "./bad-record.js";
import { InvalidFieldError } from "./invalid-field.js";
import { writePlainInt64 } from "./int64.js";
import { checkEnd, type Reader } from "./reader.js";
import { RecordDate } from "./record-date.js";

/** A record's timestamp. Its setters throw: records are shared. */
export type Timestamp = Date;
/** What a loader may give for a timestamp: a Date, or whole milliseconds since 1970. */
export type TimestampInput = Date | number;

const FIRST_MS = -62_135_596_800_000; // 0001-01-01T00:00:00Z
const LAST_MS = 253_402_300_799_999; // 9999-12-31T23:59:59.999Z

/** Milliseconds since 1970. */
export function checkTimestamp(value: unknown, path = ""): number {
  const ms = types.isDate(value) ? value.getTime() : value;
  if (typeof ms !== "number" || !Number.isInteger(ms) || ms < FIRST_MS || ms > LAST_MS) {
    const expected = "a Date or whole milliseconds since 1970, in the years 1 to 9999";
    throw new InvalidFieldError(path, expected, value);
  }
  return ms;
}

/** Appends the message with its length. */
export function writeTimestamp(writer: protobuf.Writer, ms: number): protobuf.Writer {
  writer.fork();
  const seconds = Math.floor(ms / 1000);
  const nanos = (ms - seconds * 1000) * 1_000_000;
  if (seconds !== 0) writePlainInt64(writer.uint32(8), seconds);
  if (nanos !== 0) writer.uint32(16).uint32(nanos);
  return writer.ldelim();
}

/** Reads a length and the message; milliseconds since 1970. For `as: number`. */
export function readTimestampMs(reader: Reader): number {
  const end = reader.end();
  let seconds = 0;
  let nanos = 0;
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 8) seconds = reader.low() + (reader.high | 0) * 0x1_0000_0000;
    else if (tag === 16) nanos = reader.uint32();
    else reader.skipType(tag & 7);
  }
  checkEnd(reader, end);
  const ms = seconds * 1000 + Math.floor(nanos / 1_000_000);
  if (nanos > 999_999_999 || ms < FIRST_MS || ms > LAST_MS) {
    throw new BadRecordError("a timestamp is out of range");
  }
  return ms;
}

export function readTimestamp(reader: Reader): Timestamp {
  return new RecordDate(readTimestampMs(reader));
}
