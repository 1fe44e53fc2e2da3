/** What every decoded record must be at every depth: frozen, and made of plain values with the prototypes that they should have. */
import { types } from "node:util";
import { RecordDate } from "../../runtime/src/codec/record-date.js";

/** The maps of the subjects: all of them fields of the records themselves. */
const MAPS = new Set(["labels", "imagesByRole", "names", "pieces", "rankByRegion", "seenBy"]);

export function checkRecord<R extends object>(record: R): R {
  check(record, Object.prototype);
  for (const [name, value] of Object.entries(record)) {
    if (MAPS.has(name)) checkAll(value as object, null);
    else checkValue(value);
  }
  return record;
}

function checkAll(value: object, prototype: object | null): void {
  check(value, prototype);
  if (ArrayBuffer.isView(value)) return;
  for (const inner of Object.values(value)) checkValue(inner);
}

function check(value: object, prototype: object | null): void {
  if (Object.getPrototypeOf(value) !== prototype)
    throw new Error("a value in a record has another prototype");
  if (!ArrayBuffer.isView(value) && !Object.isFrozen(value))
    throw new Error("a record that can be changed");
}

function checkValue(value: unknown): void {
  if (typeof value === "object" && value !== null) checkAll(value, prototypeFor(value));
}

function prototypeFor(value: object): object {
  if (Array.isArray(value)) return Array.prototype as object;
  if (types.isDate(value)) return RecordDate.prototype;
  return types.isUint8Array(value) ? Uint8Array.prototype : Object.prototype;
}
