/** The types of a map's keys: how they are given, ordered, written and read. */
import type protobuf from "protobufjs/minimal.js";
import { checkInt32, checkString, checkUint32 } from "./check-scalar.js";
import { InvalidFieldError } from "./invalid-field.js";
import {
  checkInt64,
  checkUint64,
  readInt64Text,
  readUint64Text,
  writeInt64,
  writeUint64,
  type Int64,
} from "./int64.js";
import type { Reader } from "./reader.js";

/** A checked key, in the form in which keys are ordered and written. */
export type MapKey = string | boolean | Int64;

export interface MapKeys {
  /** Field 1 with the key's wire type. */
  readonly tag: number;
  /** For messages. */
  readonly expected: string;
  /** What a key left out stands for: proto3's default. */
  readonly absent: string;
  /** Keys of objects come as strings, those of a Map as they are; undefined when it is none of this type. */
  readonly check: (given: unknown) => MapKey | undefined;
  readonly write: (writer: protobuf.Writer, key: MapKey) => void;
  /** The key as a property name. */
  readonly read: (reader: Reader) => string;
}

export const stringKeys: MapKeys = {
  tag: 10,
  expected: "a string",
  absent: "",
  check: (given) => accepted(() => checkString(given)),
  write: (writer, key) => writer.string(String(key)),
  read: (reader) => reader.string(),
};

export const boolKeys: MapKeys = {
  tag: 8,
  expected: "true or false",
  absent: "false",
  check: (given) => (given === "true" ? true : given === "false" ? false : asBool(given)),
  write: (writer, key) => writer.bool(key === true),
  read: (reader) => String(reader.bool()),
};

export const int32Keys: MapKeys = {
  tag: 8,
  expected: "an integer of 32 bits",
  absent: "0",
  check: (given) => accepted(() => checkInt32(numberOf(given))),
  write: (writer, key) => writer.sint32(Number(key)),
  read: (reader) => String(reader.sint32()),
};

export const uint32Keys: MapKeys = {
  tag: 8,
  expected: "an unsigned integer of 32 bits",
  absent: "0",
  check: (given) => accepted(() => checkUint32(numberOf(given))),
  write: (writer, key) => writer.uint32(Number(key)),
  read: (reader) => String(reader.uint32()),
};

export const int64Keys: MapKeys = {
  tag: 8,
  expected: "an integer of 64 bits",
  absent: "0",
  check: (given) => accepted(() => checkInt64(given)),
  write: (writer, key) => writeInt64(writer, integerOf(key)),
  read: readInt64Text,
};

export const uint64Keys: MapKeys = {
  tag: 8,
  expected: "an unsigned integer of 64 bits",
  absent: "0",
  check: (given) => accepted(() => checkUint64(given)),
  write: (writer, key) => writeUint64(writer, integerOf(key)),
  read: readUint64Text,
};

function accepted(check: () => MapKey): MapKey | undefined {
  try {
    return check();
  } catch (error) {
    if (error instanceof InvalidFieldError) return undefined;
    throw error;
  }
}

function asBool(given: unknown): boolean | undefined {
  return typeof given === "boolean" ? given : undefined;
}

function numberOf(given: unknown): unknown {
  return typeof given === "string" && /^-?[0-9]{1,10}$/.test(given) ? Number(given) : given;
}

function integerOf(key: MapKey): Int64 {
  return typeof key === "string" || typeof key === "boolean" ? 0 : key;
}
