/** Collects what is wrong with one file and gives it back in source order, each place and code once. */
import type { Diagnostic, DiagnosticCode } from "../diagnostics.js";
import { MAX_ERRORS } from "./limits.js";
import { Lines, type SourceFile, type Span } from "./source-file.js";

/** The id of the last diagnostic, when there are too many. */
const MORE = "more";
/** Lines longer than this are shown cut around the error. */
const SHOWN = 160;

export class Reporter {
  readonly file: SourceFile;
  readonly #lines: Lines;
  readonly #found = new Map<string, { readonly start: number; readonly diagnostic: Diagnostic }>();

  constructor(file: SourceFile) {
    this.file = file;
    this.#lines = new Lines(file.text);
  }

  /**
   * Reports an error. `fact` and `fix` are sentences without a full stop; a fix that is searched for is given as
   * a function. Past MAX_ERRORS it is only told that there are more.
   */
  add(code: DiagnosticCode, span: Span, fact: string, fix: string | (() => string)): void {
    const id = `${code} ${String(span.start)}`;
    if (this.#found.has(id)) return;
    if (this.#found.size < MAX_ERRORS) {
      const text = typeof fix === "string" ? fix : fix();
      const diagnostic = this.#diagnostic(code, span, fact, text);
      this.#found.set(id, { start: span.start, diagnostic });
      return;
    }
    const end = { start: this.file.text.length, end: this.file.text.length };
    const more = "the file has more errors than are shown";
    const last = this.#diagnostic("too-large", end, more, "correct these first");
    this.#found.set(MORE, { start: Infinity, diagnostic: last });
  }

  /** Whether anything was reported. */
  get failed(): boolean {
    return this.#found.size > 0;
  }

  /** All errors in source order. */
  list(): readonly Diagnostic[] {
    const entries = [...this.#found.values()];
    return entries.sort((a, b) => a.start - b.start).map((entry) => entry.diagnostic);
  }

  #diagnostic(code: DiagnosticCode, span: Span, fact: string, fix: string): Diagnostic {
    const line = this.#lines.at(span.start);
    const start = Math.min(Math.max(span.start, line.start), line.end);
    const from = start - line.start > SHOWN / 2 ? start - SHOWN / 2 : line.start;
    const to = Math.min(line.end, from + SHOWN);
    return {
      code,
      path: this.file.path,
      line: line.number,
      column: start - line.start + 1,
      excerpt: this.file.text.slice(from, to),
      mark: { start: start - from, width: Math.max(1, Math.min(span.end, to) - start) },
      fact,
      fix,
    };
  }
}
