/**
 * Whose a generated file is. Its first line names its schema, from its project's folder. Where files are generated
 * outside of that folder, several projects may use one place: there a second line says where the folder is.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Generator } from "./codegen-generator.js";
import { slashed, type Problem } from "../problem.js";

const BEFORE = "// Its project's folder is ";
const AFTER = ", seen from here.";
/** Somebody may have put a licence before the first line. */
const MOST_LINES_BEFORE = 40;

/** A project's folder from the working directory, and where it generates to, from there. */
interface Place {
  readonly path: string;
  readonly out: string;
}

/** What a generated file shall hold, and the schema that it comes from, by its path from the working directory. */
export interface Output {
  readonly text: string;
  readonly schema: string;
}

/** A schema by its path from a project's folder, and that folder seen from the files; undefined: around them. */
export interface Owner {
  readonly schema: string;
  readonly folder: string | undefined;
}

/** Where a project's folder is, for files that it generates outside of it; undefined when they are inside. */
export function ownFolder({ path, out }: Place): string | undefined {
  const isOutside = slashed(out).split("/")[0] === "..";
  return isOutside ? slashed(relative(join(path, out), path)) : undefined;
}

/** A generated text with its second line. */
export function signed(text: string, folder: Place): string {
  const own = ownFolder(folder);
  if (own === undefined) return text;
  const end = text.indexOf("\n");
  return `${text.slice(0, end)}\n${BEFORE}${own}${AFTER}${text.slice(end)}`;
}

/** Undefined when it was not generated. */
export function ownerOf({ generatedFrom }: Generator, text: string): Owner | undefined {
  const lines = text.split("\n", MOST_LINES_BEFORE);
  for (const [index, line] of lines.entries()) {
    const schema = generatedFrom(line);
    if (schema === undefined) continue;
    const next = lines[index + 1] ?? "";
    const isNamed = next.startsWith(BEFORE) && next.endsWith(AFTER);
    return { schema, folder: isNamed ? next.slice(BEFORE.length, -AFTER.length) : undefined };
  }
  return undefined;
}

/** Files that would be replaced and were not generated, or are generated from a schema that is there and not ours. */
export function foreignFiles(
  generator: Generator,
  compiled: readonly { readonly folder: Place; readonly outputs: ReadonlyMap<string, Output> }[],
  readText: (path: string) => string | undefined,
): Problem[] {
  const problems: Problem[] = [];
  for (const { folder, outputs } of compiled) {
    for (const [path, { text: next, schema }] of outputs) {
      const present = readText(path);
      if (present === undefined || present === next || present.trim() === "") continue;
      const owner = ownerOf(generator, present);
      // What we replace inside of our folder is not a project's around us.
      const other = owner && schemaBehind(path, owner, folder.path);
      if (owner === undefined) problems.push(notGenerated(path));
      else if (other !== undefined && other !== resolve(schema)) {
        problems.push(clashWith(path, other, folder));
      }
    }
  }
  return problems;
}

/**
 * The schema that a generated file comes from, by its whole path, when it is there. What is not signed comes from a
 * project around it, of several from the innermost, up to the folder `within`, if given.
 */
export function schemaBehind(path: string, owner: Owner, within?: string): string | undefined {
  const out = resolve(dirname(path));
  const bases = owner.folder === undefined ? upwards(out) : [resolve(out, owner.folder)];
  const last = within === undefined ? -1 : bases.indexOf(resolve(within));
  const near = last < 0 ? bases : bases.slice(0, last + 1);
  return near.map((base) => resolve(base, owner.schema)).find((file) => existsSync(file));
}

function notGenerated(path: string): Problem {
  return {
    code: "not-generated",
    path: slashed(path),
    fact: "this file was not generated, and would be replaced",
    fix: "move it elsewhere, or generate into a folder of its own; delete it if nobody needs it",
  };
}

function clashWith(path: string, other: string, folder: Place): Problem {
  const isOwn = !slashed(relative(resolve(folder.path), other)).startsWith("../");
  return {
    code: "output-clash",
    path: slashed(path),
    fact: `it is generated from ${slashed(relative("", other))}${isOwn ? ", which is there too" : ", by another project"}`,
    fix: "rename one of these schemas, or generate them into different folders; delete this file if it is left over",
  };
}

/** A folder and all that it is in. */
function upwards(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}
