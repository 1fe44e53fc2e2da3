/** Value types: messages inside a record. */
import type protobuf from "protobufjs/minimal.js";
import { InvalidFieldError, within } from "./invalid-field.js";
import { misspelt } from "./names.js";

/** Checks an object and appends it as a message with its length. */
export function writeMessage<T extends object>(
  writer: protobuf.Writer,
  value: T,
  encode: (writer: protobuf.Writer, value: T) => void,
  path = "",
): void {
  checkObject(value, path);
  writer.fork();
  try {
    encode(writer, value);
  } catch (error) {
    throw within(misspelt(error, value), path);
  }
  writer.ldelim();
}

function checkObject(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null)
    throw new InvalidFieldError(path, "an object", value);
}
