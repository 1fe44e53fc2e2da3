/** The names a schema may give, by what is named. */
import { MAX_NAME } from "../parse/limits.js";
import type { Reporter } from "../parse/reporter.js";
import type { TextNode } from "../parse/tree.js";
import { shorten } from "./read.js";
import { RESERVED_FIELDS, RESERVED_MEMBERS } from "./reserved.js";

type Named = "entity" | "value type" | "enum" | "field" | "view" | "reference";

/** Whether the name can be used; reports why not. */
export function checkName(reporter: Reporter, key: TextNode, named: Named): boolean {
  const reserved = reservedReason(key.text, named);
  if (reserved !== undefined) {
    const fact = `"${key.text}" cannot name ${article(named)}: ${reserved}`;
    reporter.add("reserved-name", key.span, fact, "choose another name");
    return false;
  }
  const isType = named === "entity" || named === "value type" || named === "enum";
  const pattern = isType ? /^[A-Z][A-Za-z0-9]*$/ : /^[a-z][A-Za-z0-9]*$/;
  if (pattern.test(key.text) && key.text.length <= MAX_NAME) return true;
  const style = isType ? "PascalCase" : "camelCase";
  const fact = `"${shorten(key.text)}" cannot name ${article(named)}: it is not in ${style}`;
  reporter.add("bad-name", key.span, fact, fixOf(key.text, isType, style));
  return false;
}

function reservedReason(name: string, named: Named): string | undefined {
  if (RESERVED_FIELDS.has(name)) return "JavaScript gives it a meaning of its own on every object";
  if (named !== "view" && named !== "reference") return undefined;
  return RESERVED_MEMBERS.has(name) ? "the collections keep this name for themselves" : undefined;
}

function article(named: Named): string {
  return named === "entity" || named === "enum" ? `an ${named}` : `a ${named}`;
}

function fixOf(name: string, isType: boolean, style: string): string {
  const parts = name.split(/[^A-Za-z0-9]+/).filter((part) => part !== "");
  const joined = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("");
  const first = joined.charAt(0);
  const suggestion = (isType ? first : first.toLowerCase()) + joined.slice(1);
  const rule = `${style}: ASCII letters and digits, beginning with ${isType ? "a capital" : "a small letter"}`;
  const isUsable =
    /^[ -~]+$/.test(name) &&
    /^[A-Za-z]/.test(suggestion) &&
    suggestion.length <= MAX_NAME &&
    suggestion !== name;
  return isUsable ? `write ${suggestion}` : `use ${rule}, at most ${String(MAX_NAME)} of them`;
}
