/** Expressions that read a path of a record: `record.location?.lat`. */
import type { FieldPath, FieldType } from "../model.js";

/** The value at a path; undefined when a step on the way is unset. */
export function access(path: FieldPath<FieldType>, record = "record"): string {
  let text = record;
  let unset = false;
  for (const { name, optional } of path.steps) {
    text += `${unset ? "?." : "."}${name}`;
    unset = optional;
  }
  return text;
}

/** The same once it is known to be set: `record.location.lat`. */
export function accessSet(path: FieldPath<FieldType>, record = "record"): string {
  return [record, ...path.steps.map(({ name }) => name)].join(".");
}
