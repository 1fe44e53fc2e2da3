/**
 * 64-bit integers. Numbers stand for all values that they can hold exactly, so that the common ones cost no
 * bigint; a bigint stands for the others. int64 is zig-zag on the wire, as int32 is.
 */
import type protobuf from "protobufjs/minimal.js";
import { BadRecordError } from "./bad-record.js";
import { InvalidFieldError } from "./invalid-field.js";
import type { Reader } from "./reader.js";

/** What a loader may give for a 64-bit integer: decimal text too, as SQL drivers do. */
export type Int64Input = bigint | number | string;

/** A safe integer as a number, any other as a bigint. */
export type Int64 = number | bigint;

const TWO_32 = 0x1_0000_0000;
const DECIMAL_TEXT = /^-?[0-9]{1,20}$/;

export function checkInt64(value: unknown, path = ""): Int64 {
  const integer = toInteger(value);
  if (
    integer !== undefined &&
    (typeof integer === "number" || BigInt.asIntN(64, integer) === integer)
  ) {
    return integer;
  }
  throw new InvalidFieldError(
    path,
    "an integer of 64 bits: a bigint, a safe number or decimal text",
    value,
  );
}

export function checkUint64(value: unknown, path = ""): Int64 {
  const integer = toInteger(value);
  if (integer !== undefined && integer >= 0) {
    if (typeof integer === "number" || BigInt.asUintN(64, integer) === integer) return integer;
  }
  const expected = "an unsigned integer of 64 bits: a bigint, a safe number or decimal text";
  throw new InvalidFieldError(path, expected, value);
}

/** For `as: number`: what a reader could not get back is refused here. */
export function checkSafeInt64(value: unknown, path = ""): number {
  const integer = toInteger(value);
  if (typeof integer === "number") return integer;
  throw new InvalidFieldError(path, "an integer within ±9007199254740991", value);
}

export function checkSafeUint64(value: unknown, path = ""): number {
  const integer = toInteger(value);
  if (typeof integer === "number" && integer >= 0) return integer;
  throw new InvalidFieldError(path, "an integer from 0 to 9007199254740991", value);
}

function toInteger(value: unknown): Int64 | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value + 0 : undefined;
  if (typeof value === "bigint") return narrow(value);
  if (typeof value === "string" && DECIMAL_TEXT.test(value)) return narrow(BigInt(value));
  return undefined;
}

function narrow(value: bigint): Int64 {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Appends a checked uint64 as a varint. */
export function writeUint64(writer: protobuf.Writer, value: Int64): protobuf.Writer {
  return typeof value === "number"
    ? writeVarint(writer, value >>> 0, Math.floor(value / TWO_32))
    : writeVarint(writer, Number(value & 0xffffffffn), Number(value >> 32n));
}

/** Appends a checked int64, zig-zag. */
export function writeInt64(writer: protobuf.Writer, value: Int64): protobuf.Writer {
  if (typeof value === "number" && Math.abs(value) < TWO_32 * 0x100000) {
    return writeUint64(writer, value < 0 ? -2 * value - 1 : 2 * value);
  }
  const wide = BigInt(value);
  return writeUint64(writer, BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n)));
}

/** Appends an integer in two's complement, as protobuf's own int64: for messages that protobuf defines. */
export function writePlainInt64(writer: protobuf.Writer, value: number): void {
  writeVarint(writer, value >>> 0, Math.floor(value / TWO_32) >>> 0);
}

/** Four bytes of a varint at a time: each fixed32 holds 28 bits and four marks that more follow. */
function writeVarint(writer: protobuf.Writer, low: number, high: number): protobuf.Writer {
  if (high === 0) return writer.uint32(low);
  writer.fixed32(spread(low));
  const middle = ((high << 4) | (low >>> 28)) >>> 0;
  if (high >>> 28 === 0) return writer.uint32(middle);
  return writer.fixed32(spread(middle)).uint32(((high >>> 28) << 4) | (middle >>> 28));
}

function spread(bits: number): number {
  const first = (bits & 0x7f) | ((bits & 0x3f80) << 1);
  return first | ((bits & 0x1fc000) << 2) | ((bits & 0xfe00000) << 3) | 0x80808080;
}

export function readUint64(reader: Reader): bigint {
  const low = reader.low();
  return (BigInt(reader.high) << 32n) | BigInt(low);
}

export function readInt64(reader: Reader): bigint {
  const raw = readUint64(reader);
  return (raw >> 1n) ^ -(raw & 1n);
}

/** For `as: number`. */
export function readUint64Number(reader: Reader): number {
  const low = reader.low();
  const value = reader.high * TWO_32 + low;
  if (!Number.isSafeInteger(value)) throw new BadRecordError("an integer is beyond 2^53");
  return value;
}

/** For `as: number`, and for decimals that fit. */
export function readInt64Number(reader: Reader): number {
  const raw = readInt64OrNumber(reader);
  if (typeof raw === "number") return raw;
  throw new BadRecordError("an integer is beyond 2^53");
}

/** A number where it can hold the value. */
export function readInt64OrNumber(reader: Reader): Int64 {
  const low = reader.low();
  const { high } = reader;
  if (high < 0x200000) {
    const raw = high * TWO_32 + low;
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }
  const raw = (BigInt(high) << 32n) | BigInt(low);
  return narrow((raw >> 1n) ^ -(raw & 1n));
}

/** For `as: string`. */
export function readUint64Text(reader: Reader): string {
  const low = reader.low();
  const { high } = reader;
  if (high < 0x200000) return String(high * TWO_32 + low);
  return String((BigInt(high) << 32n) | BigInt(low));
}

/** For `as: string`. */
export function readInt64Text(reader: Reader): string {
  return String(readInt64OrNumber(reader));
}
