/** A schema file and what it imports: read, parsed, and their top levels known. */
import { posix } from "node:path";
import { Budget } from "../parse/limits.js";
import { parse } from "../parse/parse.js";
import { Reporter } from "../parse/reporter.js";
import type { SourceFile } from "../parse/source-file.js";
import { isNull, type Node, type TextNode } from "../parse/tree.js";
import { checkFileAs } from "./check-as.js";
import { readProps, readText, reportShape, type Props } from "./read.js";
import type { FileContext } from "./scope.js";

/** Gives the text of an imported file by its path; undefined when there is none. */
export type ReadImport = (path: string) => string | undefined;

export interface LoadedFile {
  readonly context: FileContext;
  /** Undefined when the file is no YAML or no map. */
  readonly props: Props | undefined;
}

export interface Loaded {
  /** Imported files first, each once. */
  readonly files: readonly LoadedFile[];
  /** Whether something that is imported could not be read, which was reported. */
  readonly lacksImports: boolean;
}

/** The most files of one schema. */
const MAX_FILES = 100;
const KNOWN = ["package", "doc", "as", "imports", "enums", "types", "entities"];

/** The file and all that it imports, directly or not. */
export function loadFiles(file: SourceFile, readImport: ReadImport): Loaded {
  const files: LoadedFile[] = [];
  let lacksImports = false;
  const seen = new Set<string>([file.path]);
  const budget = new Budget();
  load(file);
  return { files, lacksImports };

  function load(source: SourceFile): void {
    const reporter = new Reporter(source);
    const node = parse(reporter, budget);
    const props = node && topLevel(reporter, node);
    const imports = importsOf(reporter, props);
    lacksImports ||= props === undefined || imports === undefined;
    for (const text of imports ?? []) {
      const path = posix.join(posix.dirname(source.path), text.text);
      if (seen.has(path) || budget.isSpent) continue;
      const found = readFile(reporter, text, path, readImport, seen.size);
      seen.add(path);
      if (found === undefined) lacksImports = true;
      else load({ path, text: found });
    }
    const as = checkFileAs(reporter, props?.get("as")?.value);
    files.push({ context: { reporter, as }, props });
  }
}

function topLevel(reporter: Reporter, node: Node): Props | undefined {
  if (!isNull(node)) return readProps(reporter, node, "the schema", KNOWN);
  const fix = "begin with package: and a name, then entities:";
  reporter.add("missing-property", { start: 0, end: 1 }, "the file is empty", fix);
  return undefined;
}

function importsOf(reporter: Reporter, props: Props | undefined): readonly TextNode[] | undefined {
  const node = props?.get("imports")?.value;
  if (node === undefined) return [];
  if (node.kind !== "list") {
    reportShape(reporter, node, "imports", "a list of files [common.yaml]");
    return undefined;
  }
  const texts = node.items.map((item) => readText(reporter, item, "an import"));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function readFile(
  reporter: Reporter,
  node: TextNode,
  path: string,
  readImport: ReadImport,
  count: number,
): string | undefined {
  const isRelative = !posix.isAbsolute(node.text) && !/[\\:]/.test(node.text);
  const text = isRelative && count < MAX_FILES ? readImport(path) : undefined;
  if (text !== undefined) return text;
  const [fact, fix] = !isRelative
    ? [
        `"${node.text}" is not a relative path with forward slashes`,
        "write the path from this file: common.yaml",
      ]
    : count < MAX_FILES
      ? [`the file ${path} cannot be read`, "write the path from this file to one that exists"]
      : [`more than ${String(MAX_FILES)} files are imported`, "join some of them"];
  reporter.add("bad-import", node.span, fact, fix);
  return undefined;
}
