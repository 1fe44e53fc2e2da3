/**
 * Types that a schema calls `Array` or `ReadonlyArray`. Linters that know no scopes take them for JavaScript's
 * and ask for `any[]` instead, so they have another name inside the module.
 */
import type { Schema } from "../model.js";

const NAMES: readonly string[] = ["Array", "ReadonlyArray"];

/** The module's text with such names in its exports only. */
export function renameArrays(text: string, { enums, types, entities }: Schema): string {
  const values = new Set(enums.map(({ name }) => name));
  const taken = new Set([...enums, ...types, ...entities].map(({ name }) => name));
  let renamed = text;
  for (const name of NAMES.filter((each) => taken.has(each))) {
    // No name of a schema ends so.
    const local = `${name}_`;
    const keyword = values.has(name) ? "export" : "export type";
    const own = renameIn(renamed, name, local).replaceAll(
      new RegExp(`^export (?=\\w+ ${local}\\b)`, "gm"),
      "",
    );
    renamed = `${own}\n${keyword} { ${local} as ${name} };\n`;
  }
  return renamed;
}

/** Comments and text in quotes keep the name. */
function renameIn(text: string, name: string, local: string): string {
  const parts = new RegExp(`/\\*[^]*?\\*/|//.*|"(?:[^"\\\\]|\\\\.)*"|\\b${name}\\b`, "g");
  return text.replaceAll(parts, (part) => (part === name ? local : part));
}
