/** Collects what is wrong with one file and gives it back in source order. */
import type { Diagnostic, DiagnosticCode } from "../diagnostics.js";
import { MAX_ERRORS } from "./limits.js";
import { Lines, type Line, type SourceFile, type Span } from "./source-file.js";

/** Of longer lines that much is shown, around the error. */
const SHOWN = 160;
/** Stands where a line was cut. */
const CUT = "...";

interface Found {
  readonly start: number;
  readonly diagnostic: Diagnostic;
}

export class Reporter {
  readonly file: SourceFile;
  readonly #lines: Lines;
  readonly #found: Found[] = [];
  #hasMore = false;

  constructor(file: SourceFile) {
    this.file = file;
    this.#lines = new Lines(file.text);
  }

  /**
   * Reports an error. `fact` and `fix` are sentences without a full stop; a fix that is searched for is given as
   * a function. Past MAX_ERRORS it is only told that there are more.
   */
  add(code: DiagnosticCode, span: Span, fact: string, fix: string | (() => string)): void {
    if (this.isFull) {
      this.#hasMore = true;
      return;
    }
    const text = typeof fix === "string" ? fix : fix();
    const diagnostic = this.#diagnostic(code, span, fact, text);
    this.#found.push({ start: span.start, diagnostic });
  }

  /** Whether anything was reported. */
  get failed(): boolean {
    return this.#found.length > 0;
  }

  /** Whether further errors are only counted. */
  get isFull(): boolean {
    return this.#found.length === MAX_ERRORS;
  }

  /** All errors in source order. */
  list(): readonly Diagnostic[] {
    const sorted = this.#found.toSorted((a, b) => a.start - b.start);
    const diagnostics = sorted.map(({ diagnostic }) => diagnostic);
    return this.#hasMore ? [...diagnostics, this.#more()] : diagnostics;
  }

  #more(): Diagnostic {
    const end = this.file.text.length;
    const fact = "the file has more errors than are shown";
    return this.#diagnostic("too-large", { start: end, end }, fact, "correct these first");
  }

  #diagnostic(code: DiagnosticCode, span: Span, fact: string, fix: string): Diagnostic {
    const line = this.#lines.at(span.start);
    const start = Math.min(Math.max(span.start, line.start), line.end);
    const { from, to } = shownPart(line, { start, end: Math.min(span.end, line.end) });
    const before = from > line.start ? CUT : "";
    const after = to < line.end ? CUT : "";
    const shown = this.file.text.slice(from, to).replaceAll(/(?!\t)[\p{Cc}\p{Cs}]/gu, "\uFFFD");
    return {
      code,
      path: this.file.path,
      line: line.number,
      column: start - line.start + 1,
      excerpt: `${before}${shown}${after}`,
      mark: {
        start: before.length + start - from,
        width: Math.max(1, Math.min(span.end, to) - start),
      },
      fact,
      fix,
    };
  }
}

/** The part of a line that is shown: all of it, or as much before as behind what is meant. */
function shownPart(line: Line, meant: Span): { readonly from: number; readonly to: number } {
  const last = Math.max(line.start, line.end - SHOWN);
  const around = Math.max(0, SHOWN - (meant.end - meant.start));
  const from = Math.min(Math.max(line.start, meant.start - (around >> 1)), last);
  return { from, to: Math.min(line.end, from + SHOWN) };
}
