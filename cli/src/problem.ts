/**
 * What is wrong outside of schemas: in the config file, with folders and files, in the arguments, with the app. Codes are
 * stable; docs/codegen.md and docs/commands.md list them.
 */

/** All codes, sorted. */
export const PROBLEM_CODES = [
  "ambiguous-collection",
  "ambiguous-entity",
  "app-empty",
  "app-load",
  "app-missing",
  "bad-argument",
  "config-load",
  "config-missing",
  "config-several",
  "config-type",
  "config-unknown-key",
  "generator-missing",
  "no-entity",
  "no-schemas",
  "no-version",
  "not-generated",
  "output-clash",
  "package-clash",
  "unexpected",
  "unknown-collection",
  "unreadable",
  "unwatchable",
  "unwritable",
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

export interface Problem {
  readonly code: ProblemCode;
  /** From the working directory, with forward slashes; undefined when it is about no file. */
  readonly path: string | undefined;
  /** Lines and columns count from 1; undefined when it is about the whole file. */
  readonly position?: { readonly line: number; readonly column: number } | undefined;
  /** What is, in one sentence without a full stop. */
  readonly fact: string;
  /** What to do. */
  readonly fix: string;
}

/** Ends a command. */
export class ProblemError extends Error {
  override readonly name: string = "ProblemError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(renderProblem).join("\n\n"), options);
    this.problems = problems;
  }
}

/** One problem, to throw. */
export function problemError(
  { code, path, fact, fix }: Omit<Problem, "path"> & { readonly path?: string },
  options?: ErrorOptions,
): ProblemError {
  return new ProblemError([{ code, path, fact, fix }], options);
}

/** As errors of schemas are shown: `path:line:column: error code: fact`, and the fix. */
export function renderProblem({ code, path, position, fact, fix }: Problem): string {
  const at = position === undefined ? "" : `${position.line}:${position.column}:`;
  const where = path === undefined ? "" : `${path}:${at} `;
  return `${where}error ${code}: ${fact}\nfix: ${fix}`;
}

/** A file that the system does not give, take or watch; one that is made beside another is named as that. Throws what is not an error of the system. */
export function systemProblem(
  code: ProblemCode,
  error: unknown,
  fact: string,
  fix: string,
): Problem {
  if (!(error instanceof Error && "syscall" in error)) throw error;
  const named = "dest" in error ? error.dest : "path" in error ? error.path : undefined;
  const path = typeof named === "string" ? slashed(named.replace(/\.\d+\.tmp$/, "")) : undefined;
  // "EACCES: permission denied, open 'schema/geo.yaml'"
  const reason = error.message.replace(/, \w+( '.*)?$/s, "");
  return { code, path, fact: `${fact}: ${reason}`, fix };
}

/** With forward slashes on every platform. */
export function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}
