/**
 * Generated files on disk: which must change, and changing them. A file is replaced in one step, so that a
 * compiler that watches never reads half of one. What has our header and no schema any more is removed;
 * nothing else is.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { slashed, type CompiledFolder, type Folder } from "./codegen-folder.js";
import type { Generator } from "./codegen-generator.js";

export interface Change {
  readonly path: string;
  /** What the file shall hold; undefined: it shall go. */
  readonly text: string | undefined;
  /** For --check: what is the matter with the file. */
  readonly reason: string;
}

/** The changes that bring a folder up to date, in the order of paths. */
export function planChanges(generator: Generator, { folder, outputs }: CompiledFolder): Change[] {
  const changes: Change[] = [];
  for (const [path, text] of outputs) {
    const present = readText(path);
    if (present === undefined) changes.push({ path, text, reason: "is missing" });
    else if (present !== text) changes.push({ path, text, reason: "differs from its schema" });
  }
  const left = leftovers(generator, folder).filter(({ path }) => !outputs.has(path));
  return [...changes, ...left].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Files generated from schemas of this folder, whether or not those are still there. */
function leftovers({ generatedFrom }: Generator, { path, schemas, out }: Folder): Change[] {
  const own = slashed(join(schemas));
  const isOurs = (file: string): boolean => {
    const schema = generatedFrom(readText(file) ?? "");
    return schema !== undefined && dirname(schema) === own;
  };
  return filesIn(join(path, out))
    .filter((name) => /\.(?:ts|proto)$/.test(name))
    .map((name) => join(path, out, name))
    .filter(isOurs)
    .map((file) => ({ path: file, text: undefined, reason: "has no schema any more" }));
}

export function applyChanges(changes: readonly Change[]): void {
  for (const { path, text } of changes) {
    if (text === undefined) rmSync(path, { force: true });
    else replaceFile(path, text);
  }
}

function replaceFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(next, text);
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
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
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replaceAll("\r\n", "\n");
  } catch {
    return undefined;
  }
}
