/** The header of a segment: a small message of its own, first in the segment. */
import { Reader } from "../codec/reader.js";
import { Writer } from "../codec/writer.js";
import { BadSegment } from "./bad-segment.js";

export interface SegmentHeader {
  readonly format: number;
  /** The schema hash. */
  readonly hash: string;
  readonly records: number;
  /** Indexes of the views that left entries beyond their limit out. */
  readonly cut: readonly number[];
  /** Seed of all hashes in the segment. */
  readonly seed: number;
  /** How many keys the segment takes away. */
  readonly removed: number;
  /** The whole segment's size in bytes: one that was cut off where a field ends is no smaller segment. */
  readonly sizeBytes: number;
}

/** Encodes a header; zeros are left out, as proto3 does, but for the size: it never changes the length. */
export function encodeHeader(header: SegmentHeader): Uint8Array {
  const writer = new Writer();
  writer.uint32(8).uint32(header.format).uint32(18).string(header.hash);
  if (header.records !== 0) writer.uint32(24).uint32(header.records);
  if (header.cut.length > 0) writer.uint32(34).uint32s([...header.cut]);
  if (header.seed !== 0) writer.uint32(45).fixed32(header.seed);
  if (header.removed !== 0) writer.uint32(48).uint32(header.removed);
  writer.uint32(61).fixed32(header.sizeBytes);
  return writer.finish();
}

/** Decodes a header; throws BadSegment. */
export function decodeHeader(bytes: Uint8Array): SegmentHeader {
  try {
    return read(new Reader(bytes));
  } catch (error) {
    throw new BadSegment("the header does not decode", { cause: error });
  }
}

function read(reader: Reader): SegmentHeader {
  const header = {
    format: 0,
    hash: "",
    records: 0,
    cut: [] as number[],
    seed: 0,
    removed: 0,
    sizeBytes: 0,
  };
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 8) header.format = reader.uint32();
    else if (tag === 18) header.hash = reader.string();
    else if (tag === 24) header.records = reader.uint32();
    else if (tag === 34) reader.uint32s(header.cut);
    else if (tag === 45) header.seed = reader.fixed32();
    else if (tag === 48) header.removed = reader.uint32();
    else if (tag === 61) header.sizeBytes = reader.fixed32();
    else reader.skipType(tag & 7);
  }
  return header;
}
