/**
 * Order keys: byte strings whose order is the order of the values they stand for, so that one radix sort
 * serves keys, groups and sorted views of every type. They live only while a segment is built.
 *
 * Integers are big-endian with the sign flipped, doubles likewise (all bits flipped below zero), text is its
 * UTF-8 with 1 added to each byte and a 0 at its end. A value that may be unset has a mark before it, 0 or,
 * when unset, 1 and nothing else. Descending flips all bits but the mark's. No order key is the beginning of
 * another one of the same fields.
 */
import type { IndexField, ScalarKind } from "../definition.js";
import type { Arena } from "./arena.js";
import { highHalf, lowHalf } from "./hash.js";
import { isNarrow, type Normal } from "./scalar.js";

/** Appends the order key of one value to an arena. */
export function writeOrderKey(arena: Arena, kind: ScalarKind, value: Normal): void {
  if (typeof value === "string") writeText(arena, value);
  else if (isNarrow(kind)) {
    writeWord(arena, Number(value) ^ (isSigned(kind) ? SIGN : 0));
  } else if (kind.type === "float" || kind.type === "double") writeDouble(arena, Number(value));
  else {
    writeWord(arena, highHalf(value) ^ (kind.type === "uint64" ? 0 : SIGN));
    writeWord(arena, lowHalf(value));
  }
}

/** The most bytes that `writeOrderField` writes for a value. */
export function orderKeySize(value: Normal | undefined): number {
  return typeof value === "string" ? value.length * 3 + 2 : 9;
}

/** Appends a value that may be unset, in its field's direction. The arena has room. */
export function writeOrderField<R>(
  arena: Arena,
  field: IndexField<R>,
  value: Normal | undefined,
): void {
  arena.chunk[arena.pos++] = value === undefined ? 1 : 0;
  if (value === undefined) return;
  const start = arena.pos;
  writeOrderKey(arena, field.kind, value);
  if (field.descending !== true) return;
  for (let i = start; i < arena.pos; i++) arena.chunk[i] = ~(arena.chunk[i] as number);
}

const SIGN = 0x80000000 | 0;

function isSigned(kind: ScalarKind): boolean {
  return kind.type === "int32" || kind.type === "date";
}

function writeWord(arena: Arena, value: number): void {
  const { chunk, pos } = arena;
  chunk[pos] = value >>> 24;
  chunk[pos + 1] = value >>> 16;
  chunk[pos + 2] = value >>> 8;
  chunk[pos + 3] = value;
  arena.pos = pos + 4;
}

const scratch = new DataView(new ArrayBuffer(8));

function writeDouble(arena: Arena, value: number): void {
  scratch.setFloat64(0, value);
  const high = scratch.getInt32(0);
  const flip = high < 0 ? -1 : 0;
  writeWord(arena, high ^ (flip | SIGN));
  writeWord(arena, scratch.getInt32(4) ^ flip);
}

function writeText(arena: Arena, text: string): void {
  const { chunk } = arena;
  let { pos } = arena;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) chunk[pos++] = unit + 1;
    else if (unit < 0x800) {
      chunk[pos++] = 0xc1 + (unit >> 6);
      chunk[pos++] = 0x81 + (unit & 63);
    } else if (unit >= 0xd800 && unit < 0xdc00) {
      // Encoders refuse lone surrogates, so the other half follows.
      i++;
      pos = putAstral(chunk, pos, 0x10000 + ((unit - 0xd800) << 10) + text.charCodeAt(i) - 0xdc00);
    } else {
      chunk[pos++] = 0xe1 + (unit >> 12);
      chunk[pos++] = 0x81 + ((unit >> 6) & 63);
      chunk[pos++] = 0x81 + (unit & 63);
    }
  }
  chunk[pos++] = 0;
  arena.pos = pos;
}

function putAstral(chunk: Uint8Array, pos: number, point: number): number {
  chunk[pos] = 0xf1 + (point >> 18);
  chunk[pos + 1] = 0x81 + ((point >> 12) & 63);
  chunk[pos + 2] = 0x81 + ((point >> 6) & 63);
  chunk[pos + 3] = 0x81 + (point & 63);
  return pos + 4;
}
