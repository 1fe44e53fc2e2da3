/**
 * The checked model of a schema: what `compileSchema` returns and the emitters print. Plain readonly data with
 * every name, path and type resolved, so that an emitter never looks at YAML again. Docs are as the user wrote
 * them: an emitter must keep them from ending a comment.
 */

/** One schema file with all that it imports. */
export interface Schema {
  /** The path the file was compiled under, with forward slashes, for headers and messages. */
  readonly path: string;
  /** The protobuf package and the name space in a store: `geo`, `acme.shop`. */
  readonly package: string;
  /** The package in PascalCase: `Geo` for GeoDataset, `AcmeShop` for AcmeShopDataset. */
  readonly name: string;
  readonly doc?: string;
  /** Enums, value types and entities each in declaration order, imported ones first. */
  readonly enums: readonly Enum[];
  /** Value types never contain themselves, directly or through others. */
  readonly types: readonly ValueType[];
  readonly entities: readonly Entity[];
}

export interface Enum {
  readonly name: string;
  readonly doc?: string;
  /** At least one. */
  readonly values: readonly EnumValue[];
}

export interface EnumValue {
  /** Exactly as written: the string in TypeScript. */
  readonly name: string;
  /** Its number on the wire, from 1; zero is never written. */
  readonly number: number;
  /** Its name in the .proto: `FEATURE_CODE_PPLC`. */
  readonly protoName: string;
  readonly doc?: string;
}

/** A value used inside entities: it has no key. */
export interface ValueType {
  readonly name: string;
  readonly doc?: string;
  readonly fields: readonly Field[];
}

export interface Field {
  /** camelCase, as in TypeScript. */
  readonly name: string;
  /** snake_case, as in the .proto. */
  readonly protoName: string;
  /** The protobuf field number, from 1 in declaration order. */
  readonly number: number;
  readonly type: FieldType;
  /** Whether a record may hold undefined. Lists and maps never are optional: they are empty. */
  readonly optional: boolean;
  /** What an absent or null value in a loader's row becomes. A field with a default is not optional in a record. */
  readonly default?: Literal;
  readonly doc?: string;
}

/** One member for each kind, so that a switch over `kind` narrows. */
type OfKind<K extends string, P = unknown> = K extends K ? { readonly kind: K } & P : never;

/** A field of one value: what lists and maps are made of. */
export type ScalarType =
  | OfKind<"bool" | "int32" | "uint32" | "float" | "double" | "string" | "bytes" | "date" | "json">
  | OfKind<"int64" | "uint64", { readonly as: "bigint" | "number" | "string" }>
  | OfKind<"timestamp", { readonly as: "date" | "number" }>
  /** `digits` after the point, 0 to 18; a scaled sint64 on the wire. */
  | OfKind<"decimal", { readonly digits: number }>;

export interface EnumType {
  readonly kind: "enum";
  readonly enum: Enum;
}

/** A field that holds a value type. */
export interface MessageType {
  readonly kind: "message";
  readonly type: ValueType;
}

export type ElementType = ScalarType | EnumType | MessageType;

export interface ListType {
  readonly kind: "list";
  readonly element: ElementType;
}

export interface MapType {
  readonly kind: "map";
  readonly key: "string" | "bool" | "int32" | "uint32" | "int64" | "uint64";
  readonly value: ElementType;
}

export type FieldType = ElementType | ListType | MapType;

/** The types that can be ordered: all scalars but bytes and json, and enums (in declaration order). */
export type IndexType = Exclude<ScalarType, { readonly kind: "bytes" | "json" }> | EnumType;

/** A resolved path from a record to a value of it. */
export interface FieldPath<T extends FieldType = IndexType> {
  /** The property that names it in a composite key: `adminCode`, `locationLat`. */
  readonly name: string;
  /** As written: `location.lat`. */
  readonly text: string;
  /** The fields passed, outermost first: `location`, `lat`. All but the last are value types. */
  readonly steps: readonly Field[];
  /** The type at the end; for a group's or a reference's `each`, the type of the list's elements. */
  readonly type: T;
  /** Whether any step may be unset. */
  readonly optional: boolean;
}

export interface SortField extends FieldPath {
  readonly descending: boolean;
}

/** A value from the schema, already checked against the type it stands for. */
export type Literal =
  | { readonly kind: "bool"; readonly value: boolean }
  /** int32, uint32, double; float already rounded to one. Finite. */
  | { readonly kind: "number"; readonly value: number }
  /** int64 and uint64, whatever their `as`. */
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "enum"; readonly value: EnumValue }
  /** `text` has all digits of the type ("19.90"); `scaled` is what the wire holds (1990n). */
  | { readonly kind: "decimal"; readonly text: string; readonly scaled: bigint }
  /** `days` since 1970-01-01 in the proleptic Gregorian calendar. */
  | { readonly kind: "date"; readonly text: string; readonly days: number }
  | { readonly kind: "timestamp"; readonly milliseconds: number }
  /** Defaults only: `[]` and `{}`. */
  | { readonly kind: "emptyList" | "emptyMap" };

/**
 * One test of a `where`; all tests of a view must hold. On an unset value `equals`, `in` and the comparisons
 * fail, `not` and `notIn` hold. Strings compare by code point, decimals as numbers, dates and timestamps in
 * time. The comparisons never stand on bool or enum.
 */
export type Condition =
  | {
      readonly test: "equals" | "not" | "gt" | "gte" | "lt" | "lte";
      readonly path: FieldPath;
      readonly value: Literal;
    }
  | {
      readonly test: "in" | "notIn";
      readonly path: FieldPath;
      /** At least one, without repetition. */
      readonly values: readonly Literal[];
    }
  /** Whether the value is set (`exists: true`) or unset; any type. */
  | {
      readonly test: "exists";
      readonly path: FieldPath<FieldType>;
      readonly exists: boolean;
    };

interface ViewBase {
  readonly name: string;
  readonly doc?: string;
  /** Empty: all records. */
  readonly where: readonly Condition[];
  /** Empty: in key order, in a sequence the loader's order, which also settles ties. */
  readonly sort: readonly SortField[];
}

export interface GroupView extends ViewBase {
  readonly view: "group";
  /** At least one; never float or double. An unset value is a group of its own, under undefined. */
  readonly by: readonly FieldPath[];
  /** `by` is one list field: a record is filed once under each distinct element. */
  readonly each: boolean;
  /** The name of the key's interface, `CityByCodeKey`; only when `by` has several components. */
  readonly keyName?: string;
  /** The most records of one group. */
  readonly limit?: number;
}

export interface UniqueView extends ViewBase {
  readonly view: "unique";
  /** At least one; never float or double. Records with any of them unset are left out. */
  readonly by: readonly FieldPath[];
  readonly keyName?: string;
  /** With "first" and "last", which of several records with one key is shown, in the order of `sort`. */
  readonly duplicates: "error" | "first" | "last";
}

export interface SortedView extends ViewBase {
  readonly view: "sorted";
  readonly limit?: number;
}

export type View = GroupView | UniqueView | SortedView;

export interface Reference {
  readonly name: string;
  readonly doc?: string;
  /** The entity referred to; it has a key. */
  readonly to: string;
  /** One path for each component of that key, in its order, of the same type; any may be optional. */
  readonly by: readonly FieldPath[];
  /** `by` is one list field: the reference leads to many records. */
  readonly each: boolean;
  readonly dangling: "error" | "warn";
}

export interface Guards {
  readonly minRecords?: number;
  readonly maxRecords?: number;
  /** 0 to 100. */
  readonly maxShrinkPercent?: number;
}

export interface Entity {
  readonly name: string;
  readonly doc?: string;
  /** Its property in the data set: `city`, `urlRule`. */
  readonly property: string;
  readonly fields: readonly Field[];
  /** The key's components, top-level and required; empty for a sequence. Never float, double, date, decimal or timestamp. */
  readonly key: readonly FieldPath[];
  /** The name of the key's interface, `CityKey`; only when the key has several components. */
  readonly keyName?: string;
  readonly views: readonly View[];
  readonly references: readonly Reference[];
  readonly guards: Guards;
  readonly salt: number;
  /** The schema hash: 16 hexadecimal digits; the version. */
  readonly hash: string;
  /** The entities connected with this one by references, itself included, by name: they share one version. */
  readonly connected: readonly string[];
}

/** Whether a list in this view's order takes `range({ prefix })`: its first sort field is text. */
export function takesPrefix(view: View): boolean {
  return view.sort[0]?.type.kind === "string";
}
