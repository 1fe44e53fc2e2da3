/** Types on the wire: protobuf's wire types and tags (protobuf encoding specification), and names in a .proto. */
import type { ElementType } from "../model.js";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** The wire type of one value. */
export function wireType(type: ElementType): number {
  switch (type.kind) {
    case "double":
      return FIXED64;
    case "float":
      return FIXED32;
    case "string":
    case "bytes":
    case "json":
    case "timestamp":
    case "message":
      return LENGTH;
    default:
      return VARINT;
  }
}

/** The number that stands before a value of this type in field `number`. */
export function tag(number: number, type: ElementType): number {
  return number * 8 + wireType(type);
}

/** The tag of a packed list or of an entry of a map. */
export function lengthTag(number: number): number {
  return number * 8 + LENGTH;
}

/** Whether lists of it are packed into one field. */
export function isPackable(type: ElementType): boolean {
  return wireType(type) !== LENGTH;
}

/** The type's name in a .proto. */
export function protoType(type: ElementType): string {
  switch (type.kind) {
    case "int32":
    case "date":
      return "sint32";
    case "int64":
    case "decimal":
      return "sint64";
    case "json":
      return "string";
    case "timestamp":
      return "google.protobuf.Timestamp";
    case "enum":
      return type.enum.name;
    case "message":
      return type.type.name;
    default:
      return type.kind;
  }
}
