/** `as`: how TypeScript holds 64-bit integers and timestamps, for one field or for a whole file. */
import type { ElementType, FieldType } from "../model.js";
import type { Reporter } from "../parse/reporter.js";
import type { Node } from "../parse/tree.js";
import { readChoice, readProps, type Props } from "./read.js";
import { typeText } from "./type-text.js";
import type { FileContext, Representation } from "./scope.js";

const INTEGERS = ["bigint", "number", "string"] as const;
const TIMES = ["date", "number"] as const;

/** A field's type with its own `as` applied, to the elements of a list or the values of a map. */
export function checkAs(
  context: FileContext,
  props: Props,
  type: FieldType,
): FieldType | undefined {
  const entry = props.get("as");
  if (entry === undefined) return type;
  if (type.kind === "list") {
    const element = withAs(context.reporter, entry.value, type.element);
    return element && { ...type, element };
  }
  if (type.kind === "map") {
    const value = withAs(context.reporter, entry.value, type.value);
    return value && { ...type, value };
  }
  return withAs(context.reporter, entry.value, type);
}

function withAs(reporter: Reporter, node: Node, type: ElementType): ElementType | undefined {
  switch (type.kind) {
    case "int64":
    case "uint64": {
      const as = readChoice(reporter, node, "as", INTEGERS);
      return as && { ...type, as };
    }
    case "timestamp": {
      const as = readChoice(reporter, node, "as", TIMES);
      return as && { ...type, as };
    }
    default: {
      const fact = `as is for int64, uint64 and timestamp, and this is ${typeText(type)}`;
      reporter.add("bad-as", node.span, fact, "remove as");
      return undefined;
    }
  }
}

/** The file's own `as: { int64: number, uint64: string, timestamp: number }`. */
export function checkFileAs(reporter: Reporter, node: Node | undefined): Representation {
  const props = node && readProps(reporter, node, "as", ["int64", "uint64", "timestamp"]);
  const int64 = props?.get("int64")?.value;
  const uint64 = props?.get("uint64")?.value;
  const timestamp = props?.get("timestamp")?.value;
  return {
    int64: (int64 && readChoice(reporter, int64, "as of int64", INTEGERS)) ?? "bigint",
    uint64: (uint64 && readChoice(reporter, uint64, "as of uint64", INTEGERS)) ?? "bigint",
    timestamp: (timestamp && readChoice(reporter, timestamp, "as of timestamp", TIMES)) ?? "date",
  };
}
