/** How one value is checked and written: the innermost expressions of `encodeCity`. */
import type { ElementType, ScalarType } from "../model.js";
import type { Constants } from "./names.js";

/** The expressions for a type. */
export interface ValueEncoding {
  /** The checked value of the expression; its errors name `path`, or nothing where a list knows the index. */
  readonly check: (value: string, path?: string) => string;
  /** Appends the checked value to the writer that the expression `writer` stands for. */
  readonly write: (writer: string, value: string, path?: string) => string;
  /** The runtime's function for a required field, where proto3's default is left out, and what it takes more. */
  readonly put?: readonly string[];
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
      return plain("Bool", "bool");
    case "int32":
      return plain("Int32", "sint32");
    case "uint32":
      return plain("Uint32", "uint32");
    case "float":
      return plain("Float", "float");
    case "double":
      return plain("Double", "double");
    case "string":
      return plain("String", "string");
    case "bytes":
      return plain("Bytes", "bytes");
    case "date":
      return plain("Date", "sint32");
    case "json":
      return { check: checker("checkJson"), write: method("string") };
    case "timestamp":
      return { check: checker("checkTimestamp"), write: writing("writeTimestamp") };
    case "decimal":
      return {
        check: checker("checkDecimal", String(type.digits)),
        write: writing("writeInt64"),
        put: ["putDecimal", String(type.digits)],
      };
    case "int64":
      return integer(type.as === "number" ? "SafeInt64" : "Int64", "writeInt64");
    case "uint64":
      return integer(type.as === "number" ? "SafeUint64" : "Uint64", "writeUint64");
  }
}

/** A type that the writer has a method for. */
function plain(name: string, writes: string): ValueEncoding {
  return { check: checker(`check${name}`), write: method(writes), put: [`put${name}`] };
}

function integer(name: string, writes: string): ValueEncoding {
  return { check: checker(`check${name}`), write: writing(writes), put: [`put${name}`] };
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

/** A call of the runtime. */
export function callText(name: string, values: readonly string[], path?: string): string {
  return `cc.${name}(${[...values, ...(path === undefined ? [] : [JSON.stringify(path)])].join(", ")})`;
}
