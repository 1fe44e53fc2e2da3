/**
 * Required fields of one plain value: each checks what a loader gave, as the check of its type does, and writes
 * it with its tag unless it is what proto3 leaves out.
 */
import type protobuf from "protobufjs/minimal.js";
import {
  checkBool,
  checkBytes,
  checkDouble,
  checkFloat,
  checkInt32,
  checkString,
  checkUint32,
} from "./check-scalar.js";
import { checkDate } from "./date.js";
import { checkDecimal } from "./decimal.js";
import {
  checkInt64,
  checkSafeInt64,
  checkSafeUint64,
  checkUint64,
  writeInt64,
  writeUint64,
  type Int64,
} from "./int64.js";

type Writer = protobuf.Writer;

export function putBool(writer: Writer, tag: number, value: unknown, path: string): void {
  if (checkBool(value, path)) writer.uint32(tag).bool(true);
}

export function putInt32(writer: Writer, tag: number, value: unknown, path: string): void {
  const checked = checkInt32(value, path);
  if (checked !== 0) writer.uint32(tag).sint32(checked);
}

export function putUint32(writer: Writer, tag: number, value: unknown, path: string): void {
  const checked = checkUint32(value, path);
  if (checked !== 0) writer.uint32(tag).uint32(checked);
}

export function putFloat(writer: Writer, tag: number, value: unknown, path: string): void {
  const checked = checkFloat(value, path);
  if (!Object.is(checked, 0)) writer.uint32(tag).float(checked);
}

export function putDouble(writer: Writer, tag: number, value: unknown, path: string): void {
  const checked = checkDouble(value, path);
  if (!Object.is(checked, 0)) writer.uint32(tag).double(checked);
}

export function putString(writer: Writer, tag: number, value: unknown, path: string): void {
  const checked = checkString(value, path);
  if (checked !== "") writer.uint32(tag).string(checked);
}

export function putBytes(writer: Writer, tag: number, value: unknown, path: string): void {
  const checked = checkBytes(value, path);
  if (checked.length > 0) writer.uint32(tag).bytes(checked);
}

export function putDate(writer: Writer, tag: number, value: unknown, path: string): void {
  const days = checkDate(value, path);
  if (days !== 0) writer.uint32(tag).sint32(days);
}

export function putInt64(writer: Writer, tag: number, value: unknown, path: string): void {
  putSigned(writer, tag, checkInt64(value, path));
}

export function putSafeInt64(writer: Writer, tag: number, value: unknown, path: string): void {
  putSigned(writer, tag, checkSafeInt64(value, path));
}

/** `digits` after the point. */
export function putDecimal(
  writer: Writer,
  tag: number,
  value: unknown,
  digits: number,
  path: string,
): void {
  putSigned(writer, tag, checkDecimal(value, digits, path));
}

export function putUint64(writer: Writer, tag: number, value: unknown, path: string): void {
  putUnsigned(writer, tag, checkUint64(value, path));
}

export function putSafeUint64(writer: Writer, tag: number, value: unknown, path: string): void {
  putUnsigned(writer, tag, checkSafeUint64(value, path));
}

function putSigned(writer: Writer, tag: number, checked: Int64): void {
  if (checked !== 0) writeInt64(writer.uint32(tag), checked);
}

function putUnsigned(writer: Writer, tag: number, checked: Int64): void {
  if (checked !== 0) writeUint64(writer.uint32(tag), checked);
}
