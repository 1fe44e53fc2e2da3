/** Enums and value types, and what entities share with value types: interfaces, encode and decode. */
import type { Enum, Field, ValueType } from "../model.js";
import { decodeStatements } from "./decode.js";
import { encodeStatements } from "./encode.js";
import { ownDoc } from "./doc.js";
import { array, print } from "./layout.js";
import type { Constants } from "./names.js";
import {
  constant,
  docs,
  exportedAlias,
  exportedConstant,
  exportedInterface,
  localFunction,
  type Statement,
} from "./structures.js";
import { fieldType, inputType, mayBeAbsent } from "./type-text.js";

/** The const array, the union of its names, and their wire numbers if any record holds one. */
export function enumStatements(
  { name, doc, values }: Enum,
  isUsed: boolean,
  constants: Constants,
): Statement[] {
  const names = array(values.map((value) => JSON.stringify(value.name)));
  const column = `export const ${name} = `.length;
  const numbers = constants.numbers(name);
  return [
    exportedConstant(
      name,
      enumDoc(doc, values),
      `${print(names, 0, column, " as const;".length)} as const`,
    ),
    exportedAlias(name, enumDoc(doc, values), `(typeof ${name})[number]`),
    ...(isUsed ? [constant(numbers, "cc.EnumNumbers", `cc.enumNumbers(${name})`)] : []),
  ];
}

/** The enum's doc, and those of its values, which no comment of their own could reach in a union. */
function enumDoc(doc: string | undefined, values: Enum["values"]): string | undefined {
  const items = values.flatMap((value) =>
    value.doc === undefined ? [] : [`- ${value.name}: ${value.doc}`],
  );
  if (items.length === 0) return doc;
  return [...(doc === undefined ? [] : [doc, ""]), ...items].join("\n");
}

/** The interfaces of a value type, and its functions if any record holds one. */
export function valueTypeStatements(
  { name, doc, fields }: ValueType,
  isUsed: boolean,
  constants: Constants,
): Statement[] {
  const interfaces = recordInterfaces(name, doc, fields);
  if (!isUsed) return interfaces;
  const names = fields.some(mayBeAbsent) ? [fieldNames(name, fields, constants)] : [];
  const functions = codecFunctions(name, fields, constants.fields(name), constants);
  return [...interfaces, ...functions, ...names];
}

/** `City` and `CityInput`. */
export function recordInterfaces(
  name: string,
  doc: string | undefined,
  fields: readonly Field[],
): Statement[] {
  const record = fields.map((field) => ({
    name: field.name,
    type: fieldType(field),
    docs: docs(field.doc),
  }));
  const input = fields.map((field) => {
    const absent = mayBeAbsent(field);
    return {
      name: field.name,
      type: absent ? `${inputType(field.type)} | null | undefined` : inputType(field.type),
      hasQuestionToken: absent,
      docs: docs(field.doc),
    };
  });
  return [
    exportedInterface(name, doc, record),
    exportedInterface(`${name}Input`, ownDoc(`What a loader gives for ${name}.`), input),
  ];
}

/** The constant of a value type's field names. */
function fieldNames(name: string, fields: readonly Field[], constants: Constants): Statement {
  const constantName = constants.fields(name);
  const names = array(fields.map((field) => JSON.stringify(field.name)));
  const start = "new cc.FieldNames(";
  const column = `const ${constantName} = ${start}`.length;
  return constant(constantName, undefined, `${start}${print(names, 0, column, 2)})`);
}

/** `encodeCity` and `decodeCity`; `names` is where the field names are found. */
export function codecFunctions(
  name: string,
  fields: readonly Field[],
  names: string,
  constants: Constants,
): Statement[] {
  const input = { w: "cc.Writer", row: `${name}Input` };
  return [
    localFunction(`encode${name}`, input, "void", encodeStatements(fields, names, constants)),
    localFunction(
      `decode${name}`,
      { r: "cc.Reader", end: "number" },
      name,
      decodeStatements(name, fields),
    ),
  ];
}
