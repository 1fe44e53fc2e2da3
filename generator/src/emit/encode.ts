/**
 * `encodeCity`: checks a loader's row and appends it as a protobuf message. Proto3: what equals its type's
 * default is left out, unless the field is optional; then it is written whenever it is set.
 */
import type { ElementType, Field, ListType, MapType } from "../model.js";
import { defaultText } from "./default-text.js";
import { callText, valueEncoding } from "./encode-value.js";
import { arrow, call, LINE_WIDTH, printInBody } from "./layout.js";
import { localName, type Constants } from "./names.js";
import { mayBeAbsent } from "./type-text.js";
import { isPackable, lengthTag, tag } from "./wire.js";

/** The statements of the function; `names` is where the field names are found. */
export function encodeStatements(
  fields: readonly Field[],
  names: string,
  constants: Constants,
): string[] {
  const statements = fields.flatMap((field) => encodeField(field, constants));
  const absent = fields.filter(mayBeAbsent).map((field) => `${rowValue(field)} === undefined`);
  if (absent.length > 0) statements.push(checkNames(absent, names));
  return statements;
}

function encodeField(field: Field, constants: Constants): string[] {
  const { type } = field;
  if (type.kind === "list") return [encodeList(field, type, constants)];
  if (type.kind === "map") return [encodeMap(field, type, constants)];
  return field.optional
    ? encodeOptional(field, type, constants)
    : encodeRequired(field, type, constants);
}

/** Members of every object: a row without such a field would seem to have it. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

function rowValue({ name }: Field): string {
  return INHERITED.has(name) ? `cc.own(row, ${JSON.stringify(name)})` : `row.${name}`;
}

/** The row's value, with its default. */
function given(field: Field): string {
  const value = rowValue(field);
  return field.default === undefined ? value : `${value} ?? ${defaultText(field.default)}`;
}

function encodeOptional(field: Field, type: ElementType, constants: Constants): string[] {
  const name = localName(field.name);
  const { check, write } = valueEncoding(type, constants);
  const checked = check(name, field.name);
  const statement = `${write(`w.uint32(${tag(field.number, type)})`, checked, field.name)};`;
  return [
    `const ${name} = ${rowValue(field)} ?? undefined;`,
    guarded(`${name} !== undefined`, statement),
  ];
}

function encodeRequired(field: Field, type: ElementType, constants: Constants): string[] {
  const { check, write, put } = valueEncoding(type, constants);
  const number = String(tag(field.number, type));
  if (put !== undefined) {
    const [name = "", ...more] = put;
    return [`${callText(name, ["w", number, given(field), ...more], field.name)};`];
  }
  return [`${write(`w.uint32(${number})`, check(given(field), field.name), field.name)};`];
}

function encodeList(field: Field, { element }: ListType, constants: Constants): string {
  const { check, write } = valueEncoding(element, constants);
  const checked = check("value");
  const list = [given(field), JSON.stringify(field.name)];
  if (!isPackable(element)) {
    return withArrow(
      "cc.writeList",
      list,
      write(`w.uint32(${tag(field.number, element)})`, checked),
    );
  }
  const target = ["w", String(lengthTag(field.number))];
  return withArrow("cc.writePacked", [...target, ...list], write("w", checked));
}

function encodeMap(field: Field, { key, value }: MapType, constants: Constants): string {
  const { check, write } = valueEncoding(value, constants);
  const map = [given(field), JSON.stringify(field.name), `cc.${key}Keys`];
  const target = ["w", String(lengthTag(field.number))];
  return withArrow(
    "cc.writeMap",
    [...target, ...map],
    write(`w.uint32(${tag(2, value)})`, check("value")),
  );
}

/** A call whose last argument is an arrow function of `value`. */
function withArrow(name: string, values: readonly string[], body: string): string {
  return printInBody("", call(name, [...values, arrow("value", [body])]), ";");
}

function guarded(condition: string, statement: string): string {
  const line = `if (${condition}) ${statement}`;
  return fits(line) ? line : `if (${condition}) {\n  ${statement}\n}`;
}

function checkNames(absent: readonly string[], fields: string): string {
  const line = `if (${absent.join(" || ")}) ${fields}.check(row);`;
  if (fits(line)) return line;
  const condition = `if (${absent.join(" || ")}) {`;
  const head = fits(condition) ? condition : `if (\n  ${absent.join(" ||\n  ")}\n) {`;
  return `${head}\n  ${fields}.check(row);\n}`;
}

/** Whether a statement fits on a line of a function's body. */
function fits(statement: string): boolean {
  return 2 + statement.length <= LINE_WIDTH;
}
