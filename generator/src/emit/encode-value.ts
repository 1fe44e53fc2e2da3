/** How one value is checked and written: the innermost expressions of `encodeCity`. */
import type { ElementType, ScalarType } from "../model.js";
import type { Constants } from "./names.js";

/** The expressions for a type. */
export interface ValueEncoding {
  /** The checked value of the expression; its errors name `path`, or nothing where a list knows the index. */
  readonly check: (value: string, path?: string) => string;
  /** Appends the checked value to the writer that the expression `writer` stands for. */
  readonly write: (writer: string, value: string, path?: string) => string;
  /** Tells a checked value from proto3's default; undefined: it has none, or always differs. */
  readonly differs?: (value: string) => string;
}

export function valueEncoding(type: ElementType, constants: Constants): ValueEncoding {
  switch (type.kind) {
    case "enum": {
      const numbers = constants.numbers(type.enum.name);
      return { check: checker("checkEnum", numbers), write: method("uint32") };
    }
    case "message": {
      const encode = `encode${type.type.name}`;
      return {
        check: (value) => value,
        write: (writer, value, path) => callText("writeMessage", [writer, value, encode], path),
      };
    }
    default:
      return scalarEncoding(type);
  }
}

function scalarEncoding(type: ScalarType): ValueEncoding {
  switch (type.kind) {
    case "bool":
      return { check: checker("checkBool"), write: method("bool"), differs: (value) => value };
    case "int32":
      return { check: checker("checkInt32"), write: method("sint32"), differs: notZero };
    case "uint32":
      return { check: checker("checkUint32"), write: method("uint32"), differs: notZero };
    case "float":
      return { check: checker("checkFloat"), write: method("float"), differs: notPlusZero };
    case "double":
      return { check: checker("checkDouble"), write: method("double"), differs: notPlusZero };
    case "string":
      return { check: checker("checkString"), write: method("string"), differs: notEmptyText };
    case "bytes":
      return { check: checker("checkBytes"), write: method("bytes"), differs: notEmpty };
    case "date":
      return { check: checker("checkDate"), write: method("sint32"), differs: notZero };
    case "json":
      return { check: checker("checkJson"), write: method("string") };
    case "timestamp":
      return { check: checker("checkTimestamp"), write: writing("writeTimestamp") };
    case "decimal":
      return {
        check: checker("checkDecimal", String(type.digits)),
        write: writing("writeInt64"),
        differs: notZero,
      };
    case "int64":
      return {
        check: checker(type.as === "number" ? "checkSafeInt64" : "checkInt64"),
        write: writing("writeInt64"),
        differs: notZero,
      };
    case "uint64":
      return {
        check: checker(type.as === "number" ? "checkSafeUint64" : "checkUint64"),
        write: writing("writeUint64"),
        differs: notZero,
      };
  }
}

function checker(name: string, ...more: readonly string[]): ValueEncoding["check"] {
  return (value, path) => callText(name, [value, ...more], path);
}

function method(name: string): ValueEncoding["write"] {
  return (writer, value) => `${writer}.${name}(${value})`;
}

function writing(name: string): ValueEncoding["write"] {
  return (writer, value) => callText(name, [writer, value]);
}

function callText(name: string, values: readonly string[], path?: string): string {
  return `cc.${name}(${[...values, ...(path === undefined ? [] : [JSON.stringify(path)])].join(", ")})`;
}

const notZero = (value: string): string => `${value} !== 0`;
const notPlusZero = (value: string): string => `!cc.isZero(${value})`;
const notEmptyText = (value: string): string => `${value} !== ""`;
const notEmpty = (value: string): string => `${value}.length > 0`;
