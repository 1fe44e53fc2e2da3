/**
 * What is wrong with a schema, where, and what to write instead. Codes are stable and listed in docs/errors.md.
 */

/** One error in a schema. Positions count from 1; columns count UTF-16 units. */
export interface Diagnostic {
  /** Stable: `unknown-field`. */
  readonly code: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** The source line, without its end. */
  readonly sourceLine: string;
  /** How many columns of that line are meant; at least 1. */
  readonly width: number;
  /** What is, in one sentence without a full stop. */
  readonly fact: string;
  /** What to write instead. */
  readonly fix: string;
}

/** `path:line:column: error code: fact`, the line with carets, and the fix; no newline at the end. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { path, line, column, code, fact, sourceLine, width, fix } = diagnostic;
  const margin = `${String(line)} | `;
  const before = sourceLine.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  return [
    `${path}:${String(line)}:${String(column)}: error ${code}: ${fact}`,
    margin + sourceLine,
    `${" ".repeat(margin.length - 2)}| ${before}${"^".repeat(width)}`,
    `fix: ${fix}`,
  ].join("\n");
}
