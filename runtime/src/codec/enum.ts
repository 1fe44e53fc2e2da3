/** Enums: names in TypeScript, their place in the schema plus one on the wire, so that zero means nothing. */
import { BadRecordError } from "./bad-record.js";
import { InvalidFieldError } from "./invalid-field.js";
import type { Reader } from "./reader.js";

/** Wire numbers by name. */
export type EnumNumbers = ReadonlyMap<unknown, number>;

export function enumNumbers(names: readonly string[]): EnumNumbers {
  return new Map(names.map((name, index) => [name, index + 1]));
}

const MOST_NAMES_SHOWN = 20;

/** The wire number of a name. */
export function checkEnum(value: unknown, numbers: EnumNumbers, path = ""): number {
  const number = numbers.get(value);
  if (number !== undefined) return number;
  const names = [...numbers.keys()].map((name) => JSON.stringify(name));
  const more =
    names.length > MOST_NAMES_SHOWN ? ` or ${names.length - MOST_NAMES_SHOWN} others` : "";
  throw new InvalidFieldError(path, names.slice(0, MOST_NAMES_SHOWN).join(" | ") + more, value);
}

/** The name of the number that comes next. */
export function readEnum<N extends string>(reader: Reader, names: readonly N[]): N {
  const number = reader.uint32();
  const name = names[number - 1];
  if (name === undefined) throw new BadRecordError(`an enum has the number ${number}`);
  return name;
}
