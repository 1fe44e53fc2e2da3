/**
 * The repository as the tidy tests see it: every hand-written and generated source with its imports and
 * functions. Files are parsed, never type-checked, so all of them take about a second.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ts } from "ts-morph";

/** One import, export-from, dynamic import, or path of a compiled file in a string. */
export interface Link {
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** The source file it leads to, relative to the root; undefined for packages of others. */
  readonly target: string | undefined;
  /** An import of the module system; otherwise a path by which a process or a tool opens the file. */
  readonly isImport: boolean;
}

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly links: readonly Link[];
  readonly functions: readonly FunctionSize[];
}

/** Folders of source; everything below them is looked at except what a tool wrote. */
export const SOURCE_FOLDERS = [
  "bench",
  "cli",
  "examples",
  "generated",
  "generator",
  "runtime",
  "test",
] as const;

/** How our packages' names map to the files behind them. */
const DOORS: Readonly<Record<string, string>> = {
  "cached-collections": "runtime/src/index.ts",
  "cached-collections/generated/v1": "runtime/src/generated/v1.ts",
  "@cached-collections/generator": "generator/src/index.ts",
  "@cached-collections/cli": "cli/src/index.ts",
};

const ROOT: string = findRoot(dirname(fileURLToPath(import.meta.url)));
const SKIPPED = new Set(["node_modules", "dist", "coverage"]);

/** Text of a file, by its path relative to the root. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Whether there is such a file or folder, by its path relative to the root. */
export function pathExists(path: string): boolean {
  return existsSync(join(ROOT, path));
}

/** Paths of all files below a folder, relative to the root, sorted. Cases of the generator are data, not source. */
export function filesBelow(folder: string): string[] {
  if (!pathExists(folder)) return [];
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name) || path === "test/generator/cases") continue;
    if (entry.isDirectory()) found.push(...filesBelow(path));
    else found.push(path);
  }
  return found.sort();
}

/** Every TypeScript and JavaScript file of the repository, parsed. */
export function readSources(): SourceFile[] {
  const configs = readdirSync(ROOT).filter((name) => name.endsWith(".config.ts"));
  const paths = [...SOURCE_FOLDERS.flatMap(filesBelow), ...filesBelow(".ci"), ...configs];
  return paths.filter((path) => /\.[mc]?[jt]s$/.test(path)).map(parse);
}

function parse(path: string): SourceFile {
  const text = readText(path);
  const root = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const links: Link[] = [];
  const functions: FunctionSize[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) addLink(links, root, path, node);
    else if (ts.isFunctionLike(node) && !isSuite(node)) addFunction(functions, root, node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return { path, text, lines: text.split("\n").length - 1, links, functions };
}

function addLink(
  links: Link[],
  root: ts.SourceFile,
  from: string,
  literal: ts.StringLiteralLike,
): void {
  const { parent } = literal;
  const isImport =
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    (ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent)) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword);
  const target = isImport ? importTarget(from, literal.text) : pathTarget(from, literal.text);
  if (!isImport && target === undefined) return;
  links.push({ line: lineOf(root, literal), specifier: literal.text, target, isImport });
}

function importTarget(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return DOORS[specifier];
  return sourceOf(join(dirname(from), specifier)) ?? join(dirname(from), specifier);
}

/** A string that names a compiled file or a source, beside the file it stands in or from the root. */
function pathTarget(from: string, text: string): string | undefined {
  if (!/^[\w@./-]+\.[jt]s$/.test(text)) return undefined;
  return sourceOf(join(dirname(from), text)) ?? sourceOf(text);
}

/** The source of a path that may be compiled: `dist/a.js`, `a.js` and `a.ts` are all `a.ts`. */
export function sourceOf(path: string): string | undefined {
  const plain = relative(ROOT, resolve(ROOT, path)).replace(/^dist\//, "");
  const inPackage = plain.replace(/^(runtime|generator|cli)\/dist\//, "$1/src/");
  const names = [inPackage.replace(/\.js$/, ".ts"), inPackage, inPackage.replace(/\.js$/, ".d.ts")];
  return names.find((name) => /\.[jt]s$/.test(name) && pathExists(name));
}

/** The callback of `describe` groups tests; it is a chapter, not a function. */
function isSuite(node: ts.Node): boolean {
  const call = node.parent;
  return ts.isCallExpression(call) && /^describe\b/.test(call.expression.getText());
}

function addFunction(
  functions: FunctionSize[],
  root: ts.SourceFile,
  node: ts.SignatureDeclaration,
): void {
  if (!("body" in node) || node.body === undefined) return;
  const line = lineOf(root, node);
  const lines = root.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - line;
  functions.push({ name: node.name?.getText() ?? "(anonymous)", line, lines });
}

function lineOf(root: ts.SourceFile, node: ts.Node): number {
  return root.getLineAndCharacterOfPosition(node.getStart(root)).line + 1;
}

/** The folder of the workspace's package.json: tests run from source and, compiled, from dist. */
function findRoot(folder: string): string {
  return existsSync(join(folder, "package-lock.json")) ? folder : findRoot(dirname(folder));
}
