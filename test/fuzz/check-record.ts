/** What every decoded record must be: frozen all through, made of plain values, and nobody's prototype changed. */
import { types } from "node:util";

export function checkRecord<R extends object>(record: R): R {
  if (Object.getPrototypeOf(record) !== Object.prototype)
    throw new Error("a record with a prototype");
  checkFrozen(record);
  return record;
}

function checkFrozen(value: unknown): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  if (!Object.isFrozen(value)) throw new Error("a record that can be changed");
  if (types.isDate(value)) return;
  for (const inner of Object.values(value)) checkFrozen(inner);
}

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, Map.prototype];
const COUNTS = PROTOTYPES.map(countOf);

/** Throws when a prototype has more or fewer properties than when this file was loaded. */
export function checkPrototypes(): void {
  for (const [index, prototype] of PROTOTYPES.entries()) {
    if (countOf(prototype) !== COUNTS[index]) throw new Error("a prototype was changed");
  }
}

function countOf(prototype: object): number {
  return Reflect.ownKeys(prototype).length;
}
