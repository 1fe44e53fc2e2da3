/**
 * What a command on collections did: as `--json` prints it, for deploy scripts, and as text. docs/commands.md
 * describes the JSON; its members keep their meaning, and new ones may come.
 */
import { ProblemError, renderProblem, type Problem } from "../problem.js";

export const EXIT_OK = 0;
export const EXIT_NO = 1;
export const EXIT_FAILED = 2;

/** One run, and the line of `--json`. */
export interface OperateReport {
  /** Of this shape; rises only when a reader must change. */
  readonly format: 1;
  /** `status`, `push`, ... */
  readonly command: string;
  readonly exitCode: number;
  /** What was found or done, in the order in which it is printed; also when an error came after it. */
  readonly results: readonly object[];
  readonly errors: readonly OperateError[];
}

export interface OperateError {
  /** Stable: of the runtime `ERR_...`, of this tool as in docs/commands.md. */
  readonly code: string;
  readonly message: string;
  /** What to do, when the message does not say it. */
  readonly fix?: string;
}

/** The errors that a command ended with. */
export function errorsOf(error: unknown): readonly OperateError[] {
  if (error instanceof ProblemError) return error.problems.map(ofProblem);
  if (isCoded(error)) return [{ code: error.code, message: error.message }];
  return [{ code: "unexpected", message: String(error) }];
}

function ofProblem({ code, path, fact, fix }: Problem): OperateError {
  return { code, message: path === undefined ? fact : `${path}: ${fact}`, fix };
}

/** The same for people. What nobody foresaw comes with the place where it was thrown. */
export function renderErrors(error: unknown): string {
  if (error instanceof ProblemError) return error.problems.map(renderProblem).join("\n\n");
  if (isCoded(error)) return `error ${error.code}: ${error.message}`;
  return `error unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** An error of the runtime, of whichever copy. */
function isCoded(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && "subject" in error;
}
