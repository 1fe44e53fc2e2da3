/**
 * Lays a segment out: first where each part goes, then all of it into one SharedArrayBuffer, so that every
 * thread of a process can read it without a copy.
 */
import { CachedCollectionsError } from "../errors.js";
import { FORMAT } from "../definition.js";
import {
  HEADER_FIELD,
  KEY_SLOTS_FIELD,
  MOST_SEGMENT_BYTES,
  PADDING_FIELD,
  VIEW_FIELD,
  VIEW_FIELDS,
  tagOf,
  varintSize,
} from "./format.js";
import type { RowBlocks } from "./row-blocks.js";
import { encodeHeader, type SegmentHeader } from "./segment-header.js";
import type { Steps } from "./steps.js";
import type { ViewArrays } from "./view-arrays.js";

/** The keys that a segment takes away. */
export interface RemovedParts {
  readonly rows: RowBlocks;
  readonly order: Uint32Array;
}

/** What a segment is made of. */
export interface SegmentParts {
  readonly subject: string;
  readonly hash: string;
  readonly seed: number;
  readonly rows: RowBlocks;
  /** Rows by ordinal. */
  readonly order: Uint32Array;
  readonly removed: RemovedParts;
  readonly keySlots: Uint32Array;
  readonly views: readonly ViewArrays[];
}

/** The segment's bytes, over a SharedArrayBuffer of exactly their size. */
export function* layOut(parts: SegmentParts): Steps<Uint8Array> {
  const headerSize = encodeHeader(headerOf(parts, 0)).length;
  const recordsStart = 1 + varintSize(headerSize) + headerSize;
  const removedStart = recordsStart + parts.rows.sizeBytes;
  const arraysStart = removedStart + parts.removed.rows.sizeBytes;
  const arrays = placeArrays(parts, arraysStart);
  const last = arrays.at(-1);
  const size = last === undefined ? arraysStart : endOf(last);
  if (size > MOST_SEGMENT_BYTES) {
    throw new CachedCollectionsError(
      "ERR_TOO_LARGE",
      parts.subject,
      `a segment of ${size} bytes; the most is 4 GiB`,
    );
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  const headerStart = putField(bytes, 0, HEADER_FIELD, headerSize);
  bytes.set(encodeHeader(headerOf(parts, size)), headerStart);
  yield* parts.rows.copyInto(bytes, recordsStart, parts.order);
  yield* parts.removed.rows.copyInto(bytes, removedStart, parts.removed.order);
  for (const array of arrays) yield* putArray(bytes, array);
  return bytes;
}

function headerOf(parts: SegmentParts, sizeBytes: number): SegmentHeader {
  return {
    format: FORMAT,
    hash: parts.hash,
    records: parts.order.length,
    cut: parts.views.flatMap((view, index) => (view.cut ? [index] : [])),
    seed: parts.seed,
    removed: parts.removed.order.length,
    sizeBytes,
  };
}

interface PlacedArray {
  readonly field: number;
  readonly values: Uint32Array;
  /** Where its padding field begins; equal to `start` when it needs none. */
  readonly padding: number;
  /** Where its own tag begins. */
  readonly start: number;
}

/** Finds the place of each array that has elements, one after the other. */
function placeArrays(parts: SegmentParts, from: number): readonly PlacedArray[] {
  const all: [number, Uint32Array][] = [[KEY_SLOTS_FIELD, parts.keySlots]];
  for (const [index, view] of parts.views.entries()) {
    const field = VIEW_FIELD + VIEW_FIELDS * index;
    all.push([field, view.slots], [field + 1, view.starts]);
    all.push([field + 2, view.ordinals], [field + 3, view.elements]);
  }
  const placed: PlacedArray[] = [];
  let end = from;
  for (const [field, values] of all) {
    if (values.length === 0) continue;
    const array = place(field, values, end);
    placed.push(array);
    end = endOf(array);
  }
  return placed;
}

/** Padding is 0, 2, 3 or 5 bytes: a field of one byte does not exist. */
function place(field: number, values: Uint32Array, padding: number): PlacedArray {
  const misfit = -(padding + prefixSize(field, values)) & 3;
  return { field, values, padding, start: padding + (misfit === 1 ? 5 : misfit) };
}

function prefixSize(field: number, values: Uint32Array): number {
  return varintSize(tagOf(field)) + varintSize(values.byteLength);
}

function endOf(array: PlacedArray): number {
  return array.start + prefixSize(array.field, array.values) + array.values.byteLength;
}

const COPY_STRIDE = 64 * 1024;

function* putArray(bytes: Uint8Array, array: PlacedArray): Steps<void> {
  const { field, values, padding, start } = array;
  if (start > padding) putField(bytes, padding, PADDING_FIELD, start - padding - 2);
  const at = putField(bytes, start, field, values.byteLength);
  const target = new Uint32Array(bytes.buffer, at, values.length);
  for (let i = 0; i < values.length; i += COPY_STRIDE) {
    target.set(values.subarray(i, i + COPY_STRIDE), i);
    yield;
  }
}

/** Writes a tag and a length; returns where the content begins. */
function putField(bytes: Uint8Array, at: number, field: number, length: number): number {
  return putVarint(bytes, putVarint(bytes, at, tagOf(field)), length);
}

function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let pos = at;
  for (; rest > 127; rest >>>= 7) bytes[pos++] = (rest & 127) | 128;
  bytes[pos++] = rest;
  return pos;
}
