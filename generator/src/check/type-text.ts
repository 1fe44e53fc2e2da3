/** A type as the schema would write it, for messages and for the canonical text. */
import type { FieldType } from "../model.js";

export function typeText(type: FieldType): string {
  switch (type.kind) {
    case "list":
      return `${typeText(type.element)}[]`;
    case "map":
      return `map<${type.key}, ${typeText(type.value)}>`;
    case "message":
      return type.type.name;
    case "enum":
      return type.enum.name;
    case "decimal":
      return `decimal(${String(type.digits)})`;
    default:
      return type.kind;
  }
}

/** The same with how TypeScript holds it, when that is not the usual way. */
export function exactTypeText(type: FieldType): string {
  switch (type.kind) {
    case "list":
      return `${exactTypeText(type.element)}[]`;
    case "map":
      return `map<${type.key}, ${exactTypeText(type.value)}>`;
    case "int64":
    case "uint64":
      return type.as === "bigint" ? type.kind : `${type.kind} as ${type.as}`;
    case "timestamp":
      return type.as === "date" ? type.kind : `${type.kind} as ${type.as}`;
    default:
      return typeText(type);
  }
}
