/**
 * The schemas of the combinations test: every type, in every form of field, in every kind of view. What must come
 * of them is said beside the text, by plain definitions.
 */
import type { IndexField, ViewDefinition } from "../../runtime/src/definition.js";
import { compareField } from "../support/plain.js";
import {
  canBeLookedUp,
  fieldText,
  isCompared,
  KEY_TYPES,
  type IndexedType,
} from "./combination-types.js";
import {
  plainField,
  plainView,
  viewText,
  type Kinds,
  type Operator,
  type Row,
  type Test,
  type ViewSpec,
} from "./combination-views.js";

/** An entity of a schema with what a test must know of it. */
export interface Combination {
  readonly entity: string;
  readonly text: string;
  /** Its fields: names and forms, with the type of each. */
  readonly fields: Fields;
  /** Empty for a sequence. */
  readonly key: readonly IndexField<Row>[];
  readonly views: readonly ViewDefinition<Row>[];
}

/** How a field holds values of its type; see `sharedText` for the value types around them. */
export type Form = "value" | "maybe" | "filled" | "list" | "inner" | "lost" | "outer" | "lists";

export interface CombinedField {
  readonly form: Form;
  readonly type: IndexedType;
}

export type Fields = Readonly<Record<string, CombinedField>>;

/** What the schema of a type imports: the value types around it. */
export function sharedText(types: readonly IndexedType[]): string {
  return `types:\n${types.map(valueTypes).join("")}`;
}

function valueTypes(type: IndexedType): string {
  const { name } = type;
  const forms = (["value", "maybe", "filled"] as const).map(
    (form) => `${form}: ${formText({ type, form })}`,
  );
  return [
    `  Inner${name}: { fields: { ${forms.join(", ")} } }\n`,
    `  Outer${name}: { fields: { lost: "Inner${name}?" } }\n`,
    `  Lists${name}: { fields: { values: ${formText({ type, form: "list" })} } }\n`,
  ].join("");
}

function formText({ type, form }: CombinedField): string {
  switch (form) {
    case "value":
      return fieldText(type);
    case "maybe":
      return fieldText(type, { optional: true });
    case "filled":
      return fieldText(type, { default: type.texts[0] ?? "" });
    case "list":
      return fieldText(type, { list: true });
    case "inner":
      return `Inner${type.name}`;
    case "lost":
      return `"Inner${type.name}?"`;
    case "outer":
      return `"Outer${type.name}?"`;
    case "lists":
      return `"Lists${type.name}?"`;
  }
}

interface Parts {
  readonly entity: string;
  readonly fields: Fields;
  readonly key: readonly string[];
  readonly views: readonly ViewSpec[];
  readonly kinds: Kinds;
}

function combination({ entity, fields, key, views, kinds }: Parts): Combination {
  const declared = Object.entries(fields).map(([name, field]) => `${name}: ${formText(field)}`);
  const lines = [
    `  ${entity}:`,
    ...(key.length > 0 ? [`    key: [${key.join(", ")}]`] : []),
    `    fields: { ${declared.join(", ")} }`,
    "    views:",
    ...views.map((view) => `      ${viewText(view)}`),
    "",
  ];
  return {
    entity,
    text: lines.join("\n"),
    fields,
    key: key.map((name) => plainField(name, kinds)),
    views: views.map((view) => plainView(view, kinds)),
  };
}

export const ID: IndexedType = {
  name: "Id",
  type: "uint32",
  kind: { type: "uint32" },
  values: [],
  texts: [],
};
const TAG: IndexedType = {
  name: "Tag",
  type: "string",
  kind: { type: "string" },
  values: ["a", "ab", "b"],
  texts: ['"a"', '"ab"', '"b"'],
};
const COMMON: Fields = { id: { form: "value", type: ID }, tag: { form: "value", type: TAG } };

/** Where a value of a type stands, and whether it may be unset there. */
interface Place {
  readonly form: Form;
  readonly path: string;
  readonly optional: boolean;
}

const MAYBE: Place = { form: "maybe", path: "maybe", optional: true };
const PLACES: readonly Place[] = [
  { form: "value", path: "value", optional: false },
  MAYBE,
  { form: "filled", path: "filled", optional: false },
  { form: "inner", path: "inner.value", optional: false },
  { form: "inner", path: "inner.maybe", optional: true },
  { form: "lost", path: "lost.value", optional: true },
  { form: "lost", path: "lost.filled", optional: true },
  { form: "outer", path: "outer.lost.maybe", optional: true },
];

/** All combinations of a type: where a value stands, in mappings and in a sequence; in lists; what refuses duplicates. */
export function combinationsOf(type: IndexedType): readonly Combination[] {
  const mappings = PLACES.map((place, index) => placed(type, place, `At${index}`, ["id"]));
  return [
    ...mappings,
    placed(type, MAYBE, "InSequence", []),
    ...(canBeLookedUp(type) ? [listed(type)] : []),
  ];
}

function placed(
  type: IndexedType,
  place: Place,
  suffix: string,
  key: readonly string[],
): Combination {
  const fields = { ...COMMON, [place.form]: { form: place.form, type } };
  const kinds = { id: ID.kind, tag: TAG.kind, [place.path]: type.kind };
  const views = [
    ...orderViews(place.path).filter(({ name }) => !place.path.includes(".") || NESTED.has(name)),
    ...(canBeLookedUp(type) ? lookupViews(place.path, key.length > 0) : []),
    ...whereViews(type, place),
  ];
  return combination({ entity: `${type.name}${suffix}`, fields, key, views, kinds });
}

/** The orders of nested paths; the others are the same but for the directions. */
const NESTED = new Set(["up", "downUp", "inGroupsDown", "firstUp"]);

function orderViews(p: string): readonly ViewSpec[] {
  return [
    { name: "up", sort: [p] },
    { name: "down", sort: [`-${p}`] },
    { name: "upDown", sort: [p, "-tag"] },
    { name: "downUp", sort: [`-${p}`, "tag"] },
    { name: "second", sort: ["-tag", p] },
    { name: "few", sort: [`-${p}`], limit: 3 },
    { name: "inGroups", group: ["tag"], sort: [p] },
    { name: "inGroupsDown", group: ["tag"], sort: [`-${p}`, "-id"] },
    { name: "inGroupsFew", group: ["tag"], sort: [`-${p}`], limit: 2 },
    { name: "firstUp", unique: ["tag"], sort: [p], duplicates: "first" },
    { name: "lastDown", unique: ["tag"], sort: [`-${p}`], duplicates: "last" },
  ];
}

function lookupViews(p: string, isKeyed: boolean): readonly ViewSpec[] {
  return [
    { name: "under", group: [p] },
    { name: "underSorted", group: [p], sort: ["-tag"], limit: 2 },
    { name: "underPair", group: [p, "tag"], sort: ["-id"] },
    { name: "underTagFirst", group: ["tag", p] },
    { name: "one", unique: [p], duplicates: "first" },
    { name: "oneLast", unique: [p], sort: ["tag"], duplicates: "last" },
    { name: "onePair", unique: ["tag", p], sort: ["-id"], duplicates: "first" },
    // The key makes them unique: nothing is refused.
    ...(isKeyed ? [{ name: "only", unique: [p, "id"], duplicates: "error" } as const] : []),
  ];
}

const test = (
  path: string,
  operator: Operator,
  { values, texts }: Pick<IndexedType, "values" | "texts">,
): Test => ({ path, operator, values: values.slice(0, texts.length), texts });

/** The value of this number, with how it is written. */
const nth = (
  { values, texts }: IndexedType,
  index: number,
): Pick<IndexedType, "values" | "texts"> => ({
  values: values.slice(index, index + 1),
  texts: texts.slice(index, index + 1),
});

function whereViews(type: IndexedType, { path, form, optional }: Place): readonly ViewSpec[] {
  const [a, b] = [nth(type, 0), nth(type, 1)];
  const tests: Readonly<Record<string, readonly Test[]>> = {
    equals: [test(path, "equals", a)],
    among: [test(path, "in", { values: type.values, texts: type.texts.slice(0, 2) })],
    not: [test(path, "not", b)],
    notAmong: [test(path, "notIn", type)],
    ...(isCompared(type) && comparisons(type, path)),
    ...(optional && { set: exists(path, true), unset: exists(path, false) }),
    ...(form === "lost" && { around: exists("lost", true), notAround: exists("lost", false) }),
  };
  const sorted = Object.entries(tests).map(([name, where]): ViewSpec => ({
    name,
    sort: ["-tag"],
    where,
  }));
  const kept = [test(path, "not", a), test("tag", "gte", nth(TAG, 1))];
  const grouped: ViewSpec = { name: "groupWhere", group: ["tag"], sort: [path], where: kept };
  if (!canBeLookedUp(type)) return [...sorted, grouped];
  const unique = { name: "uniqueWhere", unique: [path], where: kept, duplicates: "last" } as const;
  return [...sorted, grouped, unique];
}

function comparisons(type: IndexedType, path: string): Readonly<Record<string, readonly Test[]>> {
  const [a, b] = [nth(type, 0), nth(type, 1)];
  const field = { name: "", kind: type.kind, read: (): unknown => undefined };
  const [low, high] = compareField(field, type.values[0], type.values[1]) < 0 ? [a, b] : [b, a];
  return {
    above: [test(path, "gt", a)],
    notBelow: [test(path, "gte", b)],
    below: [test(path, "lt", b)],
    notAbove: [test(path, "lte", a)],
    between: [test(path, "gte", low), test(path, "lt", high)],
    betweenBut: [test(path, "gt", low), test(path, "lte", high), test(path, "not", high)],
  };
}

function exists(path: string, isSet: boolean): readonly Test[] {
  return [{ path, operator: "exists", values: [isSet], texts: [String(isSet)] }];
}

function listed(type: IndexedType): Combination {
  const fields: Fields = {
    ...COMMON,
    list: { form: "list", type },
    lists: { form: "lists", type },
  };
  const kinds = { id: ID.kind, tag: TAG.kind, list: type.kind, "lists.values": type.kind };
  const where = [test("tag", "not", nth(TAG, 0))];
  const views: readonly ViewSpec[] = [
    { name: "each", group: ["list"], each: true },
    { name: "eachSorted", group: ["list"], each: true, sort: ["-tag"], limit: 2 },
    { name: "eachNested", group: ["lists.values"], each: true, sort: ["tag", "-id"] },
    { name: "eachWhere", group: ["list"], each: true, where },
  ];
  return combination({ entity: `${type.name}InLists`, fields, key: ["id"], views, kinds });
}

/** Every type that a key can be made of alone, and with each of the next three. */
export function keyCombinations(): readonly Combination[] {
  return KEY_TYPES.flatMap((first, index) => {
    const others = [1, 2, 3].map((step) => KEY_TYPES[(index + step) % KEY_TYPES.length] ?? first);
    const [second = first, third = first] = others;
    const keys = [[first], ...others.map((other) => [first, other]), [third, first, second]];
    return keys.map(keyed);
  });
}

function keyed(types: readonly IndexedType[]): Combination {
  const parts = types.map((type, index) => [`key${index}`, { form: "value", type }] as const);
  const fields: Fields = { ...Object.fromEntries(parts), tag: { form: "value", type: TAG } };
  const kinds = Object.fromEntries(
    Object.entries(fields).map(([name, { type }]) => [name, type.kind]),
  );
  const views: readonly ViewSpec[] = [
    { name: "byTag", group: ["tag"] },
    { name: "sortedByTag", sort: ["-tag"] },
    { name: "firstOfTag", unique: ["tag"], duplicates: "first" },
  ];
  const entity = `By${types.map(({ name }) => name).join("And")}`;
  return combination({ entity, fields, key: parts.map(([name]) => name), views, kinds });
}

/** Entities that refuse duplicates in a view by an optional value, alone and with another. */
export function strictCombination(type: IndexedType): Combination {
  const fields: Fields = { ...COMMON, maybe: { form: "maybe", type } };
  const kinds = { id: ID.kind, tag: TAG.kind, maybe: type.kind };
  const where = [test("tag", "equals", nth(TAG, 0))];
  const views: readonly ViewSpec[] = [
    { name: "strictPair", unique: ["maybe", "tag"] },
    { name: "strictWhere", unique: ["maybe"], duplicates: "error", where },
  ];
  return combination({ entity: `${type.name}Strict`, fields, key: ["id"], views, kinds });
}
