/** Value types: messages inside a record. */
import type protobuf from "protobufjs/minimal.js";
import { within } from "./invalid-field.js";
import { checkObject, refusal } from "./names.js";

/** Checks an object and appends it as a message with its length. */
export function writeMessage(
  writer: protobuf.Writer,
  value: unknown,
  encode: (writer: protobuf.Writer, value: never) => void,
  path = "",
): protobuf.Writer {
  writer.fork();
  try {
    checkObject(value);
    // Its encode function looks at what is in it.
    encode(writer, value as never);
  } catch (error) {
    throw within(refusal(error, value), path);
  }
  return writer.ldelim();
}
