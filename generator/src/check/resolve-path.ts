/** `location.lat` -> the fields it passes and the type it ends in. */
import type { Field, FieldPath, FieldType, IndexType } from "../model.js";
import { componentName } from "../names.js";
import type { Reporter } from "../parse/reporter.js";
import type { Span } from "../parse/source-file.js";
import type { FieldTable } from "./check-fields.js";
import { offer } from "./nearest.js";
import { shorten } from "./read.js";
import { typeText } from "./type-text.js";

/** The entity whose fields paths begin at. */
export interface PathRoot {
  readonly name: string;
  readonly table: FieldTable;
}

export interface PathText {
  readonly text: string;
  readonly span: Span;
}

/** Undefined when there is no such field, which is reported, or when it is broken, which was. */
export function resolvePath(
  reporter: Reporter,
  root: PathRoot,
  path: PathText,
): FieldPath<FieldType> | undefined {
  const names = path.text.split(".");
  const steps: Field[] = [];
  let owner = root.name;
  let table = root.table;
  for (const [index, name] of names.entries()) {
    const field = table.get(name);
    if (field === undefined) {
      if (!table.has(name)) reportUnknown(reporter, path, { name, owner, table });
      return undefined;
    }
    steps.push(field);
    if (index === names.length - 1) return pathOf(path.text, steps, field.type);
    if (field.type.kind !== "message") {
      reportInside(reporter, path, steps, field.type);
      return undefined;
    }
    owner = field.type.type.name;
    table = new Map(field.type.type.fields.map((each) => [each.name, each]));
  }
  return undefined;
}

function pathOf(text: string, steps: readonly Field[], type: FieldType): FieldPath<FieldType> {
  const optional = steps.some((step) => step.optional);
  return { name: componentName(text), text, steps, type, optional };
}

/** The same path with the type of what is read through it. */
export function typedPath<T extends FieldType>(path: FieldPath<FieldType>, type: T): FieldPath<T> {
  return { ...path, type };
}

/** The type when values of it can be ordered. */
export function indexTypeOf(type: FieldType): IndexType | undefined {
  switch (type.kind) {
    case "bytes":
    case "json":
    case "message":
    case "list":
    case "map":
      return undefined;
    default:
      return type;
  }
}

interface Unknown {
  readonly name: string;
  readonly owner: string;
  readonly table: FieldTable;
}

function reportUnknown(reporter: Reporter, path: PathText, unknown: Unknown): void {
  const fact = `${unknown.owner} has no field "${shorten(unknown.name)}"`;
  const known = [...unknown.table.keys()];
  const fix = (): string =>
    severalFix(path.text, unknown.table) ??
    offer(unknown.name, known, `the fields of ${unknown.owner} are`);
  reporter.add("unknown-field", path.span, fact, fix);
}

/** `name desc` and `country, code` are texts to YAML. */
function severalFix(text: string, table: FieldTable): string | undefined {
  const [, field = "", direction = ""] = /^(\S+)\s+(asc|desc)$/i.exec(text) ?? [];
  if (table.has(field)) return `write ${direction.toLowerCase() === "desc" ? "-" : ""}${field}`;
  const parts = text.split(/[\s,+&]+/);
  const isList = parts.length > 1 && parts.every((part) => table.has(part));
  return isList ? `write a list: [${parts.join(", ")}]` : undefined;
}

function reportInside(
  reporter: Reporter,
  path: PathText,
  steps: readonly Field[],
  type: FieldType,
): void {
  const field = steps.map((step) => step.name).join(".");
  const fact = `${field} is ${typeText(type)}, and a path leads on only through value types`;
  const fix =
    type.kind === "list" || type.kind === "map"
      ? "name a field with a single value"
      : `write ${field}`;
  reporter.add("unknown-field", path.span, fact, fix);
}
