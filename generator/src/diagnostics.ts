/** What is wrong with a schema, where, and what to write instead. Codes are stable; docs/errors.md lists them. */

/** All codes, sorted. */
export const DIAGNOSTIC_CODES = [
  "bad-as",
  "bad-character",
  "bad-default",
  "bad-import",
  "bad-index",
  "bad-key",
  "bad-literal",
  "bad-name",
  "bad-number",
  "bad-reference",
  "bad-type",
  "bad-where",
  "doc-comma",
  "duplicate-key",
  "empty",
  "flow-list",
  "flow-map",
  "missing-property",
  "name-clash",
  "recursive-type",
  "repeated-field",
  "repeated-value",
  "reserved-name",
  "tab-indent",
  "too-deep",
  "too-large",
  "unknown-choice",
  "unknown-entity",
  "unknown-field",
  "unknown-property",
  "unknown-type",
  "view-kind",
  "view-option",
  "wrong-shape",
  "yaml-feature",
  "yaml-syntax",
  "yaml-word",
] as const;

export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number];

/** One error in a schema. Lines and columns count from 1; columns count UTF-16 units. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** The source line without its end, with U+FFFD for what terminals obey; a very long one is cut around the error, with ... where. */
  readonly excerpt: string;
  /** What is meant in the excerpt: the first column, from 0, and how many, at least 1. */
  readonly mark: { readonly start: number; readonly width: number };
  /** What is, in one sentence without a full stop. */
  readonly fact: string;
  /** What to write instead. */
  readonly fix: string;
}

/** `path:line:column: error code: fact`, the line with carets, and the fix; no newline at the end. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { path, line, column, code, fact, excerpt, mark, fix } = diagnostic;
  const margin = `${String(line)} | `;
  const indent = excerpt.slice(0, mark.start).replaceAll(/[^\t]/g, " ");
  return [
    `${path}:${String(line)}:${String(column)}: error ${code}: ${fact}`,
    `${margin}${excerpt}`,
    `${" ".repeat(margin.length - 2)}| ${indent}${"^".repeat(mark.width)}`,
    `fix: ${fix}`,
  ].join("\n");
}
