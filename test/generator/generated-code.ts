/**
 * Generated code as a user has it: written to files of a project of its own, type-checked with our strictest
 * settings, and imported.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  compileSchema,
  emitTypeScript,
  renderDiagnostic,
  type Schema,
} from "@cached-collections/generator";
import type { AnyEntityDefinition } from "cached-collections/generated/v1";
import { Reader } from "../../runtime/src/codec/reader.js";
import { Writer } from "../../runtime/src/codec/writer.js";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Compiles a schema that has no errors. */
export function compiled(text: string, path = "schema.yaml"): Schema {
  const { schema, diagnostics } = compileSchema({ path, text });
  if (schema === undefined) throw new Error(diagnostics.map(renderDiagnostic).join("\n"));
  return schema;
}

/** A folder inside the repository, where packages resolve and version control does not look. */
export class GeneratedProject {
  readonly folder: string;

  constructor() {
    mkdirSync(join(ROOT, ".cache"), { recursive: true });
    this.folder = mkdtempSync(join(ROOT, ".cache", "generated-"));
    const settings = { noEmit: true, composite: false, rootDir: "." };
    const config = {
      extends: "../../tsconfig.base.json",
      compilerOptions: settings,
      include: ["*.ts"],
    };
    writeFileSync(join(this.folder, "tsconfig.json"), JSON.stringify(config));
  }

  /** Writes a schema's TypeScript and returns its path. */
  write(name: string, schema: Schema): string {
    return this.writeText(`${name}.ts`, emitTypeScript(schema));
  }

  /** Writes a file beside them and returns its path. */
  writeText(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** The compiler's complaints about all files; empty when there are none. */
  async typeErrors(): Promise<string> {
    const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    try {
      await run(process.execPath, [compiler, "-p", this.folder], { cwd: this.folder });
      return "";
    } catch (error) {
      return (error as { readonly stdout?: string }).stdout ?? String(error);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface SnapshotClass {
  readonly definition: AnyEntityDefinition;
}

/** The definition of an entity, which the class of its snapshots knows. */
export function definitionOf(module: object, entity: string): AnyEntityDefinition {
  const snapshotClass = Reflect.get(module, `${entity}Snapshot`) as SnapshotClass;
  return snapshotClass.definition;
}

/** A row in bytes. */
export function encoded(definition: AnyEntityDefinition, row: unknown): Uint8Array {
  const writer = Writer.create();
  definition.encode(writer, row as object);
  return writer.finish();
}

/** A record from its bytes. */
export function decoded(definition: AnyEntityDefinition, bytes: Uint8Array): object {
  const reader = new Reader(bytes);
  return definition.decode(reader, reader.len);
}
