/**
 * Order keys: byte strings whose order is the order of the values they stand for, so that one radix sort
 * serves keys, groups and sorted views of every type. They live only while a segment is built.
 *
 * Integers are big-endian with the sign flipped, doubles likewise (all bits flipped below zero), text is its
 * UTF-8 with 1 added to each byte and a 0 at its end. A value that may be unset has a mark before it, 0 or,
 * when unset, 1 and nothing else. Descending flips all bits but the mark's. No order key is the beginning of
 * another one of the same fields.
 */
import type { ScalarKind } from "../definition.js";
import { highHalf, lowHalf } from "./hash.js";
import { isNarrow, type Normal } from "./scalar.js";

const SIGN = 0x80000000 | 0;

/** Writes order keys into memory that it uses again and again. */
export class OrderKeyWriter {
  /** The key written so far is `bytes` up to `size`. */
  bytes: Uint8Array = new Uint8Array(1024);
  size = 0;

  reset(): void {
    this.size = 0;
  }

  /** Appends a value that is never unset. */
  value(kind: ScalarKind, value: Normal): void {
    if (typeof value === "string") this.#text(value);
    else if (isNarrow(kind)) {
      this.#reserve(4);
      this.#word(Number(value) ^ (isSigned(kind) ? SIGN : 0));
    } else this.#wide(kind, value);
  }

  /** Appends a value that may be unset, in a direction. */
  optional(kind: ScalarKind, value: Normal | undefined, descending: boolean): void {
    this.#reserve(1);
    this.bytes[this.size++] = value === undefined ? 1 : 0;
    if (value === undefined) return;
    const start = this.size;
    this.value(kind, value);
    if (!descending) return;
    const { bytes, size } = this;
    for (let i = start; i < size; i++) bytes[i] = ~(bytes[i] as number);
  }

  #wide(kind: ScalarKind, value: number | bigint): void {
    this.#reserve(8);
    if (kind.type === "float" || kind.type === "double") this.#double(Number(value));
    else {
      this.#word(highHalf(value) ^ (kind.type === "uint64" ? 0 : SIGN));
      this.#word(lowHalf(value));
    }
  }

  #double(value: number): void {
    scratch.setFloat64(0, value);
    const high = scratch.getInt32(0);
    const flip = high < 0 ? -1 : 0;
    this.#word(high ^ (flip | SIGN));
    this.#word(scratch.getInt32(4) ^ flip);
  }

  #word(value: number): void {
    const { bytes, size } = this;
    bytes[size] = value >>> 24;
    bytes[size + 1] = value >>> 16;
    bytes[size + 2] = value >>> 8;
    bytes[size + 3] = value;
    this.size = size + 4;
  }

  #text(text: string): void {
    this.#reserve(text.length * 3 + 1);
    const { bytes } = this;
    let at = this.size;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) bytes[at++] = unit + 1;
      else if (unit >= 0xd800 && unit < 0xdc00) {
        // Encoders refuse lone surrogates, so the other half follows.
        i++;
        at = putAstral(bytes, at, ((unit - 0xd800) << 10) + text.charCodeAt(i) + 0x2400);
      } else at = putUnit(bytes, at, unit);
    }
    bytes[at++] = 0;
    this.size = at;
  }

  #reserve(sizeBytes: number): void {
    if (this.size + sizeBytes <= this.bytes.length) return;
    const larger = new Uint8Array((this.size + sizeBytes) * 2);
    larger.set(this.bytes.subarray(0, this.size));
    this.bytes = larger;
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function isSigned(kind: ScalarKind): boolean {
  return kind.type === "int32" || kind.type === "date";
}

function putUnit(bytes: Uint8Array, at: number, unit: number): number {
  if (unit < 0x800) {
    bytes[at] = 0xc1 + (unit >> 6);
    bytes[at + 1] = 0x81 + (unit & 63);
    return at + 2;
  }
  bytes[at] = 0xe1 + (unit >> 12);
  bytes[at + 1] = 0x81 + ((unit >> 6) & 63);
  bytes[at + 2] = 0x81 + (unit & 63);
  return at + 3;
}

function putAstral(bytes: Uint8Array, at: number, point: number): number {
  bytes[at] = 0xf1 + (point >> 18);
  bytes[at + 1] = 0x81 + ((point >> 12) & 63);
  bytes[at + 2] = 0x81 + ((point >> 6) & 63);
  bytes[at + 3] = 0x81 + (point & 63);
  return at + 4;
}
