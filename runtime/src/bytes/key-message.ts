/**
 * Keys without their records: what a delta removes. Each is the entity's own message with nothing but the
 * key's fields set, so that any protobuf implementation can read it with the generated `.proto`.
 */
import { BadRecordError } from "../codec/bad-record.js";
import { readInt64OrNumber, writeInt64, writeUint64 } from "../codec/int64.js";
import { checkEnd, type Reader } from "../codec/reader.js";
import type { FieldNames } from "../codec/names.js";
import type { Writer } from "../codec/writer.js";
import type { IndexField, ScalarKind } from "../definition.js";
import { normalOf, type Normal } from "./scalar.js";

/** What is needed to know of an entity: field numbers follow the order of declaration. */
export interface KeyedEntity {
  readonly fields: FieldNames;
  readonly key: readonly IndexField<never>[];
}

/**
 * The normal values of a key as callers give it: the value, or an object by the components' names. Undefined
 * when it is no key of this entity; then no record has it.
 */
export function keyValues(
  key: readonly IndexField<never>[],
  given: unknown,
): readonly Normal[] | undefined {
  const values: Normal[] = [];
  for (const { kind, name } of key) {
    const value = normalOf(kind, key.length === 1 ? given : componentOf(given, name));
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** Appends a message with these key values; zeros are left out, as proto3 does. */
export function writeKeyMessage(
  writer: Writer,
  { fields, key }: KeyedEntity,
  values: readonly Normal[],
): void {
  const parts = key.map(({ kind, name }, index) => ({
    kind,
    number: fields.names.indexOf(name) + 1,
    value: values[index] as Normal,
  }));
  parts.sort((a, b) => a.number - b.number);
  for (const { kind, number, value } of parts) {
    if (value === 0 || value === "") continue;
    writeValue(writer.uint32(number * 8 + wireType(kind)), kind, value);
  }
}

/** Reads keys of one entity: of messages with nothing else, or of whole records, whose other fields it skips. */
export class KeyReader {
  readonly #kinds: readonly ScalarKind[];
  /** By field number: which component of the key it is. */
  readonly #components: readonly (number | undefined)[];

  constructor({ fields, key }: KeyedEntity) {
    this.#kinds = key.map(({ kind }) => kind);
    const names = key.map(({ name }) => name);
    const components = fields.names.map((field) => names.indexOf(field));
    this.#components = [undefined, ...components.map((at) => (at < 0 ? undefined : at))];
  }

  /** The normal values of the key in the message that ends at `end`. Throws BadRecordError. */
  read(reader: Reader, end: number): readonly Normal[] {
    const kinds = this.#kinds;
    const components = this.#components;
    const values: Normal[] = [];
    for (const { type } of kinds) values.push(type === "string" ? "" : 0);
    while (reader.pos < end) {
      const tag = reader.tag();
      const component = components[tag >>> 3];
      const kind = component === undefined ? undefined : kinds[component];
      if (component === undefined || kind === undefined || (tag & 7) !== wireType(kind))
        reader.skipType(tag & 7);
      else values[component] = readValue(reader, kind);
    }
    checkEnd(reader, end);
    return values;
  }
}

function componentOf(given: unknown, name: string): unknown {
  return typeof given === "object" && given !== null ? Reflect.get(given, name) : undefined;
}

function wireType(kind: ScalarKind): number {
  if (kind.type === "string") return 2;
  if (kind.type === "double") return 1;
  return kind.type === "float" ? 5 : 0;
}

function writeValue(writer: Writer, kind: ScalarKind, value: Normal): void {
  if (typeof value === "string") writer.string(value);
  else if (kind.type === "double") writer.double(Number(value));
  else if (kind.type === "float") writer.float(Number(value));
  else if (kind.type === "int64" || kind.type === "decimal") writeInt64(writer, value);
  else if (kind.type === "uint64") writeUint64(writer, value);
  else if (kind.type === "int32" || kind.type === "date") writer.sint32(Number(value));
  else writer.uint32(Number(value));
}

function readValue(reader: Reader, kind: ScalarKind): Normal {
  switch (kind.type) {
    case "string":
      return reader.string();
    case "double":
      // Adding 0 makes -0 the same key as 0.
      return reader.double() + 0;
    case "float":
      return reader.float() + 0;
    case "int64":
    case "decimal":
      return readInt64OrNumber(reader);
    case "uint64":
      return readUnsigned(reader);
    case "int32":
    case "date":
      return reader.sint32();
    case "bool":
      // As a record is decoded: any number but 0 is true.
      return Number(reader.bool());
    case "timestamp":
      throw new BadRecordError("a timestamp is no key");
    default:
      return reader.uint32();
  }
}

function readUnsigned(reader: Reader): Normal {
  const low = reader.low();
  const { high } = reader;
  if (high < 0x200000) return high * 2 ** 32 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}
