/** One schema file: its text and where its lines are. Offsets are UTF-16 units from the start of the text. */

export interface SourceFile {
  /** As it shall stand in messages: relative, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** A part of a source text: `end` is the first offset behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A line of a text, from 1, and the offsets of its first character and of its end. */
export interface Line {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Finds lines by offset. Lines end in LF or CR LF; a byte-order mark is no part of the first one. */
export class Lines {
  readonly #text: string;
  readonly #starts: number[];

  constructor(text: string) {
    this.#text = text;
    this.#starts = [text.startsWith("\uFEFF") ? 1 : 0];
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  /** The line that holds the offset; O(log lines). */
  at(offset: number): Line {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return this.#line(low);
  }

  #line(index: number): Line {
    const start = this.#starts[index] ?? 0;
    const next = this.#starts[index + 1];
    let end = next === undefined ? this.#text.length : next - 1;
    if (end > start && this.#text[end - 1] === "\r") end -= 1;
    return { number: index + 1, start, end };
  }
}
