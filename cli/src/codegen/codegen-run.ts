/** One run of `codegen` over all its folders: everything is compiled before anything is written. */
import type { Diagnostic } from "@cached-collections/generator";
import { canonicalEntities } from "./codegen-canonical.js";
import { compileFolder, type CompiledFolder, type Folder, type Inputs } from "./codegen-folder.js";
import type { Generator } from "./codegen-generator.js";
import {
  applyChanges,
  planChanges,
  readText,
  removeRemains,
  type Change,
} from "./codegen-output.js";
import { foreignFiles } from "./codegen-owner.js";
import {
  reportOf,
  type Report,
  type ReportedDiagnostic,
  type ReportedFile,
} from "./codegen-report.js";
import { ProblemError, renderProblem, slashed, type Problem } from "../problem.js";

/** `check` writes nothing; `{ entity }` writes nothing and gives canonical texts: of one, or of all. */
export type Purpose = "write" | "check" | { readonly entity: string | undefined };

export interface Run {
  readonly report: Report;
  /** What was read for it. */
  readonly inputs: Inputs;
}

export function runCodegen(
  generator: Generator,
  folders: readonly Folder[],
  purpose: Purpose,
): Run {
  const compiled = folders.map((folder) => compileFolder(generator, folder));
  const inputs = new Map(compiled.flatMap((each) => [...each.inputs]));
  const errors = [...compiled.flatMap((each) => each.errors), ...clashes(compiled)];
  if (errors.length > 0) return { report: failure(generator, errors), inputs };
  if (typeof purpose === "object")
    return { report: canonical(generator, compiled, purpose), inputs };
  const foreign = foreignFiles(generator, compiled, readText);
  if (foreign.length > 0) return { report: failure(generator, foreign), inputs };
  const changes = planChanges(generator, compiled);
  const report = purpose === "check" ? checked(compiled, changes) : written(compiled, changes);
  return { report, inputs };
}

/** The report of a run that a problem ended; anything else is thrown on. */
export function failureOf(error: unknown): Report {
  if (!(error instanceof ProblemError)) throw error;
  return reportOf("failed", { diagnostics: error.problems.map(ofProblem) });
}

function failure(generator: Generator, errors: readonly (Diagnostic | Problem)[]): Report {
  const all = errors.map((error) =>
    "excerpt" in error ? ofDiagnostic(generator, error) : ofProblem(error),
  );
  const once = new Map(all.map((diagnostic) => [diagnostic.rendered, diagnostic]));
  return reportOf("failed", { diagnostics: [...once.values()] });
}

/** Files that several schemas generate, of one folder or of several. */
function clashes(compiled: readonly CompiledFolder[]): Problem[] {
  const sources = new Map<string, string[]>();
  for (const { name, path } of compiled.flatMap(({ schemas }) => schemas)) {
    sources.set(name, [...(sources.get(name) ?? []), path]);
  }
  return [...sources]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => ({
      code: "output-clash",
      path: `${slashed(name)}.ts`,
      fact: `it is generated from ${paths.join(" and from ")}`,
      fix: "rename one of these schemas, or generate them into different folders",
    }));
}

function canonical(
  generator: Generator,
  compiled: readonly CompiledFolder[],
  { entity }: { readonly entity: string | undefined },
): Report {
  const all = compiled.flatMap(({ schemas }) => schemas.map(({ schema }) => schema));
  try {
    return reportOf("printed", { canonical: canonicalEntities(generator, all, entity) });
  } catch (error) {
    return failureOf(error);
  }
}

function checked(compiled: readonly CompiledFolder[], changes: readonly Change[]): Report {
  const files = fileList(compiled, changes, ({ state }) => state);
  return reportOf(changes.length === 0 ? "up-to-date" : "out-of-date", { files });
}

function written(compiled: readonly CompiledFolder[], changes: readonly Change[]): Report {
  for (const { folder } of compiled) removeRemains(folder);
  const { changes: done, problem } = applyChanges(changes);
  const files = fileList(compiled, changes, (change) => {
    if (!done.includes(change)) return change.state;
    return change.text === undefined ? "removed" : "written";
  });
  if (problem !== undefined)
    return reportOf("failed", { files, diagnostics: [ofProblem(problem)] });
  return reportOf(changes.length === 0 ? "up-to-date" : "written", { files });
}

function fileList(
  compiled: readonly CompiledFolder[],
  changes: readonly Change[],
  statusOf: (change: Change) => ReportedFile["status"],
): readonly ReportedFile[] {
  const statuses = new Map<string, ReportedFile["status"]>();
  for (const path of compiled.flatMap(({ outputs }) => [...outputs.keys()])) {
    statuses.set(path, "unchanged");
  }
  for (const change of changes) statuses.set(change.path, statusOf(change));
  return [...statuses]
    .map(([path, status]) => ({ path: slashed(path), status }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function ofDiagnostic(generator: Generator, diagnostic: Diagnostic): ReportedDiagnostic {
  const { code, path, line, column, mark, fact, fix } = diagnostic;
  return {
    severity: "error",
    code,
    path,
    start: { line, column },
    end: { line, column: column + mark.width },
    message: fact,
    fix,
    rendered: generator.renderDiagnostic(diagnostic),
  };
}

function ofProblem(problem: Problem): ReportedDiagnostic {
  const { code, path = null, position = null, fact, fix } = problem;
  return {
    severity: "error",
    code,
    path,
    start: position,
    end: position,
    message: fact,
    fix,
    rendered: renderProblem(problem),
  };
}
