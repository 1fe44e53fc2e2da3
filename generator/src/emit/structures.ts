/** Short forms of ts-morph's structures, so that the emitters read like what they emit. */
import {
  StructureKind,
  type ClassDeclarationStructure,
  type InterfaceDeclarationStructure,
  type OptionalKind,
  type PropertySignatureStructure,
  type StatementStructures,
  type TypeAliasDeclarationStructure,
} from "ts-morph";
import { docText } from "./doc.js";

/** A structure, or a statement's text. */
export type Statement = StatementStructures | string;

/** JSDoc, or nothing. */
export function docs(doc: string | undefined): string[] {
  return doc === undefined ? [] : [docText(doc)];
}

export function exportedInterface(
  name: string,
  doc: string | undefined,
  properties: readonly OptionalKind<PropertySignatureStructure>[],
  extended: readonly string[] = [],
): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: docs(doc),
    extends: [...extended],
    properties: properties.map((property) => ({ isReadonly: true, ...property })),
  };
}

export function exportedAlias(
  name: string,
  doc: string | undefined,
  type: string,
): TypeAliasDeclarationStructure {
  return { kind: StructureKind.TypeAlias, name, isExported: true, docs: docs(doc), type };
}

export function exportedClass(
  name: string,
  doc: string,
  members: Partial<ClassDeclarationStructure>,
): ClassDeclarationStructure {
  return { kind: StructureKind.Class, name, isExported: true, docs: docs(doc), ...members };
}

/** Plain text: ts-morph would indent an object that is the value of a constant. */
export function constant(name: string, type: string | undefined, value: string): string {
  return `const ${name}${type === undefined ? "" : `: ${type}`} = ${value};`;
}

/** The same with a JSDoc. */
export function exportedConstant(name: string, doc: string | undefined, value: string): string {
  return `${commentOf(doc)}export ${constant(name, undefined, value)}`;
}

function commentOf(doc: string | undefined): string {
  if (doc === undefined) return "";
  const lines = docText(doc).split("\n");
  if (lines.length === 1) return `/** ${lines.join("")} */\n`;
  return `/**\n${lines.map((line) => ` *${line === "" ? "" : ` ${line}`}\n`).join("")} */\n`;
}

/** Plain text too: ts-morph would put blank lines between its statements. */
export function localFunction(
  name: string,
  parameters: Readonly<Record<string, string>>,
  returnType: string,
  statements: readonly string[],
): string {
  const taken = Object.entries(parameters).map(([parameter, type]) => `${parameter}: ${type}`);
  const body = statements.join("\n").replaceAll(/^/gm, "  ");
  return `function ${name}(${taken.join(", ")}): ${returnType} {\n${body}\n}`;
}
