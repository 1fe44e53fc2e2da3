/**
 * Generated files on disk: which must change, and changing them. A file is replaced in one step, so that a
 * compiler that watches never reads half of one. What has our header and no schema any more is removed;
 * nothing else is.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { CompiledFolder, Folder } from "./codegen-folder.js";
import type { Generator } from "./codegen-generator.js";
import { ownerOf, ownFolder, schemaBehind } from "./codegen-owner.js";
import { slashed, systemProblem, type Problem } from "../problem.js";

/** In milliseconds. */
const LEFT_AFTER_MS = 60_000;

export interface Change {
  readonly path: string;
  /** What the file shall hold; undefined: it shall go. */
  readonly text: string | undefined;
  /** What is the matter with the file that is there. */
  readonly state: "missing" | "outdated" | "leftover";
}

export interface Applied {
  readonly changes: readonly Change[];
  readonly problem: Problem | undefined;
}

/** The changes that bring all folders up to date, in the order of paths. */
export function planChanges(generator: Generator, compiled: readonly CompiledFolder[]): Change[] {
  const outputs = new Map(compiled.flatMap((each) => [...each.outputs]));
  const changes = new Map<string, Change>();
  for (const [path, { text }] of outputs) {
    const present = readText(path);
    if (present === undefined) changes.set(path, { path, text, state: "missing" });
    else if (present !== text) changes.set(path, { path, text, state: "outdated" });
  }
  for (const path of compiled.flatMap(({ folder }) => generatedFiles(generator, folder))) {
    if (!outputs.has(path)) changes.set(path, { path, text: undefined, state: "leftover" });
  }
  return [...changes.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Files generated from schemas of this folder, whether or not those are still there. In doubt they are a project's around it. */
function generatedFiles(generator: Generator, folder: Folder): string[] {
  const { path, schemas, out } = folder;
  const own = slashed(schemas);
  const isOurs = (file: string): boolean => {
    const owner = ownerOf(generator, readText(file) ?? "");
    if (owner === undefined || owner.folder !== ownFolder(folder)) return false;
    if (dirname(owner.schema) !== own) return false;
    const schema = schemaBehind(file, owner);
    return schema === undefined || schema === resolve(path, owner.schema);
  };
  return filesIn(join(path, out))
    .filter((name) => /\.(?:ts|proto)$/.test(name))
    .map((name) => join(path, out, name))
    .filter(isOurs);
}

/** Removes what runs that were killed have left beside the generated files of a folder. */
export function removeRemains({ path, out }: Folder): void {
  const folder = join(path, out);
  for (const name of filesIn(folder)) {
    const pid = /\.(?:ts|proto)\.(\d+)\.tmp$/.exec(name)?.[1];
    if (pid !== undefined && isLeft(join(folder, name), Number(pid))) {
      removeIfThere(join(folder, name));
    }
  }
}

/** Of a process that is gone; one of another machine or container may still be at work in its first minute. */
function isLeft(path: string, pid: number): boolean {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
  if (mtimeMs === undefined || Date.now() - mtimeMs < LEFT_AFTER_MS) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/** Makes the changes. All new texts are on the disk before the first file is replaced: a full one changes nothing. */
export function applyChanges(changes: readonly Change[]): Applied {
  const done: Change[] = [];
  try {
    for (const { path, text } of changes) if (text !== undefined) writeBeside(path, text);
    for (const change of changes) {
      if (change.text === undefined) rmSync(change.path, { force: true });
      else renameSync(beside(change.path), change.path);
      done.push(change);
    }
    return { changes: done, problem: undefined };
  } catch (error) {
    for (const { path } of changes) removeIfThere(beside(path));
    const fix =
      "let this user write there, and see that the disk has room and no file stands in a folder's place";
    const problem = systemProblem("unwritable", error, "it cannot be written", fix);
    return { changes: done, problem };
  }
}

function writeBeside(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(beside(path), text);
}

/** The new text's place until it is the file. */
function beside(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What keeps it from going was told already: the same kept the file from being written.
  }
}

function filesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** With line feeds alone, as they were generated: version control may have checked them out otherwise. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replaceAll("\r\n", "\n");
  } catch {
    return undefined;
  }
}
