/** Value types: messages inside a record. */
import type protobuf from "protobufjs/minimal.js";
import { within } from "./invalid-field.js";
import { checkObject, refusal } from "./names.js";

/** Checks an object and appends it as a message with its length. */
export function writeMessage<T extends object>(
  writer: protobuf.Writer,
  value: T,
  encode: (writer: protobuf.Writer, value: T) => void,
  path = "",
): protobuf.Writer {
  writer.fork();
  try {
    checkObject(value);
    encode(writer, value);
  } catch (error) {
    throw within(refusal(error, value), path);
  }
  return writer.ldelim();
}
