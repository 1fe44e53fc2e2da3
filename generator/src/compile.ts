/** YAML text -> parse -> check -> model with hashes. Reads no files itself; always ends, whatever the text. */
import { checkSchema } from "./check/check-schema.js";
import { loadFiles, type ReadImport } from "./check/load-files.js";
import type { Diagnostic } from "./diagnostics.js";
import { canonicalTextOf, connectedGroups, schemaHash } from "./hash.js";
import type { Entity, Schema } from "./model.js";
import type { SourceFile } from "./parse/source-file.js";

export interface Compiled {
  /** The checked schema; undefined when there are errors, or when the file only has types for others to import. */
  readonly schema: Schema | undefined;
  /** All errors, file by file in source order; empty when all is well. */
  readonly diagnostics: readonly Diagnostic[];
  /** The paths of the file and of all that it imports. */
  readonly files: readonly string[];
}

/**
 * Compiles one schema file. `readImport` gives the text behind a path in `imports` (resolved from the
 * importing file's path), or undefined when there is none.
 */
export function compileSchema(
  file: SourceFile,
  readImport: ReadImport = () => undefined,
): Compiled {
  const loaded = loadFiles(file, readImport);
  const body = checkSchema(loaded);
  const reporters = loaded.files.map(({ context }) => context.reporter);
  const diagnostics = reporters.flatMap((reporter) => reporter.list());
  const files = reporters.map((reporter) => reporter.file.path);
  if (body === undefined || diagnostics.length > 0)
    return { schema: undefined, diagnostics, files };
  const textOf = canonicalTextOf(body.entities);
  const groups = connectedGroups(body.entities);
  const entities = body.entities.map((entity) => {
    const hash = schemaHash(textOf(entity.name));
    return { ...entity, hash, connected: groups.get(entity.name) ?? [entity.name] };
  });
  return { schema: { ...body, entities }, diagnostics, files };
}

/** The text whose SHA-256 begins with the entity's hash: what one compares to see why a version changed. */
export function canonicalText(schema: Schema, entity: Entity): string {
  return canonicalTextOf(schema.entities)(entity.name);
}
