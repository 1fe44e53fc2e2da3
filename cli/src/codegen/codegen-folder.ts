/** A folder's schemas, compiled: the texts of all files that shall be there, or what is wrong. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Diagnostic, Schema } from "@cached-collections/generator";
import type { Generator } from "./codegen-generator.js";
import { signed, type Output } from "./codegen-owner.js";
import { ProblemError, slashed, systemProblem, type Problem } from "../problem.js";
import { readSchemaText } from "./schema-text.js";

export interface Folder {
  /** From the working directory. */
  readonly path: string;
  /** Folders, from this one. */
  readonly schemas: string;
  readonly out: string;
}

/** Texts by path from the working directory; undefined where there is nothing to be read. */
export type Inputs = ReadonlyMap<string, string | undefined>;

/** Paths are from the working directory. */
export interface CompiledSchema {
  readonly schema: Schema;
  readonly path: string;
  /** Of the generated files, without their endings. */
  readonly name: string;
}

export interface CompiledFolder {
  readonly folder: Folder;
  readonly schemas: readonly CompiledSchema[];
  /** By their paths from the working directory. */
  readonly outputs: ReadonlyMap<string, Output>;
  /** Several schemas may name one error, in a file that they import. */
  readonly errors: readonly (Diagnostic | Problem)[];
  /** All that was read, with the texts that were found: the folder of schemas (as listText) and all files. */
  readonly inputs: Inputs;
}

/** Compiles all schemas of a folder. */
export function compileFolder(generator: Generator, folder: Folder): CompiledFolder {
  const schemas: CompiledSchema[] = [];
  const outputs = new Map<string, Output>();
  const errors: (Diagnostic | Problem)[] = [];
  const inputs = new Map<string, string | undefined>();
  // The path in messages starts at the working directory, the one in headers at the folder, so that
  // generated files are the same wherever the command is run.
  const read = (path: string): string => {
    const full = join(folder.path, path);
    inputs.set(full, listText(full));
    const text = readSchema(full);
    inputs.set(full, text);
    return text;
  };
  const compileFile = (file: string): void => {
    const path = slashed(join(folder.schemas, file));
    const compiled = generator.compileSchema({ path, text: read(path) }, optional(read));
    for (const diagnostic of compiled.diagnostics) {
      errors.push({ ...diagnostic, path: slashed(join(folder.path, diagnostic.path)) });
    }
    if (compiled.schema === undefined) return;
    const name = join(folder.path, folder.out, file.replace(/\.ya?ml$/, ""));
    const schema = slashed(join(folder.path, path));
    schemas.push({ schema: compiled.schema, path: schema, name });
    const { emitTypeScript, emitProto } = generator;
    outputs.set(`${name}.ts`, { text: signed(emitTypeScript(compiled.schema), folder), schema });
    outputs.set(`${name}.proto`, { text: signed(emitProto(compiled.schema), folder), schema });
  };
  const from = join(folder.path, folder.schemas);
  inputs.set(from, listText(from));
  try {
    for (const file of schemaFiles(folder)) compileFile(file);
  } catch (error) {
    errors.push(...problemsOf(error));
  }
  errors.push(...packageClashes(schemas));
  return { folder, schemas, outputs, errors, inputs };
}

/** Two schemas of a package would be one name space in the store and in the .proto. */
function packageClashes(schemas: readonly CompiledSchema[]): readonly Problem[] {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { schema, path } of schemas) {
    const owner = owners.get(schema.package) ?? path;
    owners.set(schema.package, owner);
    if (owner === path) continue;
    const fact = `its package ${schema.package} is that of ${owner} too`;
    const fix = "make them one schema, or give each a package of its own";
    problems.push({ code: "package-clash", path, fact, fix });
  }
  return problems;
}

function readSchema(path: string): string {
  try {
    return readSchemaText(path);
  } catch (error) {
    const fix = "make it a file that this user can read";
    const problem = systemProblem("unreadable", error, "it cannot be read", fix);
    throw new ProblemError([{ ...problem, path: slashed(path) }], { cause: error });
  }
}

/** The names of a folder's schemas, one to a line; undefined when it is none. */
export function listText(path: string): string | undefined {
  try {
    return listSchemas(path).join("\n");
  } catch {
    return undefined;
  }
}

function schemaFiles(folder: Folder): readonly string[] {
  const path = join(folder.path, folder.schemas);
  const names = listFolder(folder, path);
  if (names.length === 0) throw noSchemas(path, "no schema (*.yaml) is here");
  return names;
}

function listFolder(folder: Folder, path: string): readonly string[] {
  try {
    return listSchemas(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw noSchemas(path, "there is no such folder", nameAround(folder));
    if (code === "ENOTDIR") throw schemaIsFile(folder, path);
    throw error;
  }
}

/** Somebody named a schema, and not the folder that it is in. */
function schemaIsFile({ path, schemas, out }: Folder, from: string): ProblemError {
  const fact = "it is a file, not a folder";
  const nameInner = (inner: string): string => `name its folder: --schemas ${slashed(inner)}`;
  if (isFile(path)) {
    const inner = dirname(path);
    return noSchemas(path, fact, nameAround({ path: inner, schemas, out }) ?? nameInner(inner));
  }
  return noSchemas(from, fact, isFile(from) ? nameInner(dirname(schemas)) : undefined);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The fix for who named the folder of schemas, and not the one around it; undefined for others. */
function nameAround({ path, schemas }: Folder): string | undefined {
  const isInner = basename(resolve(path)) === schemas;
  return isInner
    ? `name the folder around ${slashed(path)}: codegen ${slashed(dirname(path))}`
    : undefined;
}

function listSchemas(path: string): readonly string[] {
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted();
}

const NAME_ANOTHER =
  "put a schema there, or name another folder: --schemas, or schemas in the config file";

function noSchemas(path: string, fact: string, fix: string = NAME_ANOTHER): ProblemError {
  return new ProblemError([{ code: "no-schemas", path: slashed(path), fact, fix }]);
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems;
  const fix = "let this user read it";
  return [systemProblem("unreadable", error, "it cannot be read", fix)];
}

function optional(read: (path: string) => string): (path: string) => string | undefined {
  return (path) => {
    try {
      return read(path);
    } catch {
      return undefined;
    }
  };
}
