/**
 * Memory that is needed for the time of a build. V8 counts the bytes of every ArrayBuffer against the limits of its
 * heap: building a million rows in them made it collect all garbage forty times, though there was hardly any. It does
 * not count those of a SharedArrayBuffer, so that is what everything large is built in.
 *
 * What nobody counts nobody hurries to free either. So what is needed in pieces of one size is given back and used
 * again, by the same build or the next one, unless the garbage collector comes first.
 */

/** So many unsigned integers of 32 bits, all of them 0. */
export function workWords(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(count * 4));
}

/** Pieces of one size. */
export class WorkPieces {
  readonly #sizeBytes: number;
  #spare: WeakRef<SharedArrayBuffer[]> | undefined;

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  /** A piece with anything in it. */
  take(): SharedArrayBuffer {
    return this.#spare?.deref()?.pop() ?? new SharedArrayBuffer(this.#sizeBytes);
  }

  /** Of each array, the piece that it lies over, which nobody may use any more. Other arrays are left alone. */
  giveBack(arrays: readonly ArrayBufferView[]): void {
    let spare = this.#spare?.deref();
    if (spare === undefined) this.#spare = new WeakRef((spare = []));
    for (const { buffer } of arrays) {
      const isPiece = buffer instanceof SharedArrayBuffer && buffer.byteLength === this.#sizeBytes;
      if (isPiece) spare.push(buffer);
    }
  }
}
