/** A folder's schemas, compiled: the texts of all files that shall be there, or what is wrong. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Generator } from "./codegen-generator.js";

export interface Folder {
  /** From the working directory. */
  readonly path: string;
  /** Folders inside it. */
  readonly schemas: string;
  readonly out: string;
}

export interface CompiledFolder {
  readonly folder: Folder;
  /** Texts by path from the working directory. */
  readonly outputs: ReadonlyMap<string, string>;
  /** Ready to print; several schemas may name one error, in a file that they import. */
  readonly errors: readonly string[];
}

/** Compiles all schemas of a folder. Throws when it cannot be read. */
export function compileFolder(generator: Generator, folder: Folder): CompiledFolder {
  const outputs = new Map<string, string>();
  const errors: string[] = [];
  for (const file of schemaFiles(folder)) {
    // The path in messages starts at the working directory, the one in headers at the folder, so that
    // generated files are the same wherever the command is run.
    const source = {
      path: slashed(join(folder.schemas, file)),
      text: read(folder, join(folder.schemas, file)),
    };
    const { schema, diagnostics } = generator.compileSchema(source, (path) =>
      tryRead(folder, path),
    );
    for (const diagnostic of diagnostics) {
      const path = slashed(join(folder.path, diagnostic.path));
      errors.push(generator.renderDiagnostic({ ...diagnostic, path }));
    }
    if (schema === undefined) continue;
    const name = join(folder.path, folder.out, file.replace(/\.ya?ml$/, ""));
    if (outputs.has(`${name}.ts`)) errors.push(`${slashed(name)}: two schemas have this name`);
    outputs.set(`${name}.ts`, generator.emitTypeScript(schema));
    outputs.set(`${name}.proto`, generator.emitProto(schema));
  }
  return { folder, outputs, errors };
}

function schemaFiles(folder: Folder): string[] {
  const path = join(folder.path, folder.schemas);
  const names = listFolder(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted();
  if (names.length === 0) throw new Error(`${slashed(path)}: no schema (*.yaml) here`);
  return names;
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw new Error(`${slashed(path)}: no folder of schemas`, { cause: error });
  }
}

function read(folder: Folder, path: string): string {
  return readFileSync(join(folder.path, path), "utf8");
}

function tryRead(folder: Folder, path: string): string | undefined {
  try {
    return read(folder, path);
  } catch {
    return undefined;
  }
}

/** With forward slashes on every platform. */
export function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}
