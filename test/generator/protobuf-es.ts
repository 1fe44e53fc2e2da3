/**
 * Records as protobuf-es reads them with the descriptors that protoc makes of the emitted .proto: like
 * reflection.ts, by another implementation.
 */
import {
  createFileRegistry,
  fromBinary,
  isMessage,
  toBinary,
  type DescField,
  type DescMessage,
  type FileRegistry,
} from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Entity, Schema } from "@cached-collections/generator";
import { recordOf } from "./reflection.js";

/** The message types of a schema. */
export class ProtobufEs {
  readonly #registry: FileRegistry;
  readonly #package: string;

  constructor(schema: Schema, descriptors: Uint8Array) {
    this.#registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
    this.#package = schema.package;
  }

  /** What the bytes say, as a record. */
  decode(entity: Entity, bytes: Uint8Array): Readonly<Record<string, unknown>> {
    return recordOf(entity.fields, this.fieldsOf(entity.name, bytes));
  }

  /** The same message in bytes as protobuf-es writes them. */
  recode(entity: Entity, bytes: Uint8Array): Uint8Array {
    const type = this.#type(entity.name);
    return toBinary(type, fromBinary(type, bytes));
  }

  /** The fields of a message that are set, by name. Throws when it holds any that the .proto does not name. */
  fieldsOf(name: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
    const type = this.#type(name);
    return setFields(reflect(type, fromBinary(type, bytes)));
  }

  #type(name: string): DescMessage {
    const type = this.#registry.getMessage(`${this.#package}.${name}`);
    if (type === undefined) throw new Error(`${this.#package} has no message ${name}`);
    return type;
  }
}

function setFields(message: ReflectMessage): Readonly<Record<string, unknown>> {
  const unknown = message.getUnknown() ?? [];
  if (unknown.length > 0) throw new Error(`${message.desc.name} has fields that are not known`);
  const fields = message.fields.filter((field) => !hasPresence(field) || message.isSet(field));
  return Object.fromEntries(fields.map((field) => [field.name, plain(message.get(field))]));
}

/** Whether it can be told apart from a field that holds its type's default. */
function hasPresence(field: DescField): boolean {
  const isSingle = field.fieldKind === "scalar" || field.fieldKind === "enum";
  return field.fieldKind === "message" || (isSingle && field.proto.proto3Optional);
}

/** Messages, lists and maps as plain objects and arrays. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (isReflectMessage(value)) return setFields(value);
  if (isEntries(value)) {
    return new Map([...value.entries()].map(([key, each]) => [key, plain(each)] as const));
  }
  return [...(value as Iterable<unknown>)].map((each) => plain(each));
}

function isReflectMessage(value: object): value is ReflectMessage {
  return "message" in value && isMessage(value.message);
}

function isEntries(value: object): value is ReadonlyMap<unknown, unknown> {
  return "has" in value;
}
