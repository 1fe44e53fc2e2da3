/**
 * What the generator tells the runtime about a schema: the shapes of the constants in generated code.
 * Everything that decides bytes is in here; the schema hash covers it. Adding a member that old generated
 * code lacks needs a default here; changing one needs a new door (`generated/v2`).
 */
import type { FieldNames } from "./codec/names.js";
import type { Reader } from "./codec/reader.js";
import type { Writer } from "./codec/writer.js";

/** The segment format that generated code was written for; checked when a collection is constructed. */
export const FORMAT = 1;

/** Types of which there is nothing more to say. */
export type PlainType = "bool" | "int32" | "uint32" | "float" | "double" | "string" | "date";

/** The type of a value that can be hashed and ordered, and how TypeScript holds it. */
export type ScalarKind =
  | { readonly type: PlainType }
  | { readonly type: "int64" | "uint64"; readonly as: "bigint" | "number" | "string" }
  | { readonly type: "timestamp"; readonly as: "date" | "number" }
  | { readonly type: "decimal"; readonly digits: number }
  /** `names[i]` has the wire number i + 1; enums order by it. */
  | { readonly type: "enum"; readonly names: readonly string[] };

/** One component of a key, of a view's key, or of a sort order. */
export interface IndexField<R> {
  /** The property that names it in a composite key: the field, or a nested path in camelCase. */
  readonly name: string;
  readonly kind: ScalarKind;
  /** Its value in a decoded record; undefined when unset. Never called for a group's `each`. */
  read(record: R): unknown;
  readonly descending?: boolean;
}

/** `group`: records by a value of theirs. A key of more than one component is an object by names. */
export interface GroupDefinition<R> {
  readonly view: "group";
  readonly name: string;
  readonly by: readonly IndexField<R>[];
  /** For a group over a list field: the elements, under each of which the record is filed once. */
  each?(record: R): readonly unknown[];
  where?(record: R): boolean;
  readonly sort: readonly IndexField<R>[];
  /** The most records a group shows. */
  readonly limit?: number;
}

/** `unique`: at most one record by a value; those without the value are left out. */
export interface UniqueDefinition<R> {
  readonly view: "unique";
  readonly name: string;
  readonly by: readonly IndexField<R>[];
  where?(record: R): boolean;
  /** Decides which is first and last among duplicates. */
  readonly sort: readonly IndexField<R>[];
  readonly duplicates: "error" | "first" | "last";
}

/** `sort`: all records in an order. */
export interface SortedDefinition<R> {
  readonly view: "sorted";
  readonly name: string;
  where?(record: R): boolean;
  readonly sort: readonly IndexField<R>[];
  readonly limit?: number;
}

export type ViewDefinition<R> = GroupDefinition<R> | UniqueDefinition<R> | SortedDefinition<R>;

/** A reference to another entity of the same schema. */
export interface ReferenceDefinition<R> {
  readonly name: string;
  /** The entity referred to. */
  readonly to: string;
  /** Its definition: a function, because entities may refer to each other and to themselves. */
  readonly target: () => AnyEntityDefinition;
  /** The keys it refers to in this record: none when unset, several for a list field. */
  keys(record: R): readonly unknown[];
  readonly dangling: "error" | "warn";
}

/** What a push must satisfy to be published. */
export interface Guards {
  readonly minRecords?: number;
  readonly maxRecords?: number;
  /** The most that a push may remove of what is published, in per cent of its records. */
  readonly maxShrinkPercent?: number;
}

/**
 * What generated code says of an entity's keys, views and references: for records of whatever type, since with
 * the record's type in them every entity would cost the compiler a copy of all these types. Its functions name
 * the record themselves.
 */
export interface EntityDescription {
  readonly format: typeof FORMAT;
  readonly package: string;
  readonly entity: string;
  /** The schema hash: 16 hexadecimal digits; the version. */
  readonly hash: string;
  /** All field names of the record, to recognise a row's misspelt ones. */
  readonly fields: FieldNames;
  /** The key's components; empty for a sequence. */
  readonly key: readonly IndexField<object>[];
  readonly views: readonly ViewDefinition<object>[];
  readonly references: readonly ReferenceDefinition<object>[];
  readonly guards?: Guards;
}

/** One entity of a schema, as generated code describes it. `R` is its record, `I` its loader's row. */
export interface EntityDefinition<R extends object, I extends object> extends EntityDescription {
  /** Appends one row as a protobuf message without its length. Throws InvalidFieldError, having checked everything. */
  encode(writer: Writer, row: I): void;
  /** Reads the message that ends at `end`; returns the frozen record. */
  decode(reader: Reader, end: number): R;
}

/**
 * A definition of whatever entity, where records and rows pass through unseen. Its functions are declared as
 * methods so that every `EntityDefinition` is one of these.
 */
export type AnyEntityDefinition = EntityDefinition<object, object>;

/** A schema: its entities by property name of the data set, in declaration order. */
export interface DatasetDefinition {
  readonly package: string;
  readonly entities: Readonly<Record<string, AnyEntityDefinition>>;
}
