/**
 * What a run of `codegen` did or found: as `--json` prints it, for editors and annotations of builds, and as
 * text. docs/codegen.md describes the JSON; its members keep their meaning, and new ones may come. Its types are
 * for users, who may not have the generator: they name nothing of it.
 */

/** One run, and one line of `--json`. */
export interface Report {
  /** Of this shape; rises only when a reader must change. */
  readonly format: 1;
  readonly command: "codegen";
  readonly outcome: Outcome;
  /** What the process exits with; of a run of `--watch` what it would. */
  readonly exitCode: number;
  /** All errors, in the order in which they are printed. */
  readonly diagnostics: readonly ReportedDiagnostic[];
  /** All generated files in the order of their paths; none when there are errors in schemas. */
  readonly files: readonly ReportedFile[];
  /** Of `--print-canonical` only. */
  readonly canonical?: readonly CanonicalEntity[];
}

export type Outcome = "up-to-date" | "written" | "out-of-date" | "printed" | "failed";

export interface ReportedDiagnostic {
  readonly severity: "error";
  /** Stable. */
  readonly code: string;
  /** From the working directory, with forward slashes; null when it is about no file. */
  readonly path: string | null;
  /** Null when it is about the whole file. */
  readonly start: Position | null;
  /** The first position behind what is meant. */
  readonly end: Position | null;
  /** What is, in one sentence. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
  /** All of it as people read it, over several lines. */
  readonly rendered: string;
}

/** Both count from 1; columns count UTF-16 units, as JavaScript does. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ReportedFile {
  /** From the working directory, with forward slashes. */
  readonly path: string;
  /** `written`, `removed`: this run did. `missing`, `outdated`, `leftover`: so `--check` found it. */
  readonly status: "unchanged" | "written" | "removed" | "missing" | "outdated" | "leftover";
}

export interface CanonicalEntity {
  /** With its package: `geo.City`. */
  readonly entity: string;
  readonly hash: string;
  /** Its SHA-256 begins with the hash. */
  readonly text: string;
}

export const EXIT_OK = 0;
export const EXIT_OUT_OF_DATE = 1;
export const EXIT_FAILED = 2;

const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  "up-to-date": EXIT_OK,
  written: EXIT_OK,
  printed: EXIT_OK,
  "out-of-date": EXIT_OUT_OF_DATE,
  failed: EXIT_FAILED,
};

const STATES: Readonly<Record<ReportedFile["status"], string>> = {
  unchanged: "is up to date",
  written: "was written",
  removed: "was removed",
  missing: "is missing",
  outdated: "differs from its schema",
  leftover: "has no schema any more",
};

/** A report with what is given; the rest is empty. */
export function reportOf(
  outcome: Outcome,
  parts: Partial<Pick<Report, "diagnostics" | "files" | "canonical">>,
): Report {
  const exitCode = EXIT_CODES[outcome];
  return { format: 1, command: "codegen", outcome, exitCode, diagnostics: [], files: [], ...parts };
}

/** Prints a report: as one line of JSON, or for people, what went wrong on the standard error. */
export function printReport(report: Report, isJson: boolean): void {
  if (isJson) console.log(JSON.stringify(report));
  else if (report.outcome === "failed") printFailure(report);
  else if (report.outcome === "out-of-date") printOutOfDate(report);
  else if (report.outcome === "written") printWritten(report);
  else if (report.outcome === "printed") process.stdout.write(canonicalText(report));
  else console.log(`up to date: ${count(report.files.length, "file")}`);
}

function printFailure(report: Report): void {
  printWritten(report);
  const isUntouched = !report.files.some(isChange);
  const end = `${count(report.diagnostics.length, "error")}; ${isUntouched ? "nothing" : "not all"} was written`;
  console.error([...report.diagnostics.map(({ rendered }) => rendered), end].join("\n\n"));
}

function printOutOfDate({ files }: Report): void {
  for (const { path, status } of files) {
    if (status !== "unchanged") console.error(`${path} ${STATES[status]}`);
  }
  console.error("out of date: run npx cached-collections codegen");
}

function printWritten({ files }: Report): void {
  for (const { path, status } of files.filter(isChange)) {
    console.log(`${status === "written" ? "wrote" : status} ${path}`);
  }
}

function isChange({ status }: ReportedFile): boolean {
  return status === "written" || status === "removed";
}

/** One text as it is, so that its SHA-256 can be taken; several each under its name and hash. */
function canonicalText({ canonical = [] }: Report): string {
  const [first, ...more] = canonical;
  if (first !== undefined && more.length === 0) return first.text;
  return canonical.map(({ entity, hash, text }) => `# ${entity} ${hash}\n${text}`).join("\n");
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
