/**
 * Lists: fields that repeat on the wire. Numbers, booleans, enums, dates and decimals are packed into one
 * field (proto3's default); readers take them one by one too.
 */
import type protobuf from "protobufjs/minimal.js";
import { InvalidFieldError, within } from "./invalid-field.js";
import { checkEnd, type Reader } from "./reader.js";

/** Checks one value and appends it. Its errors carry no path: the list knows the index. */
export type WriteValue = (value: unknown) => unknown;
/** Reads one value. */
export type ReadValue<T> = () => T;

/** Writes each element; `write` appends its tag too. */
export function writeList(list: readonly unknown[], path: string, write: WriteValue): void {
  checkList(list, path);
  for (let i = 0; i < list.length; i++) writeElement(list, i, path, write);
}

/** Appends all elements as one packed field, `write` without a tag; nothing when there are none. */
export function writePacked(
  writer: protobuf.Writer,
  tag: number,
  list: readonly unknown[],
  path: string,
  write: WriteValue,
): void {
  checkList(list, path);
  if (list.length === 0) return;
  writer.uint32(tag).fork();
  for (let i = 0; i < list.length; i++) writeElement(list, i, path, write);
  writer.ldelim();
}

function checkList(list: unknown, path: string): void {
  if (!Array.isArray(list)) throw new InvalidFieldError(path, "an array", list);
}

function writeElement(
  list: readonly unknown[],
  index: number,
  path: string,
  write: WriteValue,
): void {
  try {
    // A hole in an array reads as undefined, which no element is: the write refuses it.
    write(list[index]);
  } catch (error) {
    throw within(error, `${path}[${index}]`);
  }
}

/**
 * Reads what stands under a tag of a packable list: one packed run, or one element. Appends to the list, which
 * it makes on the first.
 */
export function readPacked<T>(
  reader: Reader,
  tag: number,
  list: T[] | undefined,
  read: ReadValue<T>,
): T[] {
  const target = list ?? [];
  if ((tag & 7) !== 2) {
    target.push(read());
    return target;
  }
  const end = reader.end();
  while (reader.pos < end) target.push(read());
  checkEnd(reader, end);
  return target;
}

const EMPTY: readonly never[] = Object.freeze([]);

/** The list as a record holds it: frozen; all empty ones are one. */
export function frozenList<T>(list: T[] | undefined): readonly T[] {
  return list === undefined || list.length === 0 ? EMPTY : Object.freeze(list);
}
