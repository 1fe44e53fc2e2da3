/** protobufjs's Writer, under the one name by which generated code and the runtime know it. */
import protobuf from "protobufjs/minimal.js";

/** Writes protobuf fields; `fork` and `ldelim` enclose a nested message. */
export type Writer = protobuf.Writer;
export const Writer: typeof protobuf.Writer = protobuf.Writer;
