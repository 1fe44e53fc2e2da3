/** Random rows of the combinations test: what a loader gives, and the record that must come of it. */
import type { Random } from "../support/random.js";
import { ID, type CombinedField, type Fields } from "./combination-schema.js";
import type { IndexedType } from "./combination-types.js";
import type { Row } from "./combination-views.js";

export interface Sample {
  readonly input: Row;
  readonly record: Row;
}

interface Value {
  /** `ABSENT`: the row lacks the property. */
  readonly input: unknown;
  readonly record: unknown;
}

const ABSENT = Symbol("absent");

/** Rows whose `id` counts up in a random order, if they have one. */
export function randomRows(random: Random, fields: Fields, count: number): readonly Sample[] {
  const left = Array.from({ length: count }, (_, index) => index * 3);
  return Array.from({ length: count }, () => {
    const [id = 0] = left.splice(random.integer(left.length), 1);
    return rowOf(random, fields, id);
  });
}

function rowOf(random: Random, fields: Fields, id: number): Sample {
  return objectOf(
    Object.entries(fields).map(([name, field]) => {
      const isId = field.type === ID;
      return [name, isId ? { input: id, record: id } : fieldValue(random, field)] as const;
    }),
  );
}

function objectOf(entries: readonly (readonly [string, Value])[]): Sample {
  const given = entries.filter(([, { input }]) => input !== ABSENT);
  return {
    input: Object.fromEntries(given.map(([name, { input }]) => [name, input])),
    record: Object.fromEntries(entries.map(([name, { record }]) => [name, record])),
  };
}

function fieldValue(random: Random, { form, type }: CombinedField): Value {
  switch (form) {
    case "value":
      return picked(random, type);
    case "maybe":
      return orUnset(random, undefined, () => picked(random, type));
    case "filled":
      return orUnset(random, type.values[0], () => picked(random, type));
    case "list":
      return listOf(random, type);
    case "inner":
      return innerOf(random, type);
    case "lost":
      return orUnset(random, undefined, () => innerOf(random, type));
    case "outer":
      return orUnset(random, undefined, () =>
        objectOf([["lost", fieldValue(random, { form: "lost", type })]]),
      );
    case "lists":
      return orUnset(random, undefined, () => objectOf([["values", listOf(random, type)]]));
  }
}

function innerOf(random: Random, type: IndexedType): Value {
  const forms = ["value", "maybe", "filled"] as const;
  return objectOf(forms.map((form) => [form, fieldValue(random, { form, type })]));
}

function picked(random: Random, { values }: IndexedType): Value {
  const value = random.pick(values);
  return { input: value, record: value };
}

function listOf(random: Random, type: IndexedType): Value {
  const values = Array.from({ length: random.integer(4) }, () => random.pick(type.values));
  return { input: values, record: values };
}

/** The value, or one of the ways in which a loader says that there is none. */
function orUnset(random: Random, record: unknown, value: () => Value): Value {
  if (random.chance(2 / 3)) return value();
  return { input: random.pick([ABSENT, null, undefined]), record };
}
