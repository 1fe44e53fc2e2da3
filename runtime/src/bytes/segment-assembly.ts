/**
 * Segments travel in chunks of at most 1 MiB, each with a CRC-32 in the manifest. A store may read a chunk
 * straight into its place in shared memory; else it is copied there as it arrives. Allocating that memory is
 * free, the first touch of its pages is not, and this spreads it over the chunks.
 */
import { crc32 } from "node:zlib";
import { CachedCollectionsError } from "../errors.js";
import type { ManifestSegment } from "./manifest.js";
import type { ArrivingBytes } from "./open-segment.js";
import type { Steps } from "./steps.js";

/** The size of all chunks but the last. */
export const CHUNK_BYTES: number = 1024 * 1024;

/** A segment under way from the store to memory. */
export class SegmentAssembly implements ArrivingBytes {
  /** The whole segment, over a SharedArrayBuffer; zeros where chunks have not come. */
  readonly bytes: Uint8Array;
  wanted = 0;
  readonly #part: ManifestSegment;
  readonly #subject: string;
  readonly #put: Set<number> = new Set();
  /** How many chunks have come, up to the first that has not. */
  #following = 0;

  /** `subject`: whose segment it is, for messages. */
  constructor(part: ManifestSegment, subject: string) {
    this.#part = part;
    this.#subject = subject;
    this.bytes = new Uint8Array(new SharedArrayBuffer(part.sizeBytes));
  }

  /** The memory of one chunk. What is read into it counts only when it was `put`. */
  place(index: number): Uint8Array {
    const { chunkBytes } = this.#part;
    return this.bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes);
  }

  /**
   * Takes one chunk, in any order, once or again. Throws ERR_BAD_SEGMENT when its size or its CRC-32 is not
   * what the manifest says.
   */
  put(index: number, bytes: Uint8Array): void {
    const { sizeBytes, chunkBytes, checksums } = this.#part;
    const checksum = checksums[index];
    if (checksum === undefined)
      throw this.#bad(`there is no chunk ${index} of ${checksums.length}`);
    const start = index * chunkBytes;
    const expected = Math.min(chunkBytes, sizeBytes - start);
    if (bytes.length !== expected) {
      throw this.#bad(`chunk ${index} has ${bytes.length} bytes, not ${expected}`);
    }
    if (crc32(bytes) !== checksum) throw this.#bad(`chunk ${index} is damaged: its CRC-32 differs`);
    if (!this.#isInPlace(bytes, start)) this.bytes.set(bytes, start);
    this.#put.add(index);
    while (this.#put.has(this.#following)) this.#following++;
  }

  /** How many bytes have come, up to the first that has not. */
  get arrived(): number {
    return Math.min(this.bytes.length, this.#following * this.#part.chunkBytes);
  }

  get isComplete(): boolean {
    return this.arrived === this.bytes.length;
  }

  #isInPlace(bytes: Uint8Array, start: number): boolean {
    return bytes.buffer === this.bytes.buffer && bytes.byteOffset === start;
  }

  #bad(what: string): CachedCollectionsError {
    const message = `segment ${this.#part.id}: ${what}`;
    return new CachedCollectionsError("ERR_BAD_SEGMENT", this.#subject, message);
  }
}

/** Where the chunks of a segment lie in its bytes, without copying them. */
export function chunkOf(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
}

/** The CRC-32 (ISO 3309, as in gzip) of each chunk; about 1 ms a chunk at worst. */
export function* chunkChecksums(bytes: Uint8Array): Steps<readonly number[]> {
  const checksums: number[] = [];
  for (let index = 0; index * CHUNK_BYTES < bytes.length; index++) {
    checksums.push(crc32(chunkOf(bytes, index)));
    yield;
  }
  return checksums;
}
