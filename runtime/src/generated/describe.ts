/**
 * How generated code describes keys and views. Plain calls, because each literal of an interface with a union
 * inside would cost the compiler several times as much, and there are many of them in a large schema.
 */
import type {
  GroupDefinition,
  IndexField,
  PlainType,
  ScalarKind,
  SortedDefinition,
  UniqueDefinition,
} from "../definition.js";

/** One component of a key or of a sort order. `read` takes the entity's record. */
export function field(
  name: string,
  kind: PlainType | ScalarKind,
  read: IndexField<object>["read"],
  order?: "descending",
): IndexField<object> {
  const known: ScalarKind = typeof kind === "string" ? { type: kind } : kind;
  return order === undefined
    ? { name, kind: known, read }
    : { name, kind: known, read, descending: true };
}

export function group(
  view: Omit<GroupDefinition<object>, "view">,
): GroupDefinition<object> {
  return { view: "group", ...view };
}

export function unique(
  view: Omit<UniqueDefinition<object>, "view">,
): UniqueDefinition<object> {
  return { view: "unique", ...view };
}

export function sorted(
  view: Omit<SortedDefinition<object>, "view">,
): SortedDefinition<object> {
  return { view: "sorted", ...view };
}
