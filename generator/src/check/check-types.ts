/** Enums and value types: declared first, value types resolved when a field uses them. */
import type { Enum, EnumValue, ValueType } from "../model.js";
import { protoValueName } from "../names.js";
import type { Reporter } from "../parse/reporter.js";
import type { Node, TextNode } from "../parse/tree.js";
import { checkFields } from "./check-fields.js";
import {
  docOf,
  readDoc,
  readMap,
  readProps,
  readText,
  reportMissing,
  reportShape,
} from "./read.js";
import type { DeclaredType, FileContext, Scope } from "./scope.js";

/** Value types inside value types, so that decoding never exhausts the stack. */
const MAX_TYPE_DEPTH = 16;

/** What `Scope.valueType` does. */
export function resolveValueType(
  scope: Scope,
  declared: DeclaredType,
  onCycle: () => void,
): ValueType | undefined {
  if (declared.state === "open") {
    onCycle();
    return undefined;
  }
  if (declared.state === "waiting") {
    declared.state = "open";
    scope.openTypes += 1;
    const isTooDeep = scope.openTypes > MAX_TYPE_DEPTH;
    declared.type = isTooDeep ? refuseDepth(declared) : checkValueType(scope, declared);
    scope.openTypes -= 1;
    declared.state = "done";
  }
  return declared.type;
}

function refuseDepth({ name, span, context }: DeclaredType): undefined {
  const fact = `${name} is nested in value types deeper than ${String(MAX_TYPE_DEPTH)} levels`;
  context.reporter.add("too-deep", span, fact, "flatten the types, or use json");
}

function checkValueType(scope: Scope, declared: DeclaredType): ValueType | undefined {
  const { context, name, node } = declared;
  const props = readProps(context.reporter, node, `the value type ${name}`, ["doc", "fields"]);
  if (props === undefined) return undefined;
  const doc = readDoc(context.reporter, props);
  const checked = checkFields(context, scope, { name, span: declared.span, props });
  declared.depth = 1 + checked.depth;
  if (declared.depth > MAX_TYPE_DEPTH) return refuseDepth(declared);
  if (checked.fields === undefined) return undefined;
  return { name, ...(doc !== undefined && { doc }), fields: checked.fields };
}

/** `[PPLC, PPL]`, or `{ doc, values }` with values as a list or as a map of docs. */
export function checkEnum(context: FileContext, key: TextNode, node: Node): Enum | undefined {
  const { reporter } = context;
  const what = `the enum ${key.text}`;
  if (node.kind === "list") return enumOf(context, key, node, undefined);
  if (node.kind !== "map") {
    reportShape(reporter, node, what, "a list of values [A, B]");
    return undefined;
  }
  const props = readProps(reporter, node, what, ["doc", "values"]);
  const values = props?.get("values");
  if (values === undefined) {
    const fix = `write ${key.text}: [A, B]`;
    if (props !== undefined)
      reportMissing(reporter, props, { span: key.span, fact: `${what} has no values`, fix });
    return undefined;
  }
  return enumOf(context, key, values.value, readDoc(reporter, props));
}

function enumOf(
  context: FileContext,
  key: TextNode,
  node: Node,
  doc: string | undefined,
): Enum | undefined {
  const declared = valuesOf(context, key.text, node);
  if (declared === undefined) return undefined;
  if (declared.length === 0) {
    context.reporter.add(
      "empty",
      node.span,
      `the enum ${key.text} has no values`,
      "name at least one",
    );
    return undefined;
  }
  const values: EnumValue[] = [];
  const seen = new Map<string, string>([["unspecified", ""]]);
  for (const { text, doc: valueDoc } of declared) {
    if (!checkValueName(context, key.text, text, seen)) continue;
    values.push({
      name: text.text,
      number: values.length + 1,
      protoName: protoValueName(key.text, text.text),
      ...(valueDoc !== undefined && { doc: valueDoc }),
    });
  }
  if (values.length < declared.length) return undefined;
  return { name: key.text, ...(doc !== undefined && { doc }), values };
}

interface DeclaredValue {
  readonly text: TextNode;
  readonly doc: string | undefined;
}

function valuesOf(
  context: FileContext,
  name: string,
  node: Node,
): readonly DeclaredValue[] | undefined {
  const { reporter } = context;
  if (node.kind === "list") {
    const texts = node.items.map((item) => valueText(reporter, item, name));
    if (!texts.every((text) => text !== undefined)) return undefined;
    return texts.map((text) => ({ text, doc: undefined }));
  }
  const shape = "a list [A, B], or a map { A: what A means }";
  const map = readMap(reporter, node, `the values of ${name}`, shape);
  return map?.entries.map(({ key, value }) => {
    const isEmpty = value.kind === "text" && value.text === "";
    const doc = isEmpty ? undefined : docOf(readText(reporter, value, `the doc of ${key.text}`));
    return { text: key, doc };
  });
}

/** A word like null is a text for now: its own error says more than that it is none. */
function valueText(reporter: Reporter, node: Node, name: string): TextNode | undefined {
  if (node.kind === "text" && node.text !== "" && node.text !== "~") return node;
  return readText(reporter, node, `a value of ${name}`);
}

/** Values become constants in the .proto, where case and underscores do not tell two apart. */
function checkValueName(
  context: FileContext,
  enumName: string,
  value: TextNode,
  seen: Map<string, string>,
): boolean {
  const { reporter } = context;
  const { text, span } = value;
  if (!value.quoted && /^(?:true|false|null)$/i.test(text)) {
    const fact = `${text} without quotes is no text in YAML`;
    reporter.add("yaml-word", span, fact, `write "${text}" in quotes`);
    return false;
  }
  if (!/^(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text) || text.length > 100) {
    const fact = `"${text.slice(0, 100)}" cannot be a value of ${enumName}`;
    const fix = "use ASCII letters, digits, _ and -, with at least one letter";
    reporter.add("bad-name", span, fact, fix);
    return false;
  }
  const plain = text.replaceAll(/[_-]/g, "").toLowerCase();
  const other = seen.get(plain);
  seen.set(plain, text);
  if (other === undefined) return true;
  const fact =
    other === ""
      ? `${text} cannot be a value: the .proto needs UNSPECIFIED for zero`
      : other === text
        ? `${enumName} has the value ${text} twice`
        : `${other} and ${text} of ${enumName} become one name in the .proto`;
  reporter.add("name-clash", span, fact, "remove it, or give it another name");
  return false;
}
