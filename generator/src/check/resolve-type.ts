/** The text of a type -> the type it means, or the reason why no field can have it. */
import type { ElementType, FieldType, MapType, ScalarType } from "../model.js";
import type { Span } from "../parse/source-file.js";
import type { TextNode } from "../parse/tree.js";
import { shorten } from "./read.js";
import type { FileContext, Representation, Scope } from "./scope.js";
import { emptyWhenAbsent, SCALAR_NAMES, typeFix } from "./suggest-type.js";
import { parseType, type TypeSyntax } from "./type-syntax.js";

export interface ResolvedType {
  readonly type: FieldType;
  readonly optional: boolean;
  /** Levels of value types inside. */
  readonly depth: number;
}

const WRITE_TYPE =
  "write a type like string, uint32?, decimal(2), string[], map<string, double> or a declared name";

/** Undefined when the type is wrong, or rests on something wrong; `isKey`: of a field of the entity's key. */
export function resolveType(
  context: FileContext,
  scope: Scope,
  text: TextNode,
  isKey: boolean,
): ResolvedType | undefined {
  const syntax = parseType(text.text);
  const use: Use = { context, scope, text, isKey, depth: 0 };
  if ("mistake" in syntax) {
    const fact = `"${shorten(text.text)}" is not a type: ${syntax.mistake}`;
    const fix = (): string => typeFix(text.text, use) ?? WRITE_TYPE;
    context.reporter.add("bad-type", spanIn(text, syntax), fact, fix);
    return undefined;
  }
  const type = resolveWhole(use, syntax);
  return type && { type, optional: syntax.optional, depth: use.depth };
}

interface Use {
  readonly context: FileContext;
  readonly scope: Scope;
  readonly text: TextNode;
  readonly isKey: boolean;
  depth: number;
}

function resolveWhole(use: Use, syntax: TypeSyntax): FieldType | undefined {
  if (syntax.form === "name") return resolveElement(use, syntax);
  if (syntax.optional) {
    const fact = `a ${syntax.form} cannot be optional: protobuf does not tell an unset one from an empty one`;
    const field = emptyWhenAbsent(syntax);
    refuse(use, syntax, fact, `write ${field} if rows may lack it or have null, else remove the ?`);
    return undefined;
  }
  if (syntax.form === "list") {
    const element = resolveInner(use, syntax.element, "the elements of a list");
    return element && { kind: "list", element };
  }
  const key = syntax.key === undefined ? "string" : resolveMapKey(use, syntax.key);
  const value = resolveInner(use, syntax.value, "the values of a map");
  return key && value && { kind: "map", key, value };
}

function resolveInner(use: Use, syntax: TypeSyntax, what: string): ElementType | undefined {
  if (syntax.optional) {
    refuse(use, syntax, `${what} cannot be optional: protobuf has no unset ones`, "remove the ?");
    return undefined;
  }
  if (syntax.form === "name") return resolveElement(use, syntax);
  const fact = `${what} cannot be a ${syntax.form}: protobuf does not nest them`;
  refuse(
    use,
    syntax,
    fact,
    `declare a value type that has the ${syntax.form} as a field, and use it here`,
  );
  return undefined;
}

const MAP_KEYS: readonly MapType["key"][] = [
  "string",
  "bool",
  "int32",
  "uint32",
  "int64",
  "uint64",
];

function resolveMapKey(use: Use, syntax: TypeSyntax): MapType["key"] | undefined {
  const name = syntax.form === "name" && !syntax.optional ? syntax.name : "";
  const key = MAP_KEYS.find((each) => each === name);
  if (key === undefined) {
    const fact = "the keys of a map are strings, integers or bools";
    refuse(use, syntax, fact, `write one of: ${MAP_KEYS.join(", ")}`);
  }
  return key;
}

type NameSyntax = Extract<TypeSyntax, { readonly form: "name" }>;

function resolveElement(use: Use, syntax: NameSyntax): ElementType | undefined {
  if (syntax.digits !== undefined) return resolveDecimal(use, syntax, syntax.digits);
  const scalar = scalarOf(syntax.name, use.context.as);
  if (scalar !== undefined) return scalar;
  if (use.scope.enums.has(syntax.name)) {
    const found = use.scope.enums.get(syntax.name);
    return found && { kind: "enum", enum: found };
  }
  const declared = use.scope.types.get(syntax.name);
  if (declared === undefined) {
    reportUnknown(use, syntax);
    return undefined;
  }
  const type = use.scope.valueType(declared, () => {
    const fact = `the value type ${syntax.name} contains itself`;
    const fix = "make it an entity, and hold the key of the inner one";
    use.context.reporter.add("recursive-type", spanIn(use.text, syntax), fact, fix);
  });
  use.depth = Math.max(use.depth, declared.depth);
  return type && { kind: "message", type };
}

function resolveDecimal(use: Use, syntax: NameSyntax, text: string): ElementType | undefined {
  const digits = Number(text);
  if (digits <= 18) return { kind: "decimal", digits };
  const fact = `decimal(${text}) has too many digits: the number is kept in 64 bits`;
  refuse(use, syntax, fact, "write decimal(0) to decimal(18)");
  return undefined;
}

function scalarOf(name: string, as: Representation): ScalarType | undefined {
  switch (name) {
    case "bool":
    case "int32":
    case "uint32":
    case "float":
    case "double":
    case "string":
    case "bytes":
    case "date":
    case "json":
      return { kind: name };
    case "int64":
    case "uint64":
      return { kind: name, as: as[name] };
    case "timestamp":
      return { kind: name, as: as.timestamp };
    default:
      return undefined;
  }
}

function reportUnknown(use: Use, syntax: NameSyntax): void {
  const { name } = syntax;
  const span = spanIn(use.text, syntax);
  // It may be declared in an import that could not be read, which was told.
  if (use.scope.lacksImports && /^[A-Z]/.test(name)) return;
  if (use.scope.entities.has(name)) {
    const fact = `${name} is an entity, and a field holds values`;
    const fix = `hold the key of ${name}, and declare a reference by this field`;
    use.context.reporter.add("unknown-type", span, fact, fix);
    return;
  }
  const fix = (): string => {
    const { enums, types } = use.scope;
    const declared = [...enums.keys(), ...types.keys()].slice(0, 12);
    return typeFix(name, use) ?? `the types are: ${[...SCALAR_NAMES, ...declared].join(", ")}`;
  };
  use.context.reporter.add("unknown-type", span, `there is no type "${shorten(name)}"`, fix);
}

function refuse(use: Use, syntax: TypeSyntax, fact: string, fix: string): void {
  const end = syntax.end + (syntax.optional ? 1 : 0);
  use.context.reporter.add("bad-type", spanIn(use.text, { start: syntax.start, end }), fact, fix);
}

/** The place of a part of a text; the whole text when quotes or line ends stand in between. */
function spanIn(text: TextNode, part: Span): Span {
  const length = text.span.end - text.span.start;
  const inner = text.span.start + (text.quoted ? 1 : 0);
  if (length !== text.text.length + (text.quoted ? 2 : 0)) return text.span;
  return { start: inner + part.start, end: inner + part.end };
}
