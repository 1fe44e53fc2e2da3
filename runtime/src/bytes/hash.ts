/**
 * The hash of keys: part of the segment format, with golden values in docs/snapshot-format.md.
 *
 * One 32-bit integer hashes as fmix32 (the finaliser of MurmurHash3, Austin Appleby). Everything else is a
 * running FNV-1a (Fowler, Noll, Vo) over the parts of the key, finished by fmix32: text as its UTF-8 bytes,
 * computed from UTF-16 without building them, so that bytes in a segment hash to the same. All functions
 * take and return signed 32-bit integers, which V8 keeps out of the heap.
 */
import type { ScalarKind } from "../definition.js";
import { isNarrow, type Normal } from "./scalar.js";

const FNV_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const GOLDEN_RATIO = 0x9e3779b1 | 0;
/** Bytes that UTF-8 never has end a text and stand for an unset value. */
const TEXT_END = 0xff;
const UNSET = 0xfe;

/** The hash of a key of one component; undefined stands for an unset one. `seed` is the segment's. */
export function hashSingle(kind: ScalarKind, value: Normal | undefined, seed: number): number {
  if (typeof value === "number" && isNarrow(kind)) return hashInteger(value, seed);
  return finishHash(addPart(startHash(seed), kind, value));
}

/** The hash of a key that is one 32-bit integer. */
export function hashInteger(value: number, seed: number): number {
  return fmix32(value ^ seed);
}

/** The hash of a key that is one string. */
export function hashText(text: string, seed: number): number {
  return fmix32(addText(FNV_BASIS ^ seed, text));
}

/** The state before the first part of a key of several components. */
export function startHash(seed: number): number {
  return FNV_BASIS ^ seed;
}

export function finishHash(state: number): number {
  return fmix32(state);
}

/** The state after one more part. */
export function addPart(state: number, kind: ScalarKind, value: Normal | undefined): number {
  if (value === undefined) return Math.imul(state ^ UNSET, FNV_PRIME);
  if (typeof value === "string") return addText(state, value);
  if (typeof value === "number" && isNarrow(kind)) return addInteger(state, value);
  if (kind.type === "float" || kind.type === "double") return addDouble(state, Number(value));
  return addWide(state, value);
}

function addInteger(state: number, value: number): number {
  return Math.imul(state ^ fmix32(value), GOLDEN_RATIO);
}

/** A 64-bit integer: its low half, then its high half. */
function addWide(state: number, value: number | bigint): number {
  return addInteger(addInteger(state, lowHalf(value)), highHalf(value));
}

/** The low 32 bits of a 64-bit integer in two's complement. */
export function lowHalf(value: number | bigint): number {
  return typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value));
}

/** The high 32 bits of a 64-bit integer in two's complement. */
export function highHalf(value: number | bigint): number {
  if (typeof value === "number") return Math.floor(value / 0x1_0000_0000) | 0;
  return Number(BigInt.asIntN(32, value >> 32n));
}

const scratch = new DataView(new ArrayBuffer(8));

function addDouble(state: number, value: number): number {
  scratch.setFloat64(0, value);
  return addInteger(addInteger(state, scratch.getInt32(4)), scratch.getInt32(0));
}

function addText(state: number, text: string): number {
  let hash = state;
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) hash = Math.imul(hash ^ unit, FNV_PRIME);
    else if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < length) {
      // Stored text has no lone surrogates; a lookup by such text finds nothing whatever its hash.
      i++;
      hash = addAstral(hash, 0x10000 + ((unit - 0xd800) << 10) + (text.charCodeAt(i) - 0xdc00));
    } else hash = addUnit(hash, unit);
  }
  return Math.imul(hash ^ TEXT_END, FNV_PRIME);
}

function addUnit(state: number, unit: number): number {
  if (unit < 0x800) {
    const hash = Math.imul(state ^ (0xc0 | (unit >> 6)), FNV_PRIME);
    return Math.imul(hash ^ (0x80 | (unit & 63)), FNV_PRIME);
  }
  let hash = Math.imul(state ^ (0xe0 | (unit >> 12)), FNV_PRIME);
  hash = Math.imul(hash ^ (0x80 | ((unit >> 6) & 63)), FNV_PRIME);
  return Math.imul(hash ^ (0x80 | (unit & 63)), FNV_PRIME);
}

function addAstral(state: number, point: number): number {
  let hash = Math.imul(state ^ (0xf0 | (point >> 18)), FNV_PRIME);
  hash = Math.imul(hash ^ (0x80 | ((point >> 12) & 63)), FNV_PRIME);
  hash = Math.imul(hash ^ (0x80 | ((point >> 6) & 63)), FNV_PRIME);
  return Math.imul(hash ^ (0x80 | (point & 63)), FNV_PRIME);
}

function fmix32(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
