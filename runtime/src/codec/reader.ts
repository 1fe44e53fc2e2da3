/** Reads protobuf fields from a segment: protobufjs's BufferReader with faster strings and doubles. */
import protobuf from "protobufjs/minimal.js";

/** Reads protobuf fields; `pos` is where it stands, in bytes. */
export type Reader = protobuf.BufferReader;
export const Reader: typeof protobuf.BufferReader = protobuf.BufferReader;
