/**
 * The model as TypeScript. The whole file is given to ts-morph as one structure: adding to a source file piece
 * by piece prints and parses it anew for each (hundreds of times slower for large schemas).
 *
 * Generated code uses no globals and takes all that it needs from one namespace, so that an entity may be
 * called `Iterable` or `Reader`.
 */
import { IndentationText, NewLineKind, Project, StructureKind } from "ts-morph";
import type { Enum, Schema, ValueType } from "../model.js";
import { renameArrays } from "./array-names.js";
import { breakLines } from "./break-lines.js";
import { datasetStatements } from "./emit-dataset.js";
import { entityStatements } from "./emit-entity.js";
import { enumStatements, valueTypeStatements } from "./emit-types.js";
import { header } from "./header.js";
import { chooseConstants } from "./names.js";
import type { Statement } from "./structures.js";

/** The generated module's text; the same to the byte on every machine. */
export function emitTypeScript(schema: Schema): string {
  const constants = chooseConstants(schema);
  const used = usedTypes(schema);
  const statements: Statement[] = [
    {
      kind: StructureKind.ImportDeclaration,
      namespaceImport: "cc",
      moduleSpecifier: "cached-collections/generated/v1",
    },
    ...schema.enums.flatMap((each) => enumStatements(each, used.has(each), constants)),
    ...schema.types.flatMap((type) => valueTypeStatements(type, used.has(type), constants)),
    ...schema.entities.flatMap((entity) => entityStatements(schema, entity, constants)),
    ...datasetStatements(schema, constants),
  ];
  const file = newProject().createSourceFile("generated.ts", {
    statements: statements.map(setApart),
  });
  return `${header(schema)}\n\n${tidy(renameArrays(file.getFullText(), schema))}`;
}

/** The value types and enums that records hold: only these are encoded. */
function usedTypes({ entities }: Schema): ReadonlySet<ValueType | Enum> {
  const used = new Set<ValueType | Enum>();
  const queue = entities.flatMap(({ fields }) => fields);
  for (const { type } of queue) {
    const value = type.kind === "list" ? type.element : type.kind === "map" ? type.value : type;
    if (value.kind === "enum") used.add(value.enum);
    if (value.kind !== "message" || used.has(value.type)) continue;
    used.add(value.type);
    queue.push(...value.type.fields);
  }
  return used;
}

/** A blank line before each statement. */
function setApart(statement: Statement): Statement {
  if (typeof statement === "string") return `\n${statement}`;
  return { ...statement, leadingTrivia: "\n" };
}

const BROKEN_TYPE = /^ {2}readonly \w+: [\w.]+<\n(?: {8}.+\n)+ {6}>;$/gm;

/** What ts-morph has no setting for: blank lines, types over several lines, long lines. */
function tidy(text: string): string {
  const aligned = text.replaceAll(BROKEN_TYPE, (type) => type.replaceAll("\n    ", "\n"));
  return breakLines(`${aligned.replaceAll(/\n{3,}/g, "\n\n").trim()}\n`);
}

function newProject(): Project {
  return new Project({
    useInMemoryFileSystem: true,
    compilerOptions: {},
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      newLineKind: NewLineKind.LineFeed,
    },
  });
}
