/**
 * Strings of up to four ASCII bytes, shared: the codes that reference data is full of are decoded once and
 * then found by their bytes. A table of fixed size; a collision forgets the older string.
 */

const SLOTS = 1024;

/** Finds strings by their bytes; not for more than four of them. */
export class ShortStrings {
  readonly #keys: Int32Array = new Int32Array(SLOTS);
  readonly #strings: string[] = new Array<string>(SLOTS).fill("");

  /** The string at [start, end), at most four bytes; undefined when one of them is not ASCII. */
  get(bytes: Uint8Array, start: number, end: number): string | undefined {
    // The length goes into the key because a zero byte is a character too.
    let key = end - start;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] ?? 128;
      if (byte >= 128) return undefined;
      key = (key << 7) | byte;
    }
    const slot = (Math.imul(key, 0x9e3779b1) >>> 22) & (SLOTS - 1);
    if (this.#keys[slot] === key) return this.#strings[slot] ?? "";
    const text = asciiText(bytes, start, end - start);
    this.#keys[slot] = key;
    this.#strings[slot] = text;
    return text;
  }
}

/** Spelt out: an array to spread would cost more than all the rest. */
function asciiText(bytes: Uint8Array, start: number, length: number): string {
  const a = bytes[start] ?? 0;
  const b = bytes[start + 1] ?? 0;
  const c = bytes[start + 2] ?? 0;
  const d = bytes[start + 3] ?? 0;
  if (length === 4) return String.fromCharCode(a, b, c, d);
  if (length === 3) return String.fromCharCode(a, b, c);
  if (length === 2) return String.fromCharCode(a, b);
  return length === 1 ? String.fromCharCode(a) : "";
}
