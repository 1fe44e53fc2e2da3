/** The type that is meant by what other languages write. */
import { parseType, type TypeSyntax } from "./type-syntax.js";

/** Names of types elsewhere, in small letters, and ours. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    any: "json",
    bigint: "int64",
    boolean: "bool",
    buffer: "bytes",
    byte: "bytes",
    char: "string",
    datetime: "timestamp",
    decimal: "decimal(2)",
    float32: "float",
    float64: "double",
    int: "int32",
    integer: "int32",
    long: "int64",
    number: "double",
    numeric: "decimal(2)",
    object: "json",
    record: "map<string, string>",
    sint32: "int32",
    sint64: "int64",
    text: "string",
    time: "timestamp",
    uint: "uint32",
    ulong: "uint64",
    uuid: "string",
    varchar: "string",
  }),
);

/** Texts of types elsewhere; `$1` is what stands in them. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^(.+?)\s*[;,]$/, "$1"],
  [/^(.+?)\s*\|\s*(?:null|undefined)$/, "$1?"],
  [/^(?:null|undefined)\s*\|\s*(.+)$/, "$1?"],
  [/^\?\s*(\w+)$/, "$1?"],
  [/^(?:optional|maybe|nullable)<(.+)>$/i, "$1?"],
  [/^(?:list|array|readonlyarray|vector|set|repeated)\s*[<[(](.+)[>\])]$/i, "list<$1>"],
  [/^(?:map|record|dict|dictionary|hashmap)\s*[<[(](.+)[>\])]$/i, "map<$1>"],
  [/^(?:decimal|numeric)\s*\(\s*\d+\s*,\s*(\d+)\s*\)$/i, "decimal($1)"],
  [/^(\w+)\s*\(\s*\d+\s*\)$/, "$1"],
];

/** Our name for a type of this name elsewhere. */
export function typeElsewhere(name: string): string | undefined {
  return ELSEWHERE.get(name.toLowerCase());
}

/** What to write for a text that is no type; undefined when nobody can tell. */
export function suggestType(text: string): string | undefined {
  for (const [pattern, replacement] of FORMS) {
    if (!pattern.test(text)) continue;
    const inner = text.replace(pattern, replacement);
    const type = inner.replaceAll(/\w+(?![\w(])/g, (name) => typeElsewhere(name) ?? name);
    return "mistake" in parseType(type) ? undefined : type;
  }
  return typeElsewhere(text);
}

/** The field with this list or map where a loader's row may lack it; `syntax` is that of the text. */
export function emptyWhenAbsent(text: string, syntax: CollectionSyntax): string {
  const inner = ({ start, end }: TypeSyntax): string => text.slice(start, end);
  if (syntax.form === "list") return `{ type: list<${inner(syntax.element)}>, default: [] }`;
  const { key, value } = syntax;
  const isShort = key === undefined || inner(key) === "string";
  const type = isShort ? `map<${inner(value)}>` : `"map<${inner(key)}, ${inner(value)}>"`;
  return `{ type: ${type}, default: {} }`;
}

type CollectionSyntax = Exclude<TypeSyntax, { readonly form: "name" }>;
