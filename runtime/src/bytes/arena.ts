/**
 * Growing memory that never moves what it holds: bytes in chunks addressed by one 32-bit number, and columns
 * of 32-bit integers in chunks. Doubling one array would copy hundreds of megabytes in one go.
 */
import { CachedCollectionsError } from "../errors.js";

const CHUNK_BITS = 20;
const CHUNK_BYTES = 1 << CHUNK_BITS;
const MOST_CHUNKS = 4096;

/** Byte strings of any length, appended one after the other. An address is chunk number * 2^20 + offset. */
export class Arena {
  readonly chunks: Uint8Array[] = [];
  /** The chunk being filled. */
  chunk: Uint8Array = new Uint8Array(0);
  /** Where the next byte goes, in `chunk`. Whoever wrote there moves it. */
  pos = 0;

  /** Makes room for a byte string that begins at `pos` and may need this many bytes. */
  reserve(sizeBytes: number): void {
    if (this.chunks.length > 0 && this.pos + sizeBytes <= this.chunk.length) return;
    if (this.chunks.length === MOST_CHUNKS) {
      throw new CachedCollectionsError("ERR_TOO_LARGE", "", "keys of more than 4 GiB");
    }
    this.chunk = new Uint8Array(Math.max(CHUNK_BYTES, sizeBytes));
    this.chunks.push(this.chunk);
    this.pos = 0;
  }

  /** The address of the byte at `pos`; call it after `reserve`. */
  address(): number {
    return (this.chunks.length - 1) * CHUNK_BYTES + this.pos;
  }

  /** The chunk of an address. */
  chunkOf(address: number): Uint8Array {
    return this.chunks[address >>> CHUNK_BITS] as Uint8Array;
  }
}

/** The offset of an address in its chunk. */
export function offsetOf(address: number): number {
  return address & (CHUNK_BYTES - 1);
}

const COLUMN_BITS = 14;
const COLUMN_MASK = (1 << COLUMN_BITS) - 1;

/** A column of unsigned 32-bit integers. */
export class Column {
  readonly #chunks: Uint32Array[] = [];
  #last: Uint32Array = new Uint32Array(0);
  length = 0;

  push(value: number): void {
    const at = this.length & COLUMN_MASK;
    if (at === 0) {
      this.#last = new Uint32Array(1 << COLUMN_BITS);
      this.#chunks.push(this.#last);
    }
    this.#last[at] = value;
    this.length++;
  }

  /** All of it in one array, for random access; the column is empty afterwards. */
  take(): Uint32Array {
    const all = new Uint32Array(this.length);
    for (const [index, chunk] of this.#chunks.entries()) {
      const start = index << COLUMN_BITS;
      all.set(chunk.subarray(0, Math.min(chunk.length, this.length - start)), start);
    }
    this.#chunks.length = 0;
    this.length = 0;
    return all;
  }
}
