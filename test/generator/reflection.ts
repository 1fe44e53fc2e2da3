/**
 * Records as protobufjs reads them with the emitted .proto, by reflection: an implementation that knows nothing
 * of generated code. What it reads is brought into the form in which records hold it, from the model alone.
 */
import protobuf from "protobufjs";
import type { ElementType, Entity, Field, FieldType, MapType } from "@cached-collections/generator";
import { dayText, decimalText, integerAs } from "./random-record.js";

/** The message types of a .proto. */
export class Reflection {
  readonly #root: protobuf.Root;
  readonly #package: string;

  constructor(proto: string, packageName: string) {
    this.#root = protobuf.parse(proto, { keepCase: true }).root;
    const timestamps = protobuf.common.get("google/protobuf/timestamp.proto");
    if (timestamps?.nested !== undefined && timestamps.nested !== null)
      this.#root.addJSON(timestamps.nested);
    this.#package = packageName;
  }

  /** What the bytes say, as a record. */
  decode(entity: Entity, bytes: Uint8Array): Readonly<Record<string, unknown>> {
    return recordOf(entity.fields, this.#type(entity.name).decode(bytes));
  }

  /** The same message in bytes as protobufjs writes them. */
  recode(entity: Entity, bytes: Uint8Array): Uint8Array {
    const type = this.#type(entity.name);
    return type.encode(type.decode(bytes)).finish();
  }

  #type(name: string): protobuf.Type {
    return this.#root.lookupType(`${this.#package}.${name}`);
  }
}

/** A record from a message's fields by their names in the .proto; those that are not set may be absent. */
export function recordOf(
  fields: readonly Field[],
  message: object,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fields.map((field) => {
      const isSet = Object.hasOwn(message, field.protoName);
      const value: unknown = Reflect.get(message, field.protoName);
      if (field.optional && !isSet) return [field.name, undefined];
      return [field.name, fieldValue(field.type, value)];
    }),
  );
}

function fieldValue(type: FieldType, value: unknown): unknown {
  if (type.kind === "list") {
    return (value as readonly unknown[]).map((each) => elementValue(type.element, each));
  }
  if (type.kind !== "map") return elementValue(type, value);
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<unknown, unknown>)];
    return Object.fromEntries(
      entries.map(([key, each]) => [String(key), elementValue(type.value, each)]),
    );
  }
  const entries = Object.entries(value as object) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([key, each]) => [keyText(type, key), elementValue(type.value, each)]),
  );
}

/** protobufjs keeps 64-bit keys as eight characters. */
function keyText({ key }: MapType, text: string): string {
  if (key !== "int64" && key !== "uint64") return text;
  const long = protobuf.util.longFromHash(text, key === "uint64") as { toString(): string };
  return long.toString();
}

function elementValue(type: ElementType, value: unknown): unknown {
  switch (type.kind) {
    case "message":
      return recordOf(type.type.fields, value as object);
    case "enum":
      return type.enum.values.find(({ number }) => number === value)?.name;
    case "int64":
    case "uint64":
      return integerAs(BigInt(String(value)), type.as);
    case "decimal":
      return decimalText(BigInt(String(value)), type.digits);
    case "date":
      return dayText(Number(value));
    case "json":
      return JSON.parse(String(value)) as unknown;
    case "bytes":
      return Uint8Array.from(value as Uint8Array);
    case "timestamp": {
      const { seconds, nanos } = value as { readonly seconds: unknown; readonly nanos: number };
      const ms = Number(seconds) * 1000 + nanos / 1_000_000;
      return type.as === "date" ? new Date(ms) : ms;
    }
    default:
      return value;
  }
}
