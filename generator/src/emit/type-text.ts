/** The TypeScript types of fields: in records, in loaders' rows, in keys. */
import type {
  ElementType,
  Entity,
  Field,
  FieldPath,
  FieldType,
  IndexType,
  MapType,
} from "../model.js";

const INT64_AS = { bigint: "bigint", number: "number", string: "string" } as const;

/** As records hold it, without undefined. */
export function recordType(type: FieldType): string {
  switch (type.kind) {
    case "list":
      return `readonly ${recordType(type.element)}[]`;
    case "map":
      return mapType(type);
    default:
      return elementType(type);
  }
}

function elementType(type: ElementType): string {
  switch (type.kind) {
    case "bool":
      return "boolean";
    case "int32":
    case "uint32":
    case "float":
    case "double":
      return "number";
    case "string":
    case "date":
    case "decimal":
      return "string";
    case "int64":
    case "uint64":
      return INT64_AS[type.as];
    case "bytes":
      return "cc.Bytes";
    case "json":
      return "cc.Json";
    case "timestamp":
      return type.as === "date" ? "cc.Timestamp" : "number";
    case "enum":
      return type.enum.name;
    case "message":
      return type.type.name;
  }
}

function mapType({ key, value }: MapType): string {
  const held = recordType(value);
  if (key === "bool") return `{ readonly true?: ${held}; readonly false?: ${held} }`;
  return `{ readonly [key: ${key === "int32" || key === "uint32" ? "number" : "string"}]: ${held} }`;
}

/** As loaders may give it, without null and undefined. */
export function inputType(type: FieldType): string {
  switch (type.kind) {
    case "list":
      return `readonly ${inputType(type.element)}[]`;
    case "map":
      return `cc.MapInput<${MAP_KEY_INPUTS[type.key]}, ${inputType(type.value)}>`;
    case "int64":
    case "uint64":
      return "cc.Int64Input";
    case "timestamp":
      return "cc.TimestampInput";
    case "json":
      return "cc.JsonInput";
    case "message":
      return `${type.type.name}Input`;
    default:
      return elementType(type);
  }
}

const MAP_KEY_INPUTS = {
  string: "string",
  bool: "boolean",
  int32: "number",
  uint32: "number",
  int64: "cc.Int64Input",
  uint64: "cc.Int64Input",
} as const;

/** `| undefined` where a record may lack it. */
export function fieldType(field: Field): string {
  return field.optional ? `${recordType(field.type)} | undefined` : recordType(field.type);
}

/** Whether a loader's row may leave the field out. */
export function mayBeAbsent(field: Field): boolean {
  return field.optional || field.default !== undefined;
}

/** The type of a mapping's key. */
export function keyType(entity: Entity): string {
  const [first] = entity.key;
  return entity.keyName ?? (first === undefined ? "never" : recordType(first.type));
}

/** The type of one component of a group's key, undefined included. */
export function componentType(path: FieldPath, unset: boolean): string {
  return unset && path.optional ? `${recordType(path.type)} | undefined` : recordType(path.type);
}

/** The ScalarKind with which the runtime hashes and orders values of the type. */
export function scalarKind(type: IndexType): Readonly<Record<string, string>> {
  const name = JSON.stringify(type.kind);
  switch (type.kind) {
    case "int64":
    case "uint64":
    case "timestamp":
      return { type: name, as: JSON.stringify(type.as) };
    case "decimal":
      return { type: name, digits: String(type.digits) };
    case "enum":
      return { type: name, names: type.enum.name };
    default:
      return { type: name };
  }
}
