/** `default`: what an absent value in a loader's row becomes. */
import type { Field, FieldType } from "../model.js";
import { isNull, type Node } from "../parse/tree.js";
import { readLiteral } from "./literal.js";
import type { Props } from "./read.js";
import type { FileContext } from "./scope.js";
import { typeText } from "./type-text.js";

/** The field's default, `{}` when it has none; undefined when it is wrong. */
export function checkDefault(
  context: FileContext,
  props: Props,
  type: FieldType,
  optional: boolean,
): Pick<Field, "default"> | undefined {
  const node = props.get("default")?.value;
  if (node === undefined) return {};
  const { reporter } = context;
  if (optional) {
    const fact = "an optional field with a default would never be unset";
    const span = props.get("default")?.key.span ?? node.span;
    reporter.add("bad-default", span, fact, "remove the ? of the type, or the default");
    return undefined;
  }
  const empty = emptyDefault(type, node);
  if (empty !== undefined) return { default: empty };
  switch (type.kind) {
    case "bytes":
    case "json":
    case "message":
    case "list":
    case "map": {
      const fix =
        type.kind === "list"
          ? "write default: []"
          : type.kind === "map"
            ? "write default: {}"
            : "remove the default";
      const fact = `${typeText(type)} cannot have ${type.kind === "list" || type.kind === "map" ? "this" : "a"} default`;
      reporter.add("bad-default", node.span, fact, fix);
      return undefined;
    }
    default: {
      if (isNull(node)) {
        const fix = 'remove the default; the text is written in quotes: "null"';
        context.reporter.add("bad-literal", node.span, "the default is null", fix);
        return undefined;
      }
      const value = readLiteral(reporter, node, type);
      return value && { default: value };
    }
  }
}

function emptyDefault(type: FieldType, node: Node): Field["default"] {
  if (type.kind === "list" && node.kind === "list" && node.items.length === 0) {
    return { kind: "emptyList" };
  }
  if (type.kind === "map" && node.kind === "map" && node.entries.length === 0) {
    return { kind: "emptyMap" };
  }
  return undefined;
}
